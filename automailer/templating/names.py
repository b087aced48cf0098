"""The names that templates and expressions see. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from automailer.message import Message


def names(
    message: Message,
    *,
    mailbox: str,
    uidl: str,
    match: Mapping[str, str],
    vars: Mapping[str, Any],
    rule: str,
    now: datetime,
    **more: Any,
) -> dict[str, Any]:
    """Gather what a template sees of a message: `message`, `match`, `vars`, `rule.name`, `now` and `more`."""
    raise NotImplementedError
