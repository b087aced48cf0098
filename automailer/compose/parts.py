"""MIME parts and how they nest (RFC 2045, 2046, 2183, 2387). Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from automailer.compose.charsets import encodable, fitting_charset
from automailer.compose.model import Enclosure
from automailer.compose.parameters import ascii_name, file_name, is_plain, parameter_field, parameters
from automailer.templating import Picture

__all__ = ["Part", "attachment_part", "multipart", "picture_part", "text_part"]

MAX_LINE = 998
"""Octets of a line without its CRLF (RFC 5322 2.1.1)."""

_OCTETS = "application/octet-stream"

_WHOLE_LINES = 57 * 4_096  # octets that are encoded at once; 57 make a line of 76

_LINE_END = re.compile(r"\r\n|\r|\n")
_TEXT_OF_LINE = re.compile(rb"[^\r\n]+")
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_NOT_IN_CONTENT_ID = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part ready to be written: its fields with their CRLFs, its encoded body."""

    fields: str
    body: bytes
    eight_bit: bool = False

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """Header, blank line and body; apart, since each joining copies what may be large."""
        return self.fields.encode(), b"\r\n", self.body


def text_part(text: str, subtype: str, *, charset: str) -> Part:
    """Write a text, in the charset if it fits, as 7bit, quoted-printable or base64, whichever is short."""
    text = _LINE_END.sub("\n", encodable(text))
    text = text if text.endswith("\n") else f"{text}\n"
    label = fitting_charset(text, charset)
    encoding, body = _encoded_text(text.encode(label).replace(b"\n", b"\r\n"))
    content_type = parameter_field("Content-Type", f'text/{subtype}; charset="{label}"', [])
    return Part(fields=f"{content_type}Content-Transfer-Encoding: {encoding}\r\n", body=body)


def _encoded_text(octets: bytes) -> tuple[str, bytes]:
    if octets.isascii() and b"\0" not in octets and not _has_long_line(octets):
        return "7bit", octets
    quoted = binascii.b2a_qp(octets, istext=True)
    encoded = _base64(octets)
    return ("quoted-printable", quoted) if len(quoted) <= len(encoded) else ("base64", encoded)


def picture_part(picture: Picture) -> Part:
    """Write a picture that the HTML shows: found by its Content-ID, not listed as an attachment."""
    content_id = _NOT_IN_CONTENT_ID.sub("", picture.content_id)
    extra = f"Content-ID: <{content_id}>\r\n"
    kind = _media_type(picture.type)
    return _base64_part(picture.octets, kind, picture.name, disposition="inline", extra=extra)


def attachment_part(enclosure: Enclosure) -> Part:
    """Write an attachment; a message stays the octets it is where mail can carry them (RFC 2046 5.2.1)."""
    kind = _media_type(enclosure.type)
    if kind == "message/rfc822":
        octets = _with_mail_line_ends(enclosure.octets)
        if octets is not None:
            return _message_part(octets, enclosure.name)
    if kind.startswith(("multipart/", "message/")):
        kind = _OCTETS  # these may not be base64 (RFC 2045 6.4)
    return _base64_part(enclosure.octets, kind, enclosure.name, disposition="attachment")


def _media_type(kind: str) -> str:
    kind = kind.strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else _OCTETS


def _with_mail_line_ends(octets: bytes) -> bytes | None:
    """The message if mail can carry it unencoded: CRLF line ends (or all LF), no NUL, no long line."""
    if b"\r" not in octets:
        octets = octets.replace(b"\n", b"\r\n")
    broken = b"\0" in octets or _BARE.search(octets) or _has_long_line(octets)
    return None if broken else octets


def _has_long_line(octets: bytes) -> bool:
    return any(len(line[0]) > MAX_LINE for line in _TEXT_OF_LINE.finditer(octets))


def _message_part(octets: bytes, name: str) -> Part:
    eight_bit = not octets.isascii()
    encoding = f"Content-Transfer-Encoding: {'8bit' if eight_bit else '7bit'}\r\n"
    fields = _file_fields("message/rfc822", name, disposition="attachment") + encoding
    return Part(fields=fields, body=octets, eight_bit=eight_bit)


def _base64_part(octets: bytes, kind: str, name: str, *, disposition: str, extra: str = "") -> Part:
    fields = _file_fields(kind, name, disposition=disposition)
    return Part(fields=f"{fields}Content-Transfer-Encoding: base64\r\n{extra}", body=_base64(octets))


def _file_fields(kind: str, name: str, *, disposition: str) -> str:
    # A reader that finds both `filename` and `filename*` may take either: so the full name stands alone in
    # Content-Disposition, and an ASCII one in Content-Type, where readers without RFC 2231 look.
    name = file_name(name)
    plain = name if is_plain(name) else ascii_name(name)
    content_type = parameter_field("Content-Type", kind, parameters("name", plain))
    return content_type + parameter_field("Content-Disposition", disposition, parameters("filename", name))


def multipart(subtype: str, parts: Sequence[Part], *, seed: str, extra: Sequence[str] = ()) -> Part:
    """Nest parts; the boundary is made from the seed and is in none of them."""
    written = [piece for part in parts for piece in part.pieces]
    boundary = _boundary(written, seed)
    delimiter = b"--" + boundary.encode()
    # the CRLF before a delimiter belongs to the delimiter (RFC 2046 5.1.1)
    pieces = [piece for part in parts for piece in (delimiter, b"\r\n", *part.pieces, b"\r\n")]
    eight_bit = any(part.eight_bit for part in parts)
    fields = parameter_field("Content-Type", f"multipart/{subtype}", [*extra, f'boundary="{boundary}"'])
    encoding = "Content-Transfer-Encoding: 8bit\r\n" if eight_bit else ""
    body = b"".join((*pieces, delimiter, b"--\r\n"))
    return Part(fields=fields + encoding, body=body, eight_bit=eight_bit)


def _boundary(written: Sequence[bytes], seed: str) -> str:
    for attempt in count():
        # "=_" is in neither base64 nor quoted-printable
        boundary = f"=_{hashlib.sha256(f'{seed} {attempt}'.encode()).hexdigest()[:32]}"
        if not any(boundary.encode() in octets for octets in written):
            return boundary
    raise AssertionError


def _base64(octets: bytes) -> bytes:
    pieces = (octets[at : at + _WHOLE_LINES] for at in range(0, len(octets), _WHOLE_LINES))
    return b"".join(base64.encodebytes(piece).replace(b"\n", b"\r\n") for piece in pieces)
