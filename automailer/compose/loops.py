"""Marks that stop a mail from going round for ever. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from automailer.compose.model import Verdict
from automailer.message import Message

__all__ = ["LOOP_FIELD", "MAX_RECEIVED", "loop_fields", "loop_marks", "may_forward"]

LOOP_FIELD = "X-Automailer-Loop"

MAX_RECEIVED = 50
"""Received headers of a mail that is still taken further; RFC 5321 6.3 wants 100 allowed for at relays."""

MAX_MARKS = 10
"""Marks of other installations that are carried on, so that they know their own again."""

_LOOP_ID = re.compile(r"[A-Za-z0-9._:@+-]{1,100}")


def loop_marks(message: Message, loop_id: str) -> tuple[str, ...]:
    """Give the marks for a mail made of this message: ours, and those that it came with."""
    earlier = (mark.strip() for mark in message.header_all(LOOP_FIELD)[:MAX_MARKS])
    return tuple(dict.fromkeys((loop_id, *(mark for mark in earlier if _LOOP_ID.fullmatch(mark)))))


def loop_fields(loop_ids: Iterable[str]) -> Iterator[str]:
    """Write a field for each mark, with its CRLF; what is no mark is left out."""
    return (f"{LOOP_FIELD}: {loop_id}\r\n" for loop_id in loop_ids if _LOOP_ID.fullmatch(loop_id))


def may_forward(message: Message, loop_id: str) -> Verdict:
    """Say whether a message may go further: not with our loop mark in it, not with 50 Received headers."""
    if has_mark(message, loop_id):
        return Verdict(False, f"our own loop mark is in it ({LOOP_FIELD}: {loop_id})")
    received = len(message.header_all("Received"))
    if received >= MAX_RECEIVED:
        return Verdict(False, f"it goes in a loop: {received} Received headers")
    return Verdict(True)


def has_mark(message: Message, loop_id: str) -> bool:
    """Tell whether the message passed through this installation before."""
    return any(mark.strip().casefold() == loop_id.casefold() for mark in message.header_all(LOOP_FIELD))
