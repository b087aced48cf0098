"""`exists: true`, `exists: false` and `count: ">5"`, for texts and addresses alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from automailer.rules.refusal import Fault, Refusals, Refused, short
from automailer.rules.scope import Scope
from automailer.rules.text import as_text
from automailer.settings import Comparison, parse_count_comparison

__all__ = ["SOME", "Presence", "numbered", "or_count", "or_presence", "read_count"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Presence:
    """So many are there, whatever they are (RFC 5231, section 5, counts the same)."""

    count: Comparison[int]

    def holds(self, found: int) -> bool:
        """Tell whether so many are enough, or few enough."""
        return self.count.holds(found)

    @property
    def grows(self) -> bool:
        """Tell whether it still holds when there are more."""
        return self.count.operator.startswith(">")


SOME, NONE = Presence(Comparison(">=", 1)), Presence(Comparison("=", 0))


def numbered(alternatives: Iterable[object], found: int, shown: str) -> str:
    """What the trace shows of things that are found, with their number where that was asked for."""
    asked = any(isinstance(one, Presence) and one not in (SOME, NONE) for one in alternatives)
    return f"{found}: {shown}" if asked and found else shown


def or_presence(read_one: Callable[[object, Scope], T]) -> Callable[[object, Scope], T | Presence]:
    """A reader that knows `exists` too; beside other forms `exists: true` says nothing new."""

    def read(value: object, scope: Scope) -> T | Presence:
        if not isinstance(value, dict) or "exists" not in value:
            return read_one(value, scope)
        wanted = value["exists"]
        if not isinstance(wanted, bool):
            message = f"expected true or false, found {short(wanted)!r}"
            raise Refused(Fault(message=message, path=("exists",)))
        others = {form: entry for form, entry in value.items() if form != "exists"}
        if others and not wanted:
            message = "what does not exist has nothing to compare: expected exists: false alone"
            raise Refused(Fault(message=message, path=("exists",), key=True))
        return read_one(others, scope) if others else (SOME if wanted else NONE)

    return read


def or_count(read_one: Callable[[object, Scope], T | Presence]) -> Callable[[object, Scope], T | Presence]:
    """A reader that knows `count` too, which counts all there are, and so stands alone."""

    def read(value: object, scope: Scope) -> T | Presence:
        if not isinstance(value, dict) or "count" not in value:
            return read_one(value, scope)
        if len(value) > 1:
            message = "counts all there are, whatever they hold: expected count alone"
            raise Refused(Fault(message=message, path=("count",), key=True))
        refusals = Refusals()
        with refusals.inside("count"):
            return Presence(read_count(value["count"]))
        raise Refused(*refusals.faults)

    return read


def read_count(value: object) -> Comparison[int]:
    """The bound on a number that `">3"` means; a number alone is that many exactly."""
    try:
        return parse_count_comparison(as_text(value))
    except Refused:
        raise
    except ValueError as exc:
        raise Refused(Fault(message=str(exc))) from exc
