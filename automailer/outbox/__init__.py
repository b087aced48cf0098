"""Mail on its way: claimed under a lease, handed to its relay, tried again by the policy."""

from __future__ import annotations

from automailer.outbox.deliver import Sender, deliver_due
from automailer.outbox.model import (
    MOVES,
    Event,
    IllegalMoveError,
    LeaseLostError,
    NoSuchEntryError,
    Summary,
)
from automailer.outbox.moves import cancel, retry
from automailer.outbox.policy import Policy, RelayHealth
from automailer.outbox.route import Route

__all__ = [
    "MOVES",
    "Event",
    "IllegalMoveError",
    "LeaseLostError",
    "NoSuchEntryError",
    "Policy",
    "RelayHealth",
    "Route",
    "Sender",
    "Summary",
    "cancel",
    "deliver_due",
    "retry",
]
