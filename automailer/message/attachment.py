"""What is an attachment, and what it is called. Pure.

A leaf of the MIME tree is an attachment when its Content-Disposition is `attachment`, or when it has a name, or when
its type is not text/*. All others are the text. This one rule decides what `has_attachment`, `attachment` and
`save_attachments` see; pictures inside the text are attachments too, marked `inline`. message/rfc822 is one attachment:
its own parts are not ours. A multipart that names no boundary, or one that never comes, is read as text. Files inside
a winmail.dat, and uuencoded ones inside the text, are attachments as if each had been a part (`contents.py`).

The name is that of Content-Disposition (`filename`), else that of Content-Type (`name`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from automailer.message.archive import member_names
from automailer.message.endings import EXTENSIONS
from automailer.message.fields import read_section
from automailer.message.names import safe_name
from automailer.message.sniff import HEAD, disguise, real_type
from automailer.message.structure import Leaf, Octets
from automailer.message.transfer import decoded
from automailer.message.words import header_text

__all__ = ["Attachment", "Enclosed", "declared_name", "enclosed_leaf", "is_attachment", "pieces"]

CHUNK = 65_536
"""Octets that are decoded at a time."""


def is_attachment(leaf: Leaf) -> bool:
    """Tell attachments from text, as the head of this module says."""
    if leaf.disposition.value == "attachment" or declared_name(leaf):
        return True
    return not leaf.is_text


def declared_name(leaf: Leaf) -> str:
    """The name that the sender gave, decoded, or ""."""
    return leaf.disposition.get("filename") or leaf.content_type.get("name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What a mail says of something it encloses, and `read`, which yields its octets and notes what is broken."""

    name: str
    type: str
    content_id: str = ""
    is_inline: bool = False
    read: Callable[[list[str]], Iterator[bytes]]


def enclosed_leaf(leaf: Leaf, octets: Octets) -> Enclosed:
    """What is enclosed as a part of its own."""
    return Enclosed(
        name=declared_name(leaf),
        type=leaf.type,
        content_id=leaf.content_id,
        is_inline=leaf.related and leaf.disposition.value == "inline",
        read=lambda defects: decoded(pieces(leaf, octets), leaf.encoding, defects),
    )


class Attachment:
    """What a mail reader lists beside the text, or an inline picture (`inline`).

    It reads from the message's octets: a message over a file must stay open as long as its attachments are used.
    """

    def __init__(self, enclosed: Enclosed, *, index: int, shown: Callable[[], frozenset[str]]) -> None:
        self._enclosed = enclosed
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
        return self._enclosed.name

    @property
    def type(self) -> str:
        """Declared media type in lower case, `application/octet-stream` where there is none or it is broken."""
        return self._enclosed.type

    @cached_property
    def real_type(self) -> str:
        """Media type by its first octets, whatever was declared; see `sniff`."""
        return real_type(b"".join(_first(self.chunks(), HEAD))[:HEAD])

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The paths of the files inside it when it is a zip or tar archive (tar.gz too), whatever it is called."""
        return member_names(self.chunks, self.real_type)

    @cached_property
    def inline(self) -> bool:
        """Shown inside the text: the HTML refers to its Content-ID, or it is `inline` inside multipart/related."""
        return self._enclosed.is_inline or (bool(self.content_id) and self.content_id in self._shown())

    @property
    def content_id(self) -> str:
        """Without angle brackets, or ""."""
        return self._enclosed.content_id

    @property
    def size(self) -> int:
        """Octets after decoding."""
        return self._facts[0]

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the decoded octets."""
        return self._facts[1]

    @cached_property
    def defects(self) -> tuple[str, ...]:
        """What is broken in its encoding, and whether it is a program that poses as something else; reads it all."""
        posing = disguise(self.real_type, declared=self.type, name=self.name)
        return (*self._facts[2], posing) if posing else self._facts[2]

    def chunks(self) -> Iterator[bytes]:
        """The decoded octets, piece by piece."""
        return self._enclosed.read([])

    def content(self) -> bytes:
        """The decoded octets in one piece."""
        return b"".join(self.chunks())

    @cached_property
    def _facts(self) -> tuple[int, str, tuple[str, ...]]:
        size, digest, defects = 0, hashlib.sha256(), list[str]()
        for chunk in self._enclosed.read(defects):
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
