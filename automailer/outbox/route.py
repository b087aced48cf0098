"""A relay and how it is used."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from automailer.outbox.policy import Policy
from automailer.settings import SmtpSettings
from automailer.smtp import WireHook

__all__ = ["Route"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A relay and how it is used: `name` is its key in the settings, `owner` who holds the leases.

    `clock` gives aware datetimes, `jitter` random numbers from 0 to 1.
    """

    name: str
    relay: SmtpSettings
    policy: Policy
    owner: str
    clock: Callable[[], datetime]
    wire: WireHook | None = None
    jitter: Callable[[], float] = random.random
