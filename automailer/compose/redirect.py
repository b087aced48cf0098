"""The same message on to someone else (RFC 5322 3.6.6). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from automailer.compose.addresses import address_header
from automailer.compose.fields import word_field
from automailer.compose.loops import LOOP_FIELD, MAX_RECEIVED, loop_fields
from automailer.compose.threading import is_message_id
from automailer.errors import PermanentError
from automailer.message import Address

__all__ = ["redirect"]

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)
_LOOP_MARK = re.compile(rb"^%s[ \t]*:([^\r\n]*)" % LOOP_FIELD.encode(), re.IGNORECASE | re.MULTILINE)
# byte order mark, blank lines, the separator of an mbox: put before the message by some program, no part of it
_NO_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]+\r\n)*(?:>?From (?![ \t]*:)[^\r\n]*\r\n)?")


def redirect(
    octets: bytes | memoryview,
    *,
    resent_from: Address,
    resent_to: Sequence[Address],
    date: datetime,
    message_id: str,
    loop_id: str,
) -> bytes:
    """Put Resent-* and our loop mark before the message; raises PermanentError when it goes in a loop.

    Everything else stays octet for octet, but for line ends: where one is not CRLF, all are made so, since a bare
    LF or CR in DATA lets the message end early on some servers and speak SMTP in our name (CVE-2023-51764). What
    stands on top and is no header field goes: an mbox "From " line, a byte order mark, lines of blanks.
    """
    if not is_message_id(message_id):
        msg = f"{message_id!r} is no Message-ID"
        raise PermanentError(msg)
    original = _with_crlf(bytes(octets))
    _refuse_loop(original.partition(b"\r\n\r\n")[0] + b"\r\n", loop_id)
    resent = (
        address_header("Resent-From", [resent_from]),
        address_header("Resent-To", resent_to),
        f"Resent-Date: {format_datetime(date)}\r\n",
        word_field("Resent-Message-ID", [message_id]),
        *loop_fields((loop_id,)),
    )
    # text from its first line on has no header that ours could be put before
    gap = b"" if _FIELD.match(original) or original.startswith(b"\r\n") else b"\r\n"
    return "".join(resent).encode() + gap + original


def _with_crlf(octets: bytes) -> bytes:
    if _BARE.search(octets):
        octets = _LINE_END.sub(b"\r\n", octets)
    if not octets.endswith(b"\r\n"):
        octets += b"\r\n"
    return _NO_HEADER.sub(b"", octets, count=1)


def _refuse_loop(header: bytes, loop_id: str) -> None:
    if any(mark.strip().lower() == loop_id.encode().lower() for mark in _LOOP_MARK.findall(header)):
        msg = "it was here before: our own loop mark is in it"
        raise PermanentError(msg)
    if len(_RECEIVED.findall(header)) >= MAX_RECEIVED:
        msg = f"it goes in a loop: {MAX_RECEIVED} Received headers or more"
        raise PermanentError(msg)
