"""`exists: true` and `exists: false`, for texts and addresses alike. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from automailer.rules.refusal import Fault, Refused, short
from automailer.rules.scope import Scope

__all__ = ["Presence", "or_presence"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Presence:
    """There is one, or there is none."""

    wanted: bool


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
        return read_one(others, scope) if others else Presence(wanted)

    return read
