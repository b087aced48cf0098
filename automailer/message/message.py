"""`Message`: a mail, decoded as far as it is asked. Pure.

Of a field that must be there once and is there more often, the first counts, everywhere; `addresses` has those of all.
`parse` does nothing but keep the octets; each property reads what it needs when first asked for and keeps the answer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from automailer.message.address import MAX_ADDRESSES, parse_addresses
from automailer.message.attachment import Attachment
from automailer.message.body import Body, read_body, shown_pictures
from automailer.message.bounce import Bounce, read_bounce
from automailer.message.contents import Contents, read_contents
from automailer.message.dates import parse_date, received_date
from automailer.message.fields import Field, Section, read_section
from automailer.message.kind import Facts, kinds_of, undecided
from automailer.message.markup import text_of, words_of
from automailer.message.model import Address, Header
from automailer.message.parameters import Parameters, parse_parameters
from automailer.message.quoted import reply_of, without_quotes
from automailer.message.structure import CONTENT_FIELDS, Leaf, Tree, leaf_of, read_tree
from automailer.message.words import header_defects, header_text

__all__ = ["IN_THE_HEADER", "Message", "parse"]

IN_THE_HEADER = frozenset({
    "addresses", "complete", "date", "from_", "header", "header_all", "header_digest", "headers", "message_id",
    "received_at", "size", "subject",
})  # fmt: skip
"""What a message of which only the header was fetched answers as the whole one would."""

IDENTIFYING_FIELDS = ("message-id", "date", "from", "to", "subject", "received")
"""What no server changes between two sessions; Received tells two deliveries of one mail apart."""

MAX_MESSAGE_ID = 512
"""Characters; longer ones would not fit on a line of References (RFC 5322 2.1.1 allows 998)."""

_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_ADDRESS_FIELDS = ("from", "sender", "reply-to", "to", "cc", "bcc")
_ONCE = ("date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "subject", "content-type")


def parse(octets: bytes | memoryview, *, size: int | None = None, complete: bool = True) -> Message:
    """Return the message that the octets are; `size` is that on the server, their number when not given.

    `complete=False` says that the octets are the header alone, or the header and a part of the text (TOP).
    """
    return Message(octets, size=len(octets) if size is None else size, complete=complete)


class Message:
    """A mail, decoded. Everything but `size` and the headers is lazy.

    `complete` is False when only the headers are at hand (TOP, or larger than `max_message_size`): then `text`,
    `html` and `attachments` are empty and say nothing. `octets` are the raw message, `size` its octets on the server.
    """

    def __init__(self, octets: bytes | memoryview, *, size: int, complete: bool) -> None:
        self.octets = octets
        self.size = size
        self.complete = complete
        self._values: dict[str, tuple[str, ...]] = {}
        self._addresses: dict[str, tuple[tuple[Address, ...], tuple[str, ...]]] = {}

    def __repr__(self) -> str:
        return f"Message(subject={self.subject!r}, size={self.size}, complete={self.complete})"

    def header_alone(self) -> Message:
        """The same message as it is known when only its header was fetched (TOP)."""
        return Message(self.octets[: self._section.body], size=self.size, complete=False)

    @property
    def body_start(self) -> int:
        """The offset in the octets at which the header has ended."""
        return self._section.body

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every header field as it stands in the message, nothing decoded."""
        return self._section.fields

    @cached_property
    def headers(self) -> tuple[Header, ...]:
        """Every header field in the order of the message."""
        return tuple(
            Header(field.name, header_text(field.value, hint=self._hint)) for field in self._section.fields
        )

    def header(self, name: str) -> str | None:
        """The first field of that name, letter case aside."""
        values = self.header_all(name)
        return values[0] if values else None

    def header_all(self, name: str) -> tuple[str, ...]:
        """Every field of that name, in order."""
        name = name.lower()
        if name not in self._values:
            fields = self._fields.get(name, ())
            self._values[name] = tuple(header_text(field.value, hint=self._hint) for field in fields)
        return self._values[name]

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The mailboxes of every field of that name; groups are opened."""
        return self._read_addresses(name.lower())[0]

    @cached_property
    def subject(self) -> str:
        """The decoded Subject, or ""."""
        return self.header("subject") or ""

    @cached_property
    def from_(self) -> Address:
        """The first From address; an empty `Address` when there is none."""
        found = self.addresses("from")
        return next((address for address in found if address.address), found[0] if found else Address("", ""))

    @cached_property
    def date(self) -> datetime | None:
        """The Date header, aware; None when absent or impossible."""
        return parse_date(self.header("date") or "")

    @cached_property
    def received_at(self) -> datetime | None:
        """The date of the newest (topmost) Received header, aware; None when there is none."""
        return received_date(self.header("received") or "")

    @cached_property
    def message_id(self) -> str:
        """With angle brackets, as `<left@right>`, or "" when absent or malformed."""
        first = (self.header("message-id") or "").partition(" ")[0]
        return first if len(first) <= MAX_MESSAGE_ID and _MESSAGE_ID.fullmatch(first) else ""

    @cached_property
    def text(self) -> str:
        """What a reader sees: the text/plain body parts, else the HTML's text; lines end with LF."""
        return self._body.plain or text_of(self._body.html)

    @cached_property
    def reply_text(self) -> str:
        """What its writer wrote: the text without quotes, what introduces them, and the signature."""
        source = "" if self._body.plain else self._body.html
        own = without_quotes(source)
        return reply_of(self.text if own == source else words_of(own))

    @property
    def html(self) -> str:
        """The HTML source of the body, or ""."""
        return self._body.html

    @cached_property
    def attachments(self) -> tuple[Attachment, ...]:
        """What is not the text, pictures inside it included (`Attachment.inline`), in the order of the message."""
        return tuple(
            Attachment(enclosed, index=index, shown=lambda: self._shown)
            for index, enclosed in enumerate(self._contents.enclosed, 1)
        )

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Of `auto_reply automatic bounce report list calendar signed encrypted personal`."""
        return kinds_of(self._kind_facts)

    @cached_property
    def undecided_kinds(self) -> frozenset[str]:
        """The kinds that it may turn out to be of, beside `kinds`, once it is fetched whole."""
        return undecided(self._kind_facts)

    @cached_property
    def defects(self) -> tuple[str, ...]:
        """What is broken, one sentence each; to know it all, everything is read, attachments too."""
        found = [*self._section.defects, *self._header_defects()]
        if self.complete:
            found += [
                *self._tree.defects,
                *self._name_defects(),
                *self._contents.defects,
                *self._body.defects,
            ]
            found += [
                f"attachment {part.index}: {defect}" for part in self.attachments for defect in part.defects
            ]
        return tuple(dict.fromkeys(found))

    @cached_property
    def header_digest(self) -> str:
        """SHA-256 of the fields that tell one mail from another: the witness beside a UID.

        Not of the whole header: some servers add X-UIDL or Status as they like, with RETR and not with TOP.
        """
        digest = hashlib.sha256()
        for name in IDENTIFYING_FIELDS:
            for field in self._fields.get(name, ()):
                digest.update(name.encode() + b":" + b"".join(field.value.split()) + b"\n")
        return digest.hexdigest()

    @cached_property
    def _section(self) -> Section:
        return read_section(self.octets)

    @cached_property
    def _fields(self) -> dict[str, list[Field]]:
        by_name: dict[str, list[Field]] = {}
        for field in self._section.fields:
            by_name.setdefault(field.name.lower(), []).append(field)
        return by_name

    @cached_property
    def _content_type(self) -> Parameters:
        return parse_parameters(self._raw("content-type"))

    @property
    def _hint(self) -> str:
        """The charset of the text, which undeclared 8-bit headers mostly share."""
        return self._content_type.get("charset")

    @cached_property
    def bounce(self) -> Bounce:
        """What it says of a delivery, whoever sent it; `NO_BOUNCE` where it is no report that a program can read."""
        failed = tuple(one.address for one in self.addresses("x-failed-recipients") if one.address)
        return read_bounce(self._tree.leaves, self.octets, failed)

    @cached_property
    def _kind_facts(self) -> Facts:
        return Facts(
            fields=self.header_all,
            names=self._fields,
            authors=self.addresses("from"),
            senders=self.addresses("sender"),
            return_paths=self.addresses("return-path"),
            content_type=self._content_type,
            leaf=self._leaf,
            octets=self.octets,
            parts=(lambda: self._tree.leaves) if self.complete else None,
        )

    @property
    def _leaf(self) -> Leaf:
        """The message as a part without parts."""
        headers = {name: self._raw(name) for name in CONTENT_FIELDS if name in self._fields}
        return leaf_of([(self._section.body, len(self.octets))], headers=headers)

    @cached_property
    def _tree(self) -> Tree:
        if not self.complete:
            return Tree(())
        if self._content_type.value.startswith("multipart/"):
            body = self._section.body
            return read_tree(self.octets, body=body, content_type=self._raw("content-type"))
        return Tree((self._leaf,))

    @cached_property
    def _contents(self) -> Contents:
        return read_contents(self._tree.leaves, self.octets)

    @cached_property
    def _body(self) -> Body:
        return read_body(self._contents)

    @cached_property
    def _shown(self) -> frozenset[str]:
        return shown_pictures(self._body.html)

    def _raw(self, name: str) -> bytes:
        fields = self._fields.get(name)
        return fields[0].value if fields else b""

    def _read_addresses(self, name: str) -> tuple[tuple[Address, ...], tuple[str, ...]]:
        if name not in self._addresses:
            self._addresses[name] = self._parse_addresses(name)
        return self._addresses[name]

    def _parse_addresses(self, name: str) -> tuple[tuple[Address, ...], tuple[str, ...]]:
        found: list[Address] = []
        defects: list[str] = []
        for field in self._fields.get(name, ()):
            parsed = parse_addresses(field.value, hint=self._hint, limit=MAX_ADDRESSES - len(found))
            # Where the value was cut the last address may be half of one.
            found += parsed.addresses[:-1] if field.cut else parsed.addresses
            defects += parsed.defects
        return tuple(found), tuple(defects)

    def _header_defects(self) -> Iterable[str]:
        for name in _ONCE:
            if len(self._fields.get(name, ())) > 1:
                yield f"there is more than one {name.title()} field"
        for name in _ADDRESS_FIELDS:
            for defect in self._read_addresses(name)[1]:
                yield f"{name.title()}: {defect}"
        for name in ("subject", *_ADDRESS_FIELDS):
            for field in self._fields.get(name, ()):
                for defect in header_defects(field.value, hint=self._hint):
                    yield f"{name.title()}: {defect}"
        yield from self._missing()

    def _name_defects(self) -> Iterable[str]:
        for leaf in self._tree.leaves:
            yield from leaf.content_type.defects
            yield from leaf.disposition.defects

    def _missing(self) -> Iterable[str]:
        for name, is_read in (("from", True), ("date", self.date), ("message-id", self.message_id)):
            if name not in self._fields:
                yield f"there is no {name.title()} field"
            elif not is_read:
                yield f"the {name.title()} field can't be read: {self.header(name) or ''!a:.80}"
        if self.received_at is None and "received" in self._fields:
            yield "the newest Received field has no date"
