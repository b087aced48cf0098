"""What two parsers see in the same octets, as facts that can be compared: ours, and the standard library's.

A fact has a name, such as `subject` or `octets 1.2` (the leaf with that section number, RFC 9051 6.4.5), and a short
value. What is inside a message/* part is the facts of another message: `subject 2/`, `octets 2/1`.
Blanks in text are compared as single ones; a date without zone is UTC (RFC 5322 4.3). 8-bit text that the standard
library leaves undecoded is taken as UTF-8 (RFC 6532). Facts that only one of the two has are put together to one.
"""

from __future__ import annotations

import email.policy
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader, DateHeader, HeaderRegistry
from email.message import Message as StdlibMessage
from email.parser import BytesParser
from email.utils import getaddresses

from automailer.message import Message, parse
from automailer.message.fields import read_section
from automailer.message.structure import Leaf
from tests.integration.message.readings import name_of, octets_of

__all__ = ["Difference", "Facts", "differences", "ours", "theirs"]

Facts = dict[str, str]
Difference = tuple[str, str, str]
"""Name of the fact, ours, theirs."""

MAX_DEPTH = 3
"""Messages in messages that are compared."""

MAX_FIELD = 3_000
"""Octets of a field that the standard library's new parser is given: it takes minutes for 50 kB of quotes."""

MAX_VALUE = 160
"""Characters of a value; of a longer one the beginning is kept, and a digest."""

_ADDRESSES = ("from", "to", "cc")
_BLOCKS = ("message/delivery-status",)
_EMPTY_LINES = re.compile(rb"\n\s*\n")
_REGISTRY = HeaderRegistry()


def ours(octets: bytes) -> Facts:
    """The facts as we read them."""
    return dict(_ours(parse(octets), "", MAX_DEPTH))


def theirs(octets: bytes) -> Facts:
    """The facts as the standard library reads them."""
    return dict(_theirs(BytesParser(policy=email.policy.compat32).parsebytes(octets), "", MAX_DEPTH))


def differences(mine: Facts, other: Facts) -> list[Difference]:
    """The facts that differ; where one side has parts that the other has not, all of those are one difference."""
    both = mine.keys() & other.keys()
    found = [(name, mine[name], other[name]) for name in mine if name in both and mine[name] != other[name]]
    for what, has, lacks in (("more than they have", mine, other), ("less than they have", other, mine)):
        if alone := [f"{name}={has[name]}" for name in has if name not in lacks]:
            amount = f"{len(alone)} facts, {_hash(alone)}"
            found.append((what, amount, "") if has is mine else (what, "", amount))
    return [(name.strip(), _short(one), _short(two)) for name, one, two in found]


def _ours(message: Message, at: str, depth: int) -> Iterator[tuple[str, str]]:
    fields = message._section.fields
    yield (
        f"fields {at}",
        _digest(f"{field.name}:{_blanks(field.value.decode('latin-1'))}" for field in fields),
    )
    yield f"subject {at}", _blanks(message.subject)
    for name in _ADDRESSES:
        yield f"{name} {at}", _listed((_blanks(a.name), a.address) for a in message.addresses(name))
    yield f"date {at}", _date(message.date)
    leaves = message._tree.leaves
    yield f"tree {at}", " ".join(f"{_section(leaf)}={'>'.join((*leaf.within, leaf.type))}" for leaf in leaves)
    for leaf in leaves:
        yield from _our_leaf(leaf, message, at, depth)


def _our_leaf(leaf: Leaf, message: Message, at: str, depth: int) -> Iterator[tuple[str, str]]:
    place = at + _section(leaf)
    yield f"name {place}", _blanks(name_of(leaf))
    yield f"id {place}", leaf.content_id
    octets = octets_of(leaf, message)
    if leaf.type in _BLOCKS:
        blocks = _EMPTY_LINES.split(octets.replace(b"\r\n", b"\n").strip(b"\n"))
        yield (
            f"octets {place}",
            _digest(
                f"{field.name}:{_blanks(field.value.decode('latin-1'))}"
                for block in blocks
                for field in read_section(block).fields
            ),
        )
    elif leaf.type.startswith("message/"):
        if depth:
            yield from _ours(parse(octets), f"{place}/", depth - 1)
    else:
        yield f"octets {place}", _sum(octets)


