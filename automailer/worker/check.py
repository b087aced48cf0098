"""Looks for everything that is wrong, or not wise, before anything starts; connects only when asked. Writes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from automailer.cautions import Material, cautions
from automailer.errors import ConfigError, Problem
from automailer.settings import (
    NamedLists,
    SecretKind,
    Settings,
    dotted,
    find_secrets,
    load_settings,
    secret_problems,
    shown_path,
)
from automailer.templating import Templates
from automailer.worker.assembly import Assembly, assemble
from automailer.worker.reach import Connection, reach
from automailer.worker.shop import WireHook

__all__ = ["Checked", "check"]


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
    kept in a file that can't be read is an error, and with `connect` every one is.
    """
    found, assembly = Checked(), None
    try:
        assembly = assemble(path)
    except ConfigError as exc:
        found.errors += exc.problems
    else:
        found.mailboxes = len(assembly.mailboxes)
        found.rules = len({rule.where for rules in assembly.rules.values() for rule in rules})
    try:
        settings = load_settings(path)
    except ConfigError:
        return found  # told of already
    _sort_secrets(settings, found, connect=connect)
    found.warnings += cautions(_material(settings, assembly))
    found.warnings.sort(key=lambda problem: _rank(problem, shown_path(path)))
    if connect:
        found.connections = reach(settings, wire=wire)
    return found


def _material(settings: Settings, assembly: Assembly | None) -> Material:
    """What there is to warn of: of the settings alone when the rules or the templates are wrong."""
    return Material(
        settings=settings,
        rules={} if assembly is None else assembly.rules,
        templates=Templates(settings.templates) if assembly is None else assembly.templates,
        lists=NamedLists(settings) if assembly is None else assembly.lists,
        now=datetime.now(settings.zone),
    )


def _rank(problem: Problem, first: str) -> tuple[bool, str, int, int]:
    """The settings file first, then file by file, each from top to bottom."""
    place = problem.place
    return place.file != first, place.file, place.line, place.column


def _sort_secrets(settings: Settings, found: Checked, *, connect: bool) -> None:
    """Put each secret that can't be had where it belongs."""
    in_files = {dotted(path) for path, secret in find_secrets(settings) if secret.kind is SecretKind.FILE}
    for problem in secret_problems(settings, os.environ):
        grave = connect or problem.path in in_files
        (found.errors if grave else found.warnings).append(problem)


def _document(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint or None,
    }
