"""Looks for everything that is wrong, or not wise, before anything starts; connects only when asked. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automailer.actions import ActionReader
from automailer.errors import ConfigError, Problem
from automailer.rules import load_rules
from automailer.settings import (
    SecretKind,
    Settings,
    dotted,
    find_secrets,
    load_settings,
    read_document,
    secret_problems,
    warnings,
)
from automailer.templating import Templates
from automailer.worker.assembly import assemble
from automailer.worker.reach import Connection, reach
from automailer.worker.shop import WireHook

__all__ = ["Checked", "check"]

_NAMED_BY_RULES = frozenset({"lists", "templates", "smtp"})


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
        found.connections = reach(settings, wire=wire)
    return found


def _rules_beside(path: Path, problems: Iterable[Problem]) -> list[Problem]:
    """What is wrong in the rules while the settings are, too; nothing that only follows from the settings' faults."""
    parts = {problem.path.partition(".")[0].partition("[")[0] for problem in problems}
    if not parts <= Settings.model_fields.keys() - _NAMED_BY_RULES:
        return []
    try:
        data = read_document(path).data
    except ConfigError:
        return []
    folder = path.absolute().parent
    reader = ActionReader(
        lists=_lists(data),
        relays=data.get("smtp", {}).keys(),
        templates=Templates(_paths(data, "templates", folder)),
    )
    found: dict[Problem, None] = {}  # two mailboxes may share a file: each problem once, in order
    boxes = data.get("mailboxes")
    for name, box in boxes.items() if isinstance(boxes, dict) else ():
        files = [file for file in _paths(box, "rules", folder) if file.is_file()]
        try:
            load_rules(files, actions=reader, lists=reader.lists, mailbox=str(name))
        except ConfigError as exc:
            found.update(dict.fromkeys(exc.problems))
    return list(found)


def _lists(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The named lists as they are written; those in files are taken as empty."""
    lists = data.get("lists", {})
    return {name: tuple(map(str, found)) if isinstance(found, list) else () for name, found in lists.items()}


def _paths(data: object, key: str, folder: Path) -> list[Path]:
    """The paths under a key that holds one or a list of them, as far as they are paths."""
    value = data.get(key, key) if isinstance(data, dict) else []
    names = value if isinstance(value, list) else [value]
    return [folder / Path(name).expanduser() for name in names if isinstance(name, str)]


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
