"""What the traces of many messages have in common is kept once: the `sheet` of a trace, by its `digest`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from automailer.journal.tables import message, sheet

__all__ = ["SHEET", "forget_sheets", "read_sheets", "sheet_digest", "with_sheet", "without_sheet"]

SHEET = "sheet"
"""Its key in a trace."""


def sheet_digest(trace: Any) -> str:
    """The digest of the trace's sheet, "" when it has none."""
    found = trace.get(SHEET) if isinstance(trace, Mapping) else None
    return str(found["digest"]) if found else ""


def without_sheet(trace: Any) -> Any:
    """What is kept with the message itself."""
    return {key: value for key, value in trace.items() if key != SHEET} if sheet_digest(trace) else trace


def with_sheet(trace: Any, digest: str, sheets: Mapping[str, Any]) -> Any:
    """The trace as it was given."""
    return {**trace, SHEET: sheets[digest]} if digest in sheets else trace


def read_sheets(connection: Connection, digests: Collection[str]) -> dict[str, Any]:
    """The sheets of these digests."""
    wanted = {digest for digest in digests if digest}
    if not wanted:
        return {}
    rows = connection.execute(select(sheet.c.digest, sheet.c.content).where(sheet.c.digest.in_(wanted)))
    return {row.digest: row.content for row in rows}


def forget_sheets(connection: Connection) -> int:
    """Delete those that belong to no message any more; the number of them."""
    used = select(message.c.sheet).distinct()
    return connection.execute(delete(sheet).where(sheet.c.digest.not_in(used))).rowcount
