"""Mail to a relay: what a reply means, one kept connection, and an answer for each recipient."""

from __future__ import annotations

from automailer.smtp.client import Relay
from automailer.smtp.doctor import RelayFindings, examine, verify_address
from automailer.smtp.model import Delivery, Envelope, Outcome, Reply, Result, Scope, WireHook

__all__ = [
    "Delivery",
    "Envelope",
    "Outcome",
    "Relay",
    "RelayFindings",
    "Reply",
    "Result",
    "Scope",
    "WireHook",
    "examine",
    "verify_address",
]
