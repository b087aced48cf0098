"""Reads the rules files of a mailbox: `rules`, `vars`, `include`. Everything wrong in any of them is said at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from automailer.errors import ConfigError, Place, Problem
from automailer.rules.model import NOTHING, ActionReader, Rule
from automailer.rules.prefilter import RuleList
from automailer.rules.refusal import refuse_unknown_keys, short
from automailer.rules.rule import read_name, read_rule
from automailer.rules.scope import Scope
from automailer.rules.site import Problems, Site
from automailer.settings import Document, read_document

__all__ = ["FILE_KEYS", "load_rules"]

FILE_KEYS = ("rules", "vars", "include")


def load_rules(
    files: Sequence[Path],
    *,
    actions: ActionReader,
    lists: Collection[str],
    mailbox: str,
    unfit_program: Callable[[str], str] = lambda program: "",
) -> RuleList:
    """The rules of one mailbox, those of an included file before those of the file that names it.

    `unfit_program` tells why a program that a test names can't be run, "" when it can.

    Raises:
        ConfigError: with every problem of every file.
    """
    shelf = _Shelf()
    for file in files:
        with shelf.problems.gathered():
            shelf.add(file)
    scope = Scope(lists=lists, unfit_program=unfit_program)
    reading = _Reading(shelf.sheets, actions=actions, scope=scope, mailbox=mailbox)
    rules = list(reading.rules(shelf.problems))
    if shelf.problems.found:
        raise ConfigError(sorted(shelf.problems.found, key=shelf.order))
    return RuleList(rules)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One file: its document, and the constants that its rules see."""

    document: Document
    constants: Mapping[str, Any]

    def sites(self) -> Iterator[tuple[object, Site]]:
        """Every entry of `rules`, with its place."""
        entries = self.document.data.get("rules", [])
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            yield entry, Site(document=self.document, path=("rules", index))


@dataclass(slots=True)
class _Shelf:
    """The files that were opened, in the order in which their rules run."""

    sheets: list[_Sheet] = field(default_factory=list)
    opened: set[Path] = field(default_factory=set)
    problems: Problems = field(default_factory=Problems)

    def add(self, file: Path, trail: tuple[Path, ...] = (), inherited: Mapping[str, Any] = NOTHING) -> None:
        """Open a file and all that it includes; `trail` are the files that led here."""
        document = read_document(file)
        self.opened.add(file.resolve())
        top = Site(document=document)
        data = document.data
        if not isinstance(data, dict) or data.keys() <= {"vars"}:
            top.refuse("is no rules file: expected rules: and a list of them")
        with self.problems.gathered():
            top.read(lambda value, scope: refuse_unknown_keys(data, FILE_KEYS), data)
        constants = dict(inherited)
        with self.problems.gathered():
            constants.update(_constants(data, top.at("vars")))
        for name, site in self._included(data, top.at("include")):
            with self.problems.gathered():
                self._include(file.parent / name, (*trail, file.resolve()), constants, site)
        with self.problems.gathered():
            if not isinstance(data.get("rules", []), list):
                top.at("rules").refuse(f"expected a list of rules, found {short(data['rules'])!r}")
        self.sheets.append(_Sheet(document, constants))

    def order(self, problem: Problem) -> tuple[int, int, int]:
        """Where a problem comes among all: file by file, each from top to bottom."""
        place, names = problem.place, [sheet.document.name for sheet in self.sheets]
        if place.file not in names:
            return len(names), 0, 0  # a file that can't be read has its problems in order
        return names.index(place.file), place.line, place.column

    def _included(self, data: Mapping[str, Any], site: Site) -> Iterator[tuple[str, Site]]:
        value = data.get("include", [])
        entries = value if isinstance(value, list) else [value]
        for index, entry in enumerate(entries):
            place = site.at(index) if isinstance(value, list) else site
            with self.problems.gathered():
                if not isinstance(entry, str) or not entry:
                    place.refuse(f"expected the path of a rules file, found {short(entry)!r}")
                yield entry, place

    def _include(self, file: Path, trail: tuple[Path, ...], constants: Mapping[str, Any], site: Site) -> None:
        resolved = file.resolve()
        if resolved in trail:
            circle = (*trail[trail.index(resolved) :], resolved)
            site.refuse(f"includes itself: {' > '.join(path.name for path in circle)}")
        if resolved in self.opened:
            site.refuse(f"{file.name} is included already: its rules would run twice")
        if not file.is_file():
            site.refuse(f"there is no file {str(file)!r}")
        self.add(file, trail, constants)


def _constants(data: Mapping[str, Any], site: Site) -> Mapping[str, Any]:
    value = data.get("vars", {})
    if not isinstance(value, dict):
        site.refuse(f"expected a mapping of names to values, found {short(value)!r}")
    return value


class _Reading:
    """The second pass: every name is known, so that one may refer to another."""

    def __init__(
        self, sheets: Sequence[_Sheet], *, actions: ActionReader, scope: Scope, mailbox: str
    ) -> None:
        self._sheets = sheets
        self._actions = actions
        self._scope = scope
        self._mailbox = mailbox
        self._names = {
            name for sheet in sheets for entry, site in sheet.sites() if (name := _named(entry, site))
        }

    def rules(self, problems: Problems) -> Iterator[Rule]:
        """Every rule that can be read; what is wrong goes to `problems`."""
        places: dict[str, Place] = {}
        for sheet in self._sheets:
            for entry, site in sheet.sites():
                scope = replace(self._scope, earlier=tuple(places), later=self._names, captures={})
                within = Site(document=site.document, path=site.path, scope=scope)
                with problems.gathered():
                    yield read_rule(entry, within, actions=self._actions, constants=sheet.constants)
                if name := _named(entry, site):
                    with problems.gathered():
                        self._refuse_twin(name, places.setdefault(name, site.where), site)

    def _refuse_twin(self, name: str, first: Place, site: Site) -> None:
        if first != site.where:
            site.at("name").refuse(f"mailbox {self._mailbox!r} has a rule {name!r} already: {first}")


def _named(entry: object, site: Site) -> str:
    """The rule's name, "" when it has none that can be read."""
    if not isinstance(entry, dict) or "name" not in entry:
        return ""
    try:
        return read_name(entry["name"], site.at("name"))
    except ConfigError:
        return ""
