"""What is an attachment, and what it is called.

A leaf of the MIME tree is an attachment when its Content-Disposition is `attachment`, or when it has a name, or when
its type is not text/*. All others are the text. This one rule decides what `has_attachment`, `attachment` and
`save_attachments` see; pictures inside the text are attachments too, marked `inline`. message/rfc822 is one attachment:
its own parts are not ours. A multipart that names no boundary, or one that never comes, is read as text.

The name is that of Content-Disposition (`filename`), else that of Content-Type (`name`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property

from automailer.message.fields import read_section
from automailer.message.names import safe_name
from automailer.message.structure import Leaf, Octets
from automailer.message.transfer import decoded
from automailer.message.words import header_text

__all__ = ["Attachment", "is_attachment"]

CHUNK = 65_536
"""Octets that are decoded at a time."""

EXTENSIONS = {
    "application/gzip": "gz",
    "application/ics": "ics",
    "application/json": "json",
    "application/msword": "doc",
    "application/ms-tnef": "dat",
    "application/pdf": "pdf",
    "application/pgp-encrypted": "asc",
    "application/pgp-keys": "asc",
    "application/pgp-signature": "asc",
    "application/pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/x-pkcs7-mime": "p7m",
    "application/x-pkcs7-signature": "p7s",
    "application/xml": "xml",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "image/webp": "webp",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "message/global": "eml",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/xml": "xml",
    "video/mp4": "mp4",
}
"""Endings for names that we have to invent; the system's table differs from machine to machine."""


def is_attachment(leaf: Leaf) -> bool:
    """Tell attachments from text, as the head of this module says."""
    if leaf.disposition.value == "attachment" or declared_name(leaf):
        return True
    return not leaf.is_text


def declared_name(leaf: Leaf) -> str:
    """The name that the sender gave, decoded, or ""."""
    return leaf.disposition.get("filename") or leaf.content_type.get("name")


class Attachment:
    """A part that a mail reader lists beside the text, or an inline picture (`inline`).

    It reads from the message's octets: a message over a file must stay open as long as its attachments are used.
    """

    def __init__(
        self, leaf: Leaf, octets: Octets, *, index: int, shown: Callable[[], frozenset[str]]
    ) -> None:
        self._leaf = leaf
        self._octets = octets
        self._shown = shown
        self.index = index

    def __repr__(self) -> str:
        return f"Attachment(index={self.index}, name={self.name!r}, type={self.type!r})"

    @cached_property
    def name(self) -> str:
        """Decoded name, safe as one path component, never empty (`attachment-2.pdf` where none was given)."""
        extension = EXTENSIONS.get(self.type, "bin")
        return safe_name(
            self.declared_name or self._subject_name(), fallback=f"attachment-{self.index}.{extension}"
        )

    @property
    def declared_name(self) -> str:
        """The name as the sender gave it, decoded, or ""."""
        return declared_name(self._leaf)

    @property
    def type(self) -> str:
        """Declared media type in lower case, `application/octet-stream` where there is none or it is broken."""
        return self._leaf.type

    @cached_property
    def inline(self) -> bool:
        """Shown inside the text: the HTML refers to its Content-ID, or it is `inline` inside multipart/related."""
        if self._leaf.related and self._leaf.disposition.value == "inline":
            return True
        return bool(self.content_id) and self.content_id in self._shown()

    @property
    def content_id(self) -> str:
        """Without angle brackets, or ""."""
        return self._leaf.content_id

    @property
    def size(self) -> int:
        """Octets after decoding."""
        return self._facts[0]

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the decoded octets."""
        return self._facts[1]

    @property
    def defects(self) -> tuple[str, ...]:
        """What is broken in its encoding, one sentence each; reads it to the end."""
        return self._facts[2]

    def chunks(self) -> Iterator[bytes]:
        """The decoded octets, piece by piece."""
        return decoded(pieces(self._leaf, self._octets), self._leaf.encoding, [])

    def content(self) -> bytes:
        """The decoded octets in one piece."""
        return b"".join(self.chunks())

    @cached_property
    def _facts(self) -> tuple[int, str, tuple[str, ...]]:
        size, digest, defects = 0, hashlib.sha256(), list[str]()
        for chunk in decoded(pieces(self._leaf, self._octets), self._leaf.encoding, defects):
            size += len(chunk)
            digest.update(chunk)
        return size, digest.hexdigest(), tuple(defects)

    def _subject_name(self) -> str:
        """`<subject>.eml` for a message inside the message."""
        if self.type not in ("message/rfc822", "message/global"):
            return ""
        start = b"".join(_first(self.chunks(), CHUNK))
        subject = next((f.value for f in read_section(start).fields if f.name.lower() == "subject"), b"")
        text = safe_name(header_text(subject[:1_000]), fallback="")
        return f"{text}.eml" if text else ""


def pieces(leaf: Leaf, octets: Octets) -> Iterator[bytes]:
    """The encoded octets of a leaf, a chunk at a time."""
    for piece in leaf.body:
        if isinstance(piece, bytes):
            yield piece
            continue
        start, end = piece
        for at in range(start, end, CHUNK):
            yield bytes(octets[at : min(at + CHUNK, end)])


def _first(chunks: Iterator[bytes], octets: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        octets -= len(chunk)
        if octets <= 0:
            return
