"""The vocabulary of a hand-over to a relay: what is given, and what became of it for each recipient. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Delivery", "Envelope", "Outcome", "Reply", "Result", "Scope", "WireHook"]

WireHook = Callable[[str, bytes], None]
"""Hears of each line, its secrets masked, and its direction: `C` what we say, `S` what the server says."""


class Outcome(Enum):
    """What became of a mail for one recipient."""

    DELIVERED = "delivered"
    """The relay has taken the responsibility for it (RFC 5321 4.2.5)."""
    DEFERRED = "deferred"
    """Not now: it is worth another try."""
    REFUSED = "refused"
    """Refused for good: another try changes nothing."""
    UNKNOWN = "unknown"
    """Handed over, and the answer was lost: the relay may have it or not."""


class Scope(Enum):
    """How far an answer reaches."""

    RECIPIENT = "recipient"
    MESSAGE = "message"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of a relay: `code` of RFC 5321 4.2, 0 for one that has none; `status` of RFC 3463, or "".

    `text` is free of control characters and capped; it names the relay's reason, never ours.
    """

    code: int
    status: str = ""
    text: str = ""

    def __str__(self) -> str:
        return " ".join(
            part for part in (str(self.code) if self.code else "", self.status, self.text) if part
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of the mail for one recipient, and the reason in words (the relay's reply, or ours)."""

    outcome: Outcome
    reason: str
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What goes to the relay: `sender` is "" for the null reverse-path; `recipients` are distinct addr-specs.

    `dsn_never` asks for NOTIFY=NEVER where the relay offers DSN (RFC 3461 4.1; RFC 3834 3.3).
    """

    sender: str
    recipients: tuple[str, ...]
    octets: bytes = field(repr=False)
    dsn_never: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The results of one hand-over, one for each recipient of the envelope.

    `trouble` is why the connection is no longer of use ("" while it is): the caller weighs whether to go on.
    """

    results: Mapping[str, Result]
    trouble: str = ""

    @property
    def all_delivered(self) -> bool:
        """Whether the relay took it for every recipient."""
        return all(result.outcome is Outcome.DELIVERED for result in self.results.values())
