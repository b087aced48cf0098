"""The vocabulary of mail on its way: an entry, its states and its legal moves, what a pass came to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from automailer.errors import PermanentError, TemporaryError
from automailer.journal import EntryState

__all__ = [
    "MOVES",
    "Claimed",
    "Event",
    "IllegalMoveError",
    "LeaseLostError",
    "NoSuchEntryError",
    "Summary",
    "Verdict",
    "check_move",
]

_S = EntryState

MOVES: Mapping[EntryState, frozenset[EntryState]] = {
    _S.QUEUED: frozenset({_S.SENDING, _S.EXPIRED, _S.CANCELLED, _S.FAILED}),
    _S.SENDING: frozenset({_S.QUEUED, _S.SENT, _S.FAILED, _S.EXPIRED, _S.HELD}),
    _S.HELD: frozenset({_S.QUEUED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.QUEUED}),
    _S.EXPIRED: frozenset({_S.QUEUED}),
    _S.CANCELLED: frozenset({_S.QUEUED}),
    _S.SENT: frozenset(),
}
"""Every move that an entry may make."""


class Event(StrEnum):
    """What history says of an entry; one row for each, never overwritten."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    RECOVERED = "recovered"
    HELD = "held"
    RETRIED = "retried"
    CANCELLED = "cancelled"


class NoSuchEntryError(PermanentError):
    """The outbox has no entry of this number."""

    def __init__(self, entry: int) -> None:
        self.entry = entry
        super().__init__(entry)

    def __str__(self) -> str:
        return f"outbox entry {self.entry}: there is none"


class LeaseLostError(TemporaryError):
    """The entry is no longer ours: its lease ran out and somebody else may be sending it."""

    def __init__(self, entry: int) -> None:
        self.entry = entry
        super().__init__(entry)

    def __str__(self) -> str:
        return f"outbox entry {self.entry}: the lease was lost"


class IllegalMoveError(PermanentError):
    """The entry is in a state from which it can't go where it was asked to."""

    def __init__(self, entry: int, *, state: EntryState, wanted: str) -> None:
        self.entry = entry
        self.state = state
        self.wanted = wanted
        super().__init__(entry, state, wanted)

    def __str__(self) -> str:
        return f"outbox entry {self.entry}: is {self.state.value}, {self.wanted}"


def check_move(entry: int, state: EntryState, to: EntryState, *, wanted: str) -> None:
    """Raise IllegalMoveError, with `wanted` for its text, unless the move is legal."""
    if to not in MOVES[state]:
        raise IllegalMoveError(entry, state=state, wanted=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An entry that is ours to send until the lease ends; `recipients` are those that still wait for it.

    `attempts` counts those before this one; `refused` names a recipient that an earlier one refused for good.
    """

    id: int
    kind: str
    sender: str
    recipients: tuple[str, ...]
    attempts: int
    created: datetime
    expires: datetime | None
    owner: str
    lease_until: datetime
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where an entry goes after an attempt; `next_attempt` is set when it waits for another."""

    state: EntryState
    reason: str = ""
    next_attempt: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one pass over a relay came to, in entries.

    `queued` are all that still wait for this relay; `failed` those refused for good or expired in this pass.
    `error` is why the relay could not be used, "" when it could, and `login_refused` that it was our login;
    `again_at` when the rate allows another.
    """

    sent: int = 0
    queued: int = 0
    failed: int = 0
    error: str = ""
    login_refused: bool = False
    again_at: datetime | None = None
