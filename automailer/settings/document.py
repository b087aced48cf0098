"""A YAML file as data, with the line and column of every key and value.

YAML 1.2's core schema decides what a plain word is: `no`, `on`, `12:30` and `2026-12-24` are text.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automailer.errors import ConfigError, Place, Problem
from automailer.settings.masking import masked, secret_nodes
from automailer.settings.scalar import spot
from automailer.settings.tree import Fault, Mark, Node, build

__all__ = [
    "Document",
    "KeyPath",
    "dotted",
    "nearest",
    "parse_document",
    "read_document",
    "read_leniently",
    "shown_path",
]

# Rules for thousands of senders fit many times; a mail or a database given by mistake does not.
MAX_FILE_OCTETS = 2_000_000

KeyPath = Sequence[str | int]

# What YAML counts as the end of a line; NEL, LS and PS count for the scanner of YAML 1.1.
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document: its data as plain dicts, lists and scalars, and the place of everything in it."""

    name: str
    path: Path
    data: Any = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    root: Node | None = field(repr=False)
    secrets: tuple[Node, ...] = field(repr=False)

    def place(self, path: KeyPath = (), *, key: bool = False) -> Place:
        """Where the value at the path begins, or its key; else the deepest part of the path that is there."""
        mark = self._mark(path, key=key)
        return Place(self.name, mark.line, mark.column)

    def problem(
        self, path: KeyPath, message: str, *, hint: str = "", key: bool = False, offset: int = 0
    ) -> Problem:
        """What is wrong at the path, with the source line; secrets in that line are masked.

        `offset` counts the characters from the start of the text at the path to the spot.
        """
        mark = self._mark(path, key=key)
        return self.at(
            spot(self.lines, mark, self._text(path), offset) if offset else mark, path, message, hint
        )

    def _text(self, path: KeyPath) -> str:
        node = self.root
        for step in path:
            node = None if node is None else node.children.get(step)
        return node.value if node is not None and isinstance(node.value, str) else ""

    def _mark(self, path: KeyPath, *, key: bool) -> Mark:
        node, mark = self.root, Mark(1, 1)
        if node is None:
            return mark
        mark = node.start
        for depth, step in enumerate(path):
            child = node.children.get(step)
            if child is None:
                # A short form that was spelt out has fields that are not written: they stand where it does.
                return mark if isinstance(node.value, dict | list) else node.start
            of_key = key or depth + 1 < len(path)
            mark = node.keys.get(str(step), child.start) if of_key else child.start
            node = child
        return mark

    def at(self, mark: Mark, path: KeyPath, message: str, hint: str = "") -> Problem:
        """What is wrong at the mark, which belongs to the path."""
        line = self.lines[mark.line - 1] if mark.line <= len(self.lines) else ""
        line = _UNPRINTABLE.sub("?", line.replace("\t", " "))
        return Problem(
            place=Place(self.name, mark.line, mark.column),
            path=dotted(path),
            message=message,
            hint=hint,
            source=masked(line, mark.line, mark.column, self.secrets),
        )


def dotted(path: KeyPath) -> str:
    """The path as people write it: `mailboxes.ops.rules[0]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that the word is a slip of the pen of, or ""."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    found = difflib.get_close_matches(word.casefold(), by_folded, 1, cutoff=0.6)
    return by_folded[found[0]] if found else ""


def read_document(path: Path) -> Document:
    """The YAML file as a document; ConfigError when it can't be read or is no plain YAML."""
    document, problems = read_leniently(path)
    if problems:
        raise ConfigError(problems)
    return document


def parse_document(text: str, name: str) -> Document:
    """The YAML text as a document that is called `name` in errors; ConfigError when it is no plain YAML."""
    document, problems = _parse(text, name, Path(name))
    if problems:
        raise ConfigError(problems)
    return document


def read_leniently(path: Path) -> tuple[Document, list[Problem]]:
    """The YAML file, and what is wrong with it as YAML, for those who have more to find.

    ConfigError when it can't be read; a document that has no `root` could not be understood at all.
    """
    name = shown_path(path)
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_FILE_OCTETS + 1)
    except OSError as exc:
        raise ConfigError([_at_start(name, f"can't be read: {exc.strerror or exc}")]) from exc
    if len(octets) > MAX_FILE_OCTETS:
        raise ConfigError([_at_start(name, f"is larger than {MAX_FILE_OCTETS} octets")])
    return _parse(_decoded(octets, name), name, path)


def _parse(text: str, name: str, path: Path) -> tuple[Document, list[Problem]]:
    root, faults = build(text) if (fault := _unprintable(text)) is None else (None, [fault])
    document = Document(
        name=name,
        path=path,
        data=None if root is None else root.value,
        lines=tuple(_LINE_END.split(text)),
        root=root,
        secrets=() if root is None else tuple(secret_nodes(root)),
    )
    return document, [document.at(fault.mark, fault.path, fault.message) for fault in faults]


def _unprintable(text: str) -> Fault | None:
    found = _UNPRINTABLE.search(text)
    if found is None:
        return None
    before = _LINE_END.split(text[: found.start()])
    message = f"holds the character {found[0]!r}, which can't stand in YAML"
    return Fault(message, Mark(len(before), len(before[-1]) + 1))


def _decoded(octets: bytes, name: str) -> str:
    if octets.startswith(_UTF16_BOMS):
        raise ConfigError([_at_start(name, "is written in UTF-16: save it as UTF-8")])
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        before = octets[: exc.start].decode("utf-8-sig")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = Problem(place=Place(name, line, column), path="", message="is not UTF-8: save it as UTF-8")
        raise ConfigError([problem]) from exc


def _at_start(name: str, message: str) -> Problem:
    return Problem(place=Place(name, 1, 1), path="", message=message)


def shown_path(path: Path) -> str:
    """The path as short as an editor still finds it: relative when it lies under the working folder."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
