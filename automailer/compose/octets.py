"""From a draft to the octets that SMTP carries. Pure."""

from __future__ import annotations

from datetime import datetime

from automailer.compose.model import Draft


def compose(draft: Draft, *, message_id: str, date: datetime, charset: str = "utf-8") -> bytes:
    """Give the mail as octets with CRLF line ends, ready for DATA but for dot stuffing."""
    raise NotImplementedError
