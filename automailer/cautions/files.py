"""Files that every user of the machine can read, and should not, or change, and so tell the program what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from automailer.cautions.model import Material
from automailer.errors import Problem
from automailer.rules import leaves
from automailer.settings import KeyPath, ListFile, SecretKind, find_secrets, shown_path

__all__ = ["open_files"]

_READ = "can be read by every user of this machine: chmod o-r"
_CHANGE = "can be changed by every user of this machine: chmod o-w"


def open_files(material: Material) -> Iterator[Problem]:
    """Secrets and state that others can read, and whatever they can change that steers the program."""
    settings = material.settings
    for path, message in (*_state(material), *_secrets(material), *_named(material)):
        yield settings.problem(path, message)
    yield from _included(material)
    yield from _programs(material)


def _state(material: Material) -> Iterator[tuple[KeyPath, str]]:
    folder = material.settings.state
    if _allows(folder, stat.S_IWOTH):
        yield ("state",), "every user of this machine can put files into it, links too: chmod o-w"
    elif _allows(folder, stat.S_IROTH | stat.S_IXOTH):
        yield ("state",), "every user of this machine can look into it, where mail lies: chmod o-rx"


def _secrets(material: Material) -> Iterator[tuple[KeyPath, str]]:
    settings = material.settings
    document = settings.document
    open_file = document is not None and _allows(document.path, stat.S_IROTH)
    for path, secret in find_secrets(settings):
        if secret.file is not None and _allows(secret.file, stat.S_IROTH):
            yield path, f"{secret.file} {_READ}"
        if secret.kind is SecretKind.PLAIN and open_file and path != ("database",):
            yield path, "stands in a file that every user of this machine can read: chmod o-r"
    for part, servers in (("mailboxes", settings.mailboxes), ("smtp", settings.smtp)):
        for name, server in servers.items():
            if server.client_key is not None and _allows(server.client_key, stat.S_IROTH):
                yield (part, name, "client_key"), f"{server.client_key} {_READ}"


def _named(material: Material) -> Iterator[tuple[KeyPath, str]]:
    """The settings file, and what it names that tells the program what to do."""
    settings = material.settings
    steering: list[tuple[KeyPath, Path]] = []
    if settings.document is not None:
        steering.append(((), settings.document.path))
    for name, box in settings.mailboxes.items():
        steering += [(("mailboxes", name, "rules"), file) for file in box.rules]
    for name, entries in settings.lists.items():
        if isinstance(entries, ListFile):
            steering.append((("lists", name, "file"), entries.file))
    for folder in settings.templates:
        steering += [(("templates",), file) for file in sorted(folder.rglob("*.j2"))]
    for path, file in steering:
        if open_part := _changeable(file):
            yield path, f"{shown_path(open_part)} {_CHANGE}"


def _included(material: Material) -> Iterator[Problem]:
    for box in material.settings.mailboxes.values():
        for sheet in material.pages.sheets(box.rules):
            if sheet.above and (open_part := _changeable(sheet.document.path)):
                yield sheet.above[-1].problem(sheet.path, f"{shown_path(open_part)} {_CHANGE}")


def _programs(material: Material) -> Iterator[Problem]:
    """Programs that a `command` runs."""
    rules = (rule for several in material.rules.values() for rule in several if rule.when is not None)
    found = (
        leaf.where for rule in rules if rule.when for leaf, _ in leaves(rule.when) if leaf.test == "command"
    )
    for place in filter(None, found):
        words = (material.pages.written(place, "command") or {}).get("run", [""])
        file = _located(str(words[0]), material.settings.folder)
        if file is not None and (open_part := _changeable(file)):
            yield material.pages.problem(place, f"{open_part} {_CHANGE}")


def _located(program: str, folder: Path) -> Path | None:
    if os.sep in program:
        return folder / program
    found = shutil.which(program)
    return Path(found) if found else None


def _changeable(file: Path) -> Path | None:
    """The file, or its folder, when others may write there; in one with the sticky bit they can't replace it."""
    if _allows(file, stat.S_IWOTH):
        return file
    folder = file.parent
    return folder if _allows(folder, stat.S_IWOTH) and not _allows(folder, stat.S_ISVTX) else None


def _allows(path: Path, mode: int) -> bool:
    try:
        return bool(path.stat().st_mode & mode)
    except OSError:
        return False  # what is not there is told of where it is read
