"""What every job of the worker is given: the configuration, the journal, the clock, who we are, when to stop."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from automailer.journal import Journal, open_journal, this_owner
from automailer.worker.assembly import Assembly
from automailer.worker.spool import Spool

__all__ = ["Shop", "WireHook", "open_shop", "utc_now"]

WireHook = Callable[[str, bytes], None]
"""Hears every line of a dialogue, secrets masked: the direction and the octets."""


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The open program. `assembly` is replaced as a whole when the files are read again."""

    assembly: Assembly
    journal: Journal
    spool: Spool
    clock: Callable[[], datetime] = utc_now
    stop: threading.Event = field(default_factory=threading.Event)
    wire: WireHook | None = None

    def owner(self, job: str) -> str:
        """A name under which a job of this process holds its leases, not even shared with its own later runs."""
        return this_owner(f"{job} {uuid.uuid4().hex[:8]}")


def open_shop(
    assembly: Assembly, *, stop: threading.Event | None = None, wire: WireHook | None = None
) -> Shop:
    """Open the journal that the settings name."""
    settings = assembly.settings
    return Shop(
        assembly=assembly,
        journal=open_journal(settings.database_url(), Path(settings.state), clock=utc_now),
        spool=Spool(Path(settings.state) / "spool"),
        stop=stop or threading.Event(),
        wire=wire,
    )
