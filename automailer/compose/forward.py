"""The draft of a forwarded message. Pure."""

from __future__ import annotations

from automailer.compose.model import Draft, Forward, Recipients
from automailer.message import Address, Message
from automailer.templating import Rendered


def forward_draft(
    message: Message,
    rendered: Rendered,
    *,
    from_: Address,
    recipients: Recipients,
    loop_id: str,
    how: Forward | None = None,
) -> Draft:
    """Draft a mail with the message in it; the rendered text stands above, its subject else `Fwd: …`."""
    raise NotImplementedError
