"""Names and files that the settings refer to: each must be there.

These checks read the data as it is written, not the models, so that one run tells of them
beside whatever else is wrong.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from automailer.errors import Problem
from automailer.settings.document import Document, KeyPath, nearest
from automailer.settings.fields import resolve

__all__ = ["dangling_references", "missing_file"]

Steps = tuple[str | int, ...]
Pattern = Sequence[str]

_SERVERS = (("mailboxes", "*"), ("smtp", "*"))
_SECRETS = (
    *((*server, "password") for server in _SERVERS),
    *(
        (*server, "oauth", name)
        for server in _SERVERS
        for name in ("client_secret", "refresh_token", "token")
    ),
    ("operators", "notify", "[]"),
    ("web", "token"),
    ("database",),
    ("reports", "*", "data", "sql", "database"),
)
_FILES = (
    ("mailboxes", "*", "rules", "[]"),
    *((*server, field) for server in _SERVERS for field in ("ca_file", "client_cert", "client_key")),
    ("lists", "*", "file"),
    ("reports", "*", "to", "csv"),
    *((*secret, "file") for secret in _SECRETS),
)
_FOLDERS = (("templates", "[]"),)
_MADE_FOLDERS = (("state",),)
_NAMES = (
    (("mailboxes", "*", "smtp"), "smtp", "smtp server"),
    (("reports", "*", "smtp"), "smtp", "smtp server"),
    (("reports", "*", "to", "list"), "lists", "list"),
    (("expect", "*", "mailbox"), "mailboxes", "mailbox"),
)


def dangling_references(document: Document, folder: Path) -> Iterator[Problem]:
    """What the settings name and is not there; relative paths begin at the folder."""
    yield from _missing_files(document, folder)
    yield from _missing_folders(document, folder)
    yield from _unknown_names(document)


def _missing_files(document: Document, folder: Path) -> Iterator[Problem]:
    for path, file in _paths(document, folder, _FILES):
        problem = missing_file(document, path, file, folder)
        if problem is not None:
            yield problem


def missing_file(document: Document, path: KeyPath, file: Path, folder: Path) -> Problem | None:
    """What is to be said when the file that the document names at the path is not there."""
    try:
        if file.is_file():
            return None
    except OSError:
        return None  # behind a door that is closed to us, say: whoever goes to read it is told so
    return document.problem(path, f"there is no file {file}", hint=_sibling(file, folder))


def _missing_folders(document: Document, folder: Path) -> Iterator[Problem]:
    for path, place in _paths(document, folder, _FOLDERS):
        if not place.is_dir():
            yield document.problem(path, f"there is no folder {place}", hint=_sibling(place, folder))
    for path, place in _paths(document, folder, _MADE_FOLDERS):
        if place.exists() and not place.is_dir():
            yield document.problem(path, f"{place} is a file: expected a folder")


def _unknown_names(document: Document) -> Iterator[Problem]:
    for pattern, target, what in _NAMES:
        known = _keys(document.data, target)
        for path, name in _found(document.data, pattern):
            if name not in known:
                yield document.problem(path, f"there is no {what} {name!r}", hint=nearest(name, known))


def _paths(
    document: Document, folder: Path, patterns: Sequence[Sequence[str]]
) -> Iterator[tuple[Steps, Path]]:
    for pattern in patterns:
        for path, name in _found(document.data, pattern):
            with contextlib.suppress(ValueError):  # told of by the model
                yield path, resolve(name, folder)


def _found(data: Any, pattern: Pattern, path: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """The texts at a pattern: `*` is every key of a mapping, `[]` every item of a list or the value alone."""
    if not pattern:
        if isinstance(data, str) and data:
            yield path, data
        return
    step, *rest = pattern
    if step == "[]" and isinstance(data, list):
        for index, item in enumerate(data):
            yield from _found(item, rest, (*path, index))
    elif step == "[]":
        yield from _found(data, rest, path)
    elif isinstance(data, dict):
        for key in data if step == "*" else [step] if step in data else []:
            yield from _found(data[key], rest, (*path, key))


def _keys(data: Any, target: str) -> list[str]:
    part = data.get(target) if isinstance(data, dict) else None
    return list(part) if isinstance(part, dict) else []


def _sibling(path: Path, folder: Path) -> str:
    """The name beside it that is most like it, as it would be written."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    name = nearest(path.name, names)
    if not name:
        return ""
    beside = path.with_name(name)
    return str(beside.relative_to(folder) if beside.is_relative_to(folder) else beside)
