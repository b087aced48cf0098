"""The draft of an automatic reply. Pure."""

from __future__ import annotations

from automailer.compose.model import Draft
from automailer.message import Address, Message
from automailer.templating import Rendered


def reply_draft(
    message: Message, rendered: Rendered, *, from_: Address, to: Address, loop_id: str, quote: bool = False
) -> Draft:
    """Draft the answer to a message; the subject is the rendered one, else `Re: …`."""
    raise NotImplementedError
