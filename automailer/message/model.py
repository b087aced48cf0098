"""The vocabulary of a mail as the rest of the program sees it. Pure.

Whatever the octets, a `Message` comes out; what is broken in them is a fact in `defects`, not an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Address", "Attachment", "Header", "Message"]


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of an address header (RFC 5322 3.4), decoded: `name` may be empty, `address` is the addr-spec.

    An address that can't be parsed keeps its text in `name` and has an empty `address`.
    """

    name: str
    address: str

    @property
    def local(self) -> str:
        """The part before the last @, as written."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """The part behind the last @, in lower case; "" when there is none."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Header:
    """One header field: its `name` as written, `value` unfolded, decoded, cut to a limit, free of control characters."""

    name: str
    value: str


class Attachment(Protocol):
    """A part that a mail reader lists beside the text, or an inline picture (`inline`)."""

    @property
    def index(self) -> int:
        """Position among the message's attachments, from 1."""

    @property
    def name(self) -> str:
        """Decoded name, safe as one path component, never empty (`attachment-2.pdf` where none was given)."""

    @property
    def declared_name(self) -> str:
        """The name as the sender gave it, decoded, or ""."""

    @property
    def type(self) -> str:
        """Declared media type in lower case, `application/octet-stream` where there is none or it is broken."""

    @property
    def inline(self) -> bool:
        """Shown inside the text: a Content-ID that the HTML refers to, or disposition inline inside multipart/related."""

    @property
    def content_id(self) -> str:
        """Without angle brackets, or ""."""

    @property
    def size(self) -> int:
        """Octets after decoding."""

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the decoded octets."""

    def chunks(self) -> Iterator[bytes]:
        """The decoded octets, piece by piece."""

    def content(self) -> bytes:
        """The decoded octets in one piece."""


class Message(Protocol):
    """A mail, decoded. Everything but `size` and the headers is lazy.

    `complete` is False when only the headers are at hand (TOP, or larger than `max_message_size`): then `text`,
    `html` and `attachments` are empty and say nothing.
    """

    @property
    def complete(self) -> bool: ...

    @property
    def octets(self) -> bytes | memoryview:
        """The raw message (headers alone when not complete)."""

    @property
    def size(self) -> int:
        """Octets on the server."""

    @property
    def headers(self) -> tuple[Header, ...]:
        """Every header field in the order of the message."""

    def header(self, name: str) -> str | None:
        """The first field of that name, letter case aside."""

    def header_all(self, name: str) -> tuple[str, ...]:
        """Every field of that name, in order."""

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The mailboxes of every field of that name; groups are opened."""

    @property
    def subject(self) -> str: ...

    @property
    def from_(self) -> Address:
        """The first From address; an empty `Address` when there is none."""

    @property
    def date(self) -> datetime | None:
        """The Date header, aware; None when absent or impossible."""

    @property
    def received_at(self) -> datetime | None:
        """The date of the newest (topmost) Received header, aware; None when there is none."""

    @property
    def message_id(self) -> str:
        """With angle brackets, as `<left@right>`, or "" when absent or malformed."""

    @property
    def text(self) -> str:
        """What a reader sees: the text/plain body parts, else the HTML's text."""

    @property
    def html(self) -> str:
        """The HTML source of the body, or ""."""

    @property
    def attachments(self) -> tuple[Attachment, ...]: ...

    @property
    def kinds(self) -> frozenset[str]:
        """Of `auto_reply automatic bounce report list calendar signed encrypted personal`."""

    @property
    def defects(self) -> tuple[str, ...]:
        """What is broken, one sentence each."""

    @property
    def header_digest(self) -> str:
        """SHA-256 of the raw header section: the witness beside a UID."""
