"""The same message on to someone else (RFC 5322 3.6.6). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automailer.message import Address


def redirect(
    octets: bytes | memoryview,
    *,
    resent_from: Address,
    resent_to: Sequence[Address],
    date: datetime,
    message_id: str,
    loop_id: str,
) -> bytes:
    """Put Resent-* and our loop mark before the message; raises PermanentError when it goes in a loop."""
    raise NotImplementedError