def _theirs(message: StdlibMessage, at: str, depth: int) -> Iterator[tuple[str, str]]:
    yield f"fields {at}", _digest(f"{name}:{_blanks(_latin(value))}" for name, value in message.raw_items())
    yield f"subject {at}", _blanks(_text(message, "subject"))
    for name in _ADDRESSES:
        yield f"{name} {at}", _their_addresses(message, name)
    yield f"date {at}", _their_date(message)
    leaves = list(_their_leaves(message, (), ()))
    yield (
        f"tree {at}",
        " ".join(f"{_dots(path)}={'>'.join((*within, t.get_content_type()))}" for path, within, t in leaves),
    )
    for path, _, leaf in leaves:
        yield from _their_leaf(leaf, at + _dots(path), depth)


def _their_leaves(
    part: StdlibMessage, path: tuple[int, ...], within: tuple[str, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[str, ...], StdlibMessage]]:
    payload = part.get_payload()
    if isinstance(payload, list) and part.get_content_maintype() == "multipart":
        for number, child in enumerate(payload, 1):
            assert isinstance(child, StdlibMessage)
            yield from _their_leaves(child, (*path, number), (*within, part.get_content_type()))
    else:
        yield path or (1,), within, part


def _their_leaf(leaf: StdlibMessage, place: str, depth: int) -> Iterator[tuple[str, str]]:
    yield f"name {place}", _blanks(_text_of(leaf.get_filename() or ""))
    yield f"id {place}", _latin(str(leaf.get("content-id", ""))).strip().strip("<>")
    payload = leaf.get_payload()
    if leaf.get_content_type() in _BLOCKS and isinstance(payload, list):
        blocks = [block for block in payload if isinstance(block, StdlibMessage)]
        yield (
            f"octets {place}",
            _digest(
                f"{name}:{_blanks(_latin(value))}" for block in blocks for name, value in block.raw_items()
            ),
        )
    elif isinstance(payload, list):
        (inside,) = payload
        if depth and isinstance(inside, StdlibMessage):
            yield from _theirs(inside, f"{place}/", depth - 1)
    else:
        octets = leaf.get_payload(decode=True)
        yield f"octets {place}", _sum(octets if isinstance(octets, bytes) else b"")


def _text(message: StdlibMessage, name: str) -> str:
    return next((_text_of(str(value)) for field, value in message.raw_items() if field.lower() == name), "")


def _text_of(value: str) -> str:
    if len(value) > MAX_FIELD:
        return _repaired(str(make_header(decode_header(_repaired(_unfolded(value))))))
    return _repaired(str(_REGISTRY("subject", _unfolded(value))))


def _their_addresses(message: StdlibMessage, name: str) -> str:
    found: list[tuple[str, str]] = []
    for field, value in message.raw_items():
        if field.lower() != name:
            continue
        try:
            found += _addresses_of(name, _unfolded(str(value)))
        except (MessageError, ValueError, IndexError, AttributeError, TypeError, RecursionError) as exc:
            return f"raises {type(exc).__name__}"
    return _listed(found)


def _addresses_of(name: str, value: str) -> list[tuple[str, str]]:
    if len(value) > MAX_FIELD:
        read = getaddresses([_repaired(value)])
        return [(_blanks(str(make_header(decode_header(name)))), address) for name, address in read]
    header = _REGISTRY(name, value)
    assert isinstance(header, AddressHeader)
    return [(_repaired(_blanks(a.display_name or "")), _repaired(a.addr_spec)) for a in header.addresses]


def _their_date(message: StdlibMessage) -> str:
    value = next((str(value) for name, value in message.raw_items() if name.lower() == "date"), "")
    try:
        header = _REGISTRY("date", _unfolded(value))
    except (ValueError, TypeError, IndexError) as exc:
        return f"raises {type(exc).__name__}"
    assert isinstance(header, DateHeader)
    return _date(header.datetime)


def _section(leaf: Leaf) -> str:
    return _dots(leaf.section)


def _dots(path: tuple[int, ...]) -> str:
    return ".".join(map(str, path))


def _unfolded(value: str) -> str:
    return value.replace("\r", "").replace("\n", "").strip(" \t")


def _latin(value: object) -> str:
    return str(value).encode("utf-8", "surrogateescape").decode("latin-1")


def _repaired(text: str) -> str:
    """Octets that the standard library carries along as surrogates, read as UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _blanks(text: str) -> str:
    return " ".join(text.split())


def _date(date: datetime | None) -> str:
    if date is None:
        return ""
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).isoformat()


def _listed(found: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name!r} <{address}>" for name, address in found)


def _digest(lines: Iterable[str]) -> str:
    known = list(lines)
    return f"{len(known)} fields, {_hash(known)}"


def _sum(octets: bytes) -> str:
    return f"{len(octets)} octets, {hashlib.sha256(octets).hexdigest()[:8]}"


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:8]


def _short(text: str) -> str:
    text = "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}… {_hash([text])}"
