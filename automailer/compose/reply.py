"""The draft of an automatic reply. Pure."""

from __future__ import annotations

from automailer.compose.loops import loop_marks
from automailer.compose.model import Draft, Kind, Recipients
from automailer.compose.original import as_html, below, quoted_text
from automailer.compose.threading import reply_subject, threading
from automailer.message import Address, Message
from automailer.templating import Rendered

__all__ = ["reply_draft"]


def reply_draft(
    message: Message, rendered: Rendered, *, from_: Address, to: Address, loop_id: str, quote: bool = False
) -> Draft:
    """Draft the answer to a message; the subject is the rendered one, else `Re: …`."""
    in_reply_to, references = threading(message)
    text, page = rendered.text, rendered.html
    if quote:
        original = quoted_text(message)
        text = f"{text.rstrip()}\n\n{original}" if text else original
        page = page and below(page, f"<blockquote>{as_html(original)}</blockquote>")
    return Draft(
        kind=Kind.REPLY,
        from_=from_,
        recipients=Recipients(to=(to,)),
        subject=reply_subject(message.subject) if rendered.subject is None else rendered.subject,
        text=text,
        html=page,
        pictures=rendered.pictures,
        attachments=rendered.attachments,
        in_reply_to=in_reply_to,
        references=references,
        loop_ids=loop_marks(message, loop_id),
    )
