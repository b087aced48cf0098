"""The trace of a decision in which many rules were not even asked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import overload

from automailer.rules.model import RuleTrace
from automailer.rules.prefilter import Prefilter

__all__ = ["Trail"]


class Trail(Sequence[RuleTrace]):
    """Every rule that was gone through, in order; one that was not asked is asked when somebody reads of it.

    `tried` has those that were, by their position; `prefilter` ruled the others out.
    """

    __slots__ = ("_ask", "_length", "prefilter", "tried")

    def __init__(
        self,
        tried: Mapping[int, RuleTrace],
        length: int,
        prefilter: Prefilter,
        ask: Callable[[int], RuleTrace],
    ) -> None:
        self.tried = tried
        self.prefilter = prefilter
        self._length = length
        self._ask = ask

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> RuleTrace: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[RuleTrace, ...]: ...

    def __getitem__(self, index: int | slice) -> RuleTrace | tuple[RuleTrace, ...]:
        if isinstance(index, slice):
            return tuple([self[position] for position in range(self._length)[index]])
        position = range(self._length)[index]
        return self.tried.get(position) or self._ask(position)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
