"""The files that people wrote, read once more for the places in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automailer.errors import ConfigError, Place, Problem
from automailer.settings import Document, KeyPath, read_document, shown_path
from automailer.templating import Reading

__all__ = ["Pages", "Sheet"]

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One rules file. `above` are those that include it, the nearest last; `path` is where in that one it is named."""

    document: Document
    above: tuple[Document, ...] = ()
    path: KeyPath = ()


class Pages:
    """Finds the key at a place, so that a warning shows its path and its line as errors do."""

    def __init__(self) -> None:
        self._documents: dict[str, Document | None] = {}
        self._paths: dict[str, dict[Spot, KeyPath]] = {}

    def problem(self, place: Place, message: str, *, below: KeyPath = (), hint: str = "") -> Problem:
        """What is to be said of what stands at the place, or at the steps below it."""
        document, path = self._document(place.file), self._path(place)
        if document is None or path is None:
            return Problem(place=place, path="", message=message, hint=hint)
        path = (*path, *below)
        return document.problem(path, message, hint=hint, key=isinstance(path[-1], str))

    def in_text(
        self, place: Place, steps: KeyPath, reading: Reading, message: str, *, hint: str = ""
    ) -> Problem:
        """What is to be said of a spot in an inline template, which stands some steps below the key at the place."""
        document, key, *rest = self._document(place.file), *steps
        path = self._path(place, str(key))
        if document is None or path is None:
            return Problem(place=place, path="", message=message, hint=hint)
        path = tuple(step for step, _ in _walk(document.data, (*path, *rest)))
        offset = _offset(_at(document.data, path), reading)
        return document.problem(path, message, hint=hint, offset=offset)

    def written(self, place: Place, key: str) -> Any:
        """The value of the key that stands at the place, None where it can't be found any more."""
        document, path = self._document(place.file), self._path(place, key)
        return None if document is None or path is None else _at(document.data, path)

    def in_template(self, path: Path, line: int, column: int, message: str, *, hint: str = "") -> Problem:
        """What is to be said of a spot in a template file."""
        place = Place(shown_path(path), line, column)
        try:
            source = path.read_text(encoding="utf-8").splitlines()[line - 1]
        except (OSError, ValueError, IndexError):
            source = ""
        source = "".join(char if char.isprintable() else " " for char in source)
        return Problem(place=place, path="", message=message, hint=hint, source=source)

    def sheets(self, files: Sequence[Path]) -> Iterator[Sheet]:
        """Each rules file, and all that they include."""
        for file in files:
            document = self._document(shown_path(file))
            if document is not None:
                yield from self._with_included(Sheet(document=document))

    def _with_included(self, sheet: Sheet) -> Iterator[Sheet]:
        yield sheet
        document = sheet.document
        value = document.data.get("include", []) if isinstance(document.data, dict) else []
        for index, name in enumerate(value if isinstance(value, list) else [value]):
            path = ("include", index) if isinstance(value, list) else ("include",)
            included = self._document(shown_path(document.path.parent / str(name)))
            above = (*sheet.above, document)
            if included is not None and included not in above:
                yield from self._with_included(Sheet(document=included, above=above, path=path))

    def _document(self, name: str) -> Document | None:
        if name not in self._documents:
            try:
                self._documents[name] = read_document(Path(name))
            except ConfigError:  # it was changed since it was loaded
                self._documents[name] = None
        return self._documents[name]

    def _path(self, place: Place, key: str = "") -> KeyPath | None:
        """The path to the place; to the key that stands there, where a list's entry begins with it."""
        document = self._document(place.file)
        if place.file not in self._paths:
            root = None if document is None else document.root
            self._paths[place.file] = {} if root is None else dict(reversed(list(_spots(root, ()))))
        path = self._paths[place.file].get((place.line, place.column))
        first = path is not None and path[-1] != key and document is not None and _at(document.data, path)
        return (*path, key) if path is not None and isinstance(first, dict) and key in first else path


def _spots(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Spot, KeyPath]]:
    for step, child in node.children.items():
        mark = node.keys.get(step, child.start)
        yield (mark.line, mark.column), (*path, step)
        yield from _spots(child, (*path, step))


def _walk(data: Any, path: KeyPath) -> Iterator[tuple[str | int, Any]]:
    """The steps of the path that are there, each with its value: short forms leave out some."""
    for step in path:
        match data:
            case dict() if step in data:
                data = data[step]
            case list() if isinstance(step, int) and step < len(data):
                data = data[step]
            case _:
                continue
        yield step, data


def _at(data: Any, path: KeyPath) -> Any:
    return next(reversed([value for _, value in _walk(data, path)]), data)


def _offset(text: Any, reading: Reading) -> int:
    if not isinstance(text, str):
        return 0
    return sum(map(len, text.splitlines(keepends=True)[: reading.line - 1])) + reading.column - 1
