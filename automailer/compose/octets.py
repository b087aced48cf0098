"""From a draft to the octets that SMTP carries. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from automailer.compose.addresses import address_header
from automailer.compose.fields import text_field, word_field
from automailer.compose.loops import loop_fields
from automailer.compose.model import Draft, Kind
from automailer.compose.parts import Part, attachment_part, multipart, picture_part, text_part
from automailer.compose.threading import is_message_id
from automailer.errors import PermanentError

__all__ = ["compose"]

# RFC 3834 5: a forward that a rule made is as automatic as any other mail of ours.
_AUTO_SUBMITTED = {Kind.REPLY: "auto-replied", Kind.FORWARD: "auto-generated", Kind.SEND: "auto-generated"}

# [MS-OXCMAIL] 2.1.3.2.20. "All" silences delivery failures too: a reply's go nowhere (null sender), but that
# a forward did not arrive, somebody has to hear.
_SUPPRESS = {Kind.REPLY: "All", Kind.FORWARD: "OOF, AutoReply", Kind.SEND: "OOF, AutoReply"}


def compose(draft: Draft, *, message_id: str, date: datetime, charset: str = "utf-8") -> bytes:
    """Give the mail as octets with CRLF line ends, ready for DATA but for dot stuffing.

    They are 7-bit, but for a forwarded message that is 8-bit itself, and a local part that needs SMTPUTF8.
    Raises PermanentError for an address or a Message-ID that no mail can carry.
    """
    if not is_message_id(message_id):
        msg = f"{message_id!r} is no Message-ID"
        raise PermanentError(msg)
    header = "".join(_header(draft, message_id, date, charset))
    return b"".join((header.encode(), *_tree(draft, message_id, charset).pieces))


def _header(draft: Draft, message_id: str, date: datetime, charset: str) -> Iterator[str]:
    to, cc = draft.recipients.to, draft.recipients.cc
    yield address_header("From", [draft.from_], charset=charset)
    if to:
        yield address_header("To", to, charset=charset)
    elif not cc:
        yield "To: undisclosed-recipients:;\r\n"
    if cc:
        yield address_header("Cc", cc, charset=charset)
    if draft.reply_to:
        yield address_header("Reply-To", draft.reply_to, charset=charset)
    yield text_field("Subject", draft.subject, charset=charset)
    yield f"Date: {format_datetime(date)}\r\n"
    yield word_field("Message-ID", [message_id])
    if is_message_id(draft.in_reply_to):
        yield word_field("In-Reply-To", [draft.in_reply_to])
    references = [reference for reference in draft.references if is_message_id(reference)]
    if references:
        yield word_field("References", references)
    yield f"Auto-Submitted: {_AUTO_SUBMITTED[draft.kind]}\r\n"
    yield f"X-Auto-Response-Suppress: {_SUPPRESS[draft.kind]}\r\n"
    yield from loop_fields(draft.loop_ids)
    yield "MIME-Version: 1.0\r\n"


def _tree(draft: Draft, seed: str, charset: str) -> Part:
    """Mixed › alternative › related, each only where there is something to hold together."""
    body = _body(draft, seed, charset)
    if not draft.attachments:
        return body
    attachments = [attachment_part(enclosure) for enclosure in draft.attachments]
    return multipart("mixed", [body, *attachments], seed=f"{seed} mixed")


def _body(draft: Draft, seed: str, charset: str) -> Part:
    plain = text_part(draft.text or "", "plain", charset=charset)
    if draft.html is None:
        return plain
    page = text_part(draft.html, "html", charset=charset)
    if draft.pictures:
        pictures = {picture.content_id: picture_part(picture) for picture in draft.pictures}
        parts = [page, *pictures.values()]
        page = multipart("related", parts, seed=f"{seed} related", extra=['type="text/html"'])
    if draft.text is None:
        return page
    return multipart("alternative", [plain, page], seed=f"{seed} alternative")
