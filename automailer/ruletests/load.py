"""Reads files of rule tests, and refuses them with everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import MappingProxyType

from automailer.errors import ConfigError, Place, Problem
from automailer.message import parse
from automailer.ruletests.message import aware, raw_octets, written_octets
from automailer.ruletests.model import Before, Expected, RuleTest, RuleTests
from automailer.ruletests.references import dangling_references
from automailer.settings import Document, read_document, validate
from automailer.templating import read_file

__all__ = ["DEFAULT_NOW", "Case", "load_tests"]

DEFAULT_NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""When a test takes place that says no `now` and whose message has no Date: a Monday, at noon in the settings' zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test, ready to run. `todo` says why it fails as yet, "" when it should not."""

    name: str
    where: Place
    mailbox: str
    octets: bytes = field(repr=False)
    now: datetime
    before: Before | None
    todo: str
    expect: Expected


def load_tests(
    files: Sequence[Path],
    *,
    rules: Mapping[str, Collection[str]],
    zone: tzinfo,
    read: Mapping[str, Collection[Path]] = MappingProxyType({}),
) -> tuple[Case, ...]:
    """The tests of these files, in order; `rules` are the names of each mailbox's rules, `read` their files.

    A test that names no mailbox is for the only one, else for the first that reads the rules file of the same name
    beside the folder.

    Raises:
        ConfigError: with every problem of every file.
    """
    problems: list[Problem] = []
    cases: list[Case] = []
    for file in files:
        try:
            cases += _Reading(read_document(file), rules, zone, _usual_mailbox(file, rules, read)).cases()
        except ConfigError as exc:
            problems += exc.problems
    if problems:
        raise ConfigError(problems)
    return tuple(cases)


def _usual_mailbox(file: Path, rules: Collection[str], read: Mapping[str, Collection[Path]]) -> str:
    """Whose rules a file of tests is for when a test names no mailbox, "" when nothing tells."""
    if len(rules) == 1:
        return next(iter(rules))
    tested = (file.parent.parent / file.name).resolve()
    return next(
        (mailbox for mailbox, files in read.items() if tested in {one.resolve() for one in files}), ""
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file on its way to cases."""

    document: Document
    rules: Mapping[str, Collection[str]]
    zone: tzinfo
    mailbox: str

    def cases(self) -> list[Case]:
        problems = list(dangling_references(self.document, self.rules, usual=self.mailbox))
        try:
            tests = validate(RuleTests, self.document).tests
        except ConfigError as exc:
            problems += exc.problems
        if problems:
            raise ConfigError(sorted(problems, key=lambda one: (one.place.line, one.place.column)))
        return [self._case(index, test) for index, test in enumerate(tests)]

    def _case(self, index: int, test: RuleTest) -> Case:
        octets = self._octets(index, test)
        return Case(
            name=test.name,
            where=self.document.place(("tests", index, "name")),
            mailbox=test.mailbox or self.mailbox,
            octets=octets,
            now=self._now(test) if test.now else parse(octets).date or self._now(test),
            before=test.before,
            todo="fails as yet" if test.todo is True else test.todo or "",
            expect=test.expect,
        )

    def _now(self, test: RuleTest) -> datetime:
        return aware(test.now, self.zone) if test.now else DEFAULT_NOW.replace(tzinfo=self.zone)

    def _octets(self, index: int, test: RuleTest) -> bytes:
        try:
            if isinstance(test.message, Path):
                return read_file(test.message)
            if isinstance(test.message, str):
                return raw_octets(test.message)
            return written_octets(test.message, now=self._now(test))
        except ValueError as exc:
            raise ConfigError([self.document.problem(("tests", index, "message"), str(exc))]) from exc
