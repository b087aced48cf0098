"""The trace of a decision in which many rules were not even asked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import overload

from automailer.message import NotKnown
from automailer.rules.clue import Field
from automailer.rules.model import RuleTrace, Subject
from automailer.rules.prefilter import RuleList

__all__ = ["Trail"]


class Trail(Sequence[RuleTrace]):
    """Every rule that was gone through, in order; one that was not asked is asked when somebody reads of it.

    `tried` has those that were, by their position; the prefilter of `rules` ruled the others out.
    """

    __slots__ = ("_ask", "_length", "_subject", "rules", "tried")

    def __init__(
        self,
        rules: RuleList,
        subject: Subject,
        tried: Mapping[int, RuleTrace],
        *,
        length: int,
        ask: Callable[[int], RuleTrace],
    ) -> None:
        self.rules = rules
        self.tried = tried
        self._subject = subject
        self._length = length
        self._ask = ask

    def seen(self) -> dict[str, str]:
        """What stood in the fields that rule out, by their number on the sheet; "(none)" is left out."""
        values = {}
        for number, (field, first) in enumerate(self.rules.prefilter.fields.items()):
            if first < self._length and (value := self._value(field)) != "(none)":
                values[str(number)] = value
        return values

    def _value(self, field: Field) -> str:
        try:
            return field.shown(self._subject)
        except NotKnown:  # then it has ruled out nothing
            return "(none)"

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
