"""One mailbox in `mailbox list`: its settings, and what the journal knows of its health."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automailer.cli.output import minute

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from automailer.journal import MailboxSummary
    from automailer.settings import MailboxSettings

__all__ = ["COLUMNS", "health_document", "health_row"]

COLUMNS = ("name", "state", "last poll", "last success", "failures", "waiting", "next poll", "host")


def health_document(box: MailboxSettings, found: MailboxSummary | None) -> dict[str, Any]:
    """As `mailbox list --json` shows it; None was never polled."""
    state = found.state if found else None
    return {
        "name": box.name,
        "host": box.host,
        "last_poll": _iso(state.last_poll) if state else None,
        "last_success": _iso(state.last_success) if state else None,
        "failures": state.failures if state else 0,
        "error": (state.error or None) if state else None,
        "next_poll": _iso(state.next_poll) if state else None,
        "waiting": found.waiting if found else 0,
        "enabled": box.enabled,
        "held": state.held if state else False,
    }


def health_row(box: MailboxSettings, found: MailboxSummary | None, zone: tzinfo) -> Sequence[object]:
    """As a line of the table."""
    if found is None:
        return (box.name, "never polled" if box.enabled else "disabled", "", "", "", "", "", box.host)
    state = found.state
    return (
        box.name,
        _standing(box, found),
        minute(state.last_poll, zone),
        minute(state.last_success, zone),
        state.failures,
        found.waiting,
        minute(state.next_poll, zone),
        box.host,
    )


def _standing(box: MailboxSettings, found: MailboxSummary) -> str:
    if not box.enabled:
        return "disabled"
    if found.state.error:
        return "failing"
    return "held: nearly all UIDs changed" if found.state.held else "good"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
