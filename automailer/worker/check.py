"""Looks for everything that is wrong, or not wise, before anything starts; connects only when asked. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from automailer.actions import ActionReader
from automailer.errors import AutomailerError, ConfigError, Problem
from automailer.mailbox import open_mailbox
from automailer.rules import load_rules
from automailer.settings import (
    MailboxSettings,
    SecretKind,
    ServerSettings,
    Settings,
    SmtpSettings,
    dotted,
    find_secrets,
    load_settings,
    read_document,
    secret_problems,
    warnings,
)
from automailer.smtp import examine
from automailer.templating import Templates
from automailer.worker.assembly import assemble
from automailer.worker.shop import WireHook

__all__ = ["Checked", "Connection", "check"]

_AT_ONCE = 16
"""Servers that are tried at the same time."""
_NAMED_BY_RULES = frozenset({"lists", "templates", "smtp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One server that was tried: what it is, and how it went; `error` "" is well."""

    kind: str
    name: str
    host: str
    detail: str = ""
    error: str = ""

    def document(self) -> dict[str, Any]:
        """As `check --connect --json` prints it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "host": self.host,
            "detail": self.detail,
            "error": self.error or None,
        }


@dataclass(slots=True, kw_only=True)
class Checked:
    """What was found. `errors` keep everything from starting, `warnings` do not; `connections` if they were tried."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    connections: tuple[Connection, ...] = ()
    mailboxes: int = 0
    rules: int = 0

    @property
    def unreachable(self) -> bool:
        """Whether a server did not let us in."""
        return any(one.error for one in self.connections)

    def document(self, *, connected: bool) -> dict[str, Any]:
        """As `check --json` prints it."""
        document: dict[str, Any] = {
            "errors": [_document(problem) for problem in self.errors],
            "warnings": [_document(problem) for problem in self.warnings],
        }
        if connected:
            document["connections"] = [one.document() for one in self.connections]
        return document


def check(path: Path, *, connect: bool = False, wire: WireHook | None = None) -> Checked:
    """Check the settings file and everything that it names; `connect` logs in everywhere too.

    A secret that can't be had is a warning, since it may well be there for the one who runs the program; one that is
    kept in a file that is not there is an error, and with `connect` every one is.
    """
    found = Checked()
    try:
        settings = load_settings(path)
    except ConfigError as exc:
        found.errors = [*exc.problems, *_rules_beside(path, exc.problems)]
        return found
    try:
        assembly = assemble(path)
    except ConfigError as exc:
        found.errors += exc.problems
    else:
        found.mailboxes = len(assembly.mailboxes)
        found.rules = len({rule.where for rules in assembly.rules.values() for rule in rules})
    _sort_secrets(settings, found, connect=connect)
    found.warnings += warnings(settings)
    found.warnings.sort(key=lambda problem: (problem.place.line, problem.place.column))
    if connect:
        found.connections = _connections(settings, wire)
    return found


def _rules_beside(path: Path, problems: Iterable[Problem]) -> list[Problem]:
    """What is wrong in rules and templates too, while the settings are; nothing that follows from the settings' faults."""
    parts = {problem.path.partition(".")[0].partition("[")[0] for problem in problems}
    if not parts <= Settings.model_fields.keys() - _NAMED_BY_RULES:
        return []
    try:
        data = read_document(path).data
        reader, files = _lenient(data, path.absolute().parent)
    except (ConfigError, AttributeError, TypeError):
        return []
    found: dict[Problem, None] = {}
    for name, rules in files.items():
        try:
            load_rules(rules, actions=reader, lists=reader.lists, mailbox=name)
        except ConfigError as exc:
            found.update(dict.fromkeys(exc.problems))
    return list(found)
