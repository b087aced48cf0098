"""The octets of a message that a test has in place, as a stranger's program would have sent it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, tzinfo
from email.utils import format_datetime
from pathlib import Path

from automailer.compose import File, Letter, write_letter
from automailer.ruletests.model import Enclosed, WrittenMessage
from automailer.templating import media_type, read_file

__all__ = ["aware", "raw_octets", "written_octets"]


def raw_octets(text: str) -> bytes:
    """A raw message that stands in the file: with the line ends that mail has."""
    return "\r\n".join(text.split("\n")).encode()


def written_octets(message: WrittenMessage, *, now: datetime) -> bytes:
    """The octets of header fields, a body and attachments; without a date it was written `now`.

    Raises:
        ValueError: an attachment can't be read.
    """
    headers = tuple(_headers(message, now))
    return write_letter(
        Letter(
            headers=headers,
            text=message.body,
            html=message.html,
            attachments=[_enclosure(one) for one in message.attachments],
        )
    )


def aware(moment: datetime, zone: tzinfo) -> datetime:
    """The time itself, or in this zone where it says none."""
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _headers(message: WrittenMessage, now: datetime) -> Iterator[tuple[str, str]]:
    """The header in its usual order; what a test writes under `headers` is there once."""
    fields = {
        "Return-Path": message.return_path,
        "Date": format_datetime(aware(message.date, now.tzinfo) if message.date and now.tzinfo else now),
        "From": message.from_,
        "Sender": message.sender,
        "Reply-To": message.reply_to,
        "To": message.to,
        "Cc": message.cc,
        "Bcc": message.bcc,
        "Subject": message.subject,
        "Message-ID": _message_id(message),
    }
    own = {name.lower() for name in message.headers}
    made_up = {"date", "message-id"} & own
    yield from (
        (name, value) for name, value in fields.items() if value is not None and name.lower() not in made_up
    )
    yield from ((name, value) for name, values in message.headers.items() for value in values)


def _message_id(message: WrittenMessage) -> str:
    """The same for the same message: a test is the same at every run."""
    fields = [getattr(message, name) for name in WrittenMessage.model_fields if name != "attachments"]
    digest = hashlib.sha256(repr(fields).encode("utf-8", "replace")).hexdigest()
    return f"<{digest[:24]}@rule-test.invalid>"


def _enclosure(one: Path | Enclosed) -> File:
    if isinstance(one, Path):
        return File(name=one.name, type=media_type(one.name), octets=read_file(one))
    return File(name=one.name, type=one.type or media_type(one.name), octets=_content(one))


def _content(one: Enclosed) -> bytes:
    if one.file is not None:
        return read_file(one.file)
    if one.base64 is not None:
        return one.base64
    if one.size is not None:
        return bytes(one.size)
    return (one.text or "").encode()
