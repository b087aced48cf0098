"""A spot in a rules file that is being read: what stands around it, and how to complain about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NoReturn, TypeVar

from automailer.errors import ConfigError, Place, Problem
from automailer.rules.leaf import Check, Leaf, Rank
from automailer.rules.refusal import Fault, Refused, short
from automailer.rules.scope import ANYWHERE, Scope
from automailer.settings import Document

__all__ = ["Problems", "Site"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A value's place in its document, and the scope that it is read in."""

    document: Document
    path: tuple[str | int, ...] = ()
    scope: Scope = ANYWHERE

    @property
    def where(self) -> Place:
        """Where the value begins, or its key when that has a name: there a person looks for it."""
        by_key = bool(self.path) and isinstance(self.path[-1], str)
        return self.document.place(self.path, key=by_key)

    def at(self, *steps: str | int) -> Site:
        """The site under these steps."""
        return replace(self, path=(*self.path, *steps))

    def problem(self, message: str, *, hint: str = "", key: bool = False) -> Problem:
        """What is wrong here, or with the key that stands here."""
        return self.document.problem(self.path, message, hint=hint, key=key)

    def refuse(
        self, message: str, *, hint: str = "", key: bool = False, cause: Exception | None = None
    ) -> NoReturn:
        """Raise ConfigError for what is wrong here."""
        raise ConfigError([self.problem(message, hint=hint, key=key)]) from cause

    def read(self, reader: Callable[[object, Scope], T], value: object) -> T:
        """What the reader makes of the value; what it refuses is wrong here."""
        try:
            return reader(value, self.scope)
        except Refused as refused:
            raise ConfigError(self._located(fault) for fault in refused.faults) from refused

    def leaf(self, value: object, content: Check, rank: int = Rank.HEADER) -> Leaf:
        """A test that is named by the last key of the path."""
        name = next(step for step in reversed(self.path) if isinstance(step, str))
        return Leaf(test=name, wanted=short(value), content=content, where=self.where, rank=rank)

    def _located(self, fault: Fault) -> Problem:
        path = (*self.path, *fault.path)
        return self.document.problem(path, fault.message, hint=fault.hint, key=fault.key, offset=fault.offset)


@dataclass(slots=True)
class Problems:
    """Gathers what is wrong in several places, so that all of it is said at once."""

    found: list[Problem] = field(default_factory=list)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keep what the block raises, and go on behind it."""
        try:
            yield
        except ConfigError as error:
            self.found.extend(error.problems)

    def settle(self) -> None:
        """Raise them when there are any."""
        if self.found:
            raise ConfigError(self.found)
