"""The draft of a forwarded message. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from automailer.compose.addresses import is_ascii_address
from automailer.compose.loops import loop_marks
from automailer.compose.model import Draft, File, Forward, Kind, Recipients
from automailer.compose.original import as_html, below, facts_block, facts_html, has_html
from automailer.compose.parameters import file_name
from automailer.compose.senders import reply_target
from automailer.compose.threading import forward_subject, threading
from automailer.message import Address, Attachment, Message
from automailer.templating import Picture, Rendered

__all__ = ["forward_draft"]

_CONTENT_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,200}")


def forward_draft(
    message: Message,
    rendered: Rendered,
    *,
    from_: Address,
    recipients: Recipients,
    loop_id: str,
    how: Forward | None = None,
) -> Draft:
    """Draft a mail with the message in it; the rendered text stands above, its subject else `Fwd: …`.

    From is ours and Reply-To the message's sender, so that an answer goes where it would have gone.
    """
    how = how or Forward()
    sender = reply_target(message)
    draft = Draft(
        kind=Kind.FORWARD,
        from_=from_,
        recipients=recipients,
        subject=forward_subject(message.subject) if rendered.subject is None else rendered.subject,
        text=rendered.text,
        html=rendered.html,
        reply_to=(sender,) if sender and is_ascii_address(sender.address) else (),
        pictures=rendered.pictures,
        attachments=rendered.attachments,
        references=threading(message)[1],
        loop_ids=loop_marks(message, loop_id),
    )
    return _enclosing(draft, message) if how.as_attachment else _showing(draft, message, how)


def _enclosing(draft: Draft, message: Message) -> Draft:
    name = file_name(f"{message.subject[:80].strip() or 'message'}.eml")
    original = File(name=name, type="message/rfc822", octets=bytes(message.octets))
    return replace(draft, attachments=(*draft.attachments, original))


def _showing(draft: Draft, message: Message, how: Forward) -> Draft:
    text = f"{draft.text.rstrip()}\n\n" if draft.text else ""
    page = None
    pictures: tuple[Picture, ...] = ()
    if draft.html or has_html(message):
        above = draft.html or (as_html(draft.text) if draft.text else "")
        page = below(above, facts_html(message))
        pictures = tuple(_pictures(message, page))
    shown = {picture.content_id for picture in pictures}
    enclosed = (
        item for item in message.attachments if _is_chosen(item, how) and item.content_id not in shown
    )
    files = (File(name=item.name, type=item.type, octets=item.content()) for item in enclosed)
    return replace(
        draft,
        text=f"{text}{facts_block(message)}",
        html=page,
        pictures=(*draft.pictures, *pictures),
        attachments=(*draft.attachments, *files),
    )


def _pictures(message: Message, page: str) -> Iterator[Picture]:
    """The original's pictures that its HTML shows."""
    for item in message.attachments:
        content_id = item.content_id
        shown = _CONTENT_ID.fullmatch(content_id) and f"cid:{content_id}" in page
        if shown and item.type.startswith("image/"):
            yield Picture(name=item.name, type=item.type, content_id=content_id, octets=item.content())


def _is_chosen(item: Attachment, how: Forward) -> bool:
    if isinstance(how.attachments, bool):
        return how.attachments
    return any(fnmatchcase(item.name.casefold(), glob.casefold()) for glob in how.attachments)
