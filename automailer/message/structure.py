"""The MIME tree (RFC 2045, RFC 2046): octets → leaves, each with its place in the octets. Pure.

The tree is the standard library's, with its reading of broken boundaries. It is given a skeleton: every stretch of more
than 256 octets without a line that begins with `--` is replaced by one line that says where the stretch lies, so time
and memory follow the number of parts and not their size. Parts, depth and the skeleton itself have limits; past one the
rest is not read, and a defect says so. message/* parts are leaves: what is inside is another message's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.feedparser import FeedParser
from email.message import Message as StdlibMessage
from email.policy import Compat32, compat32

from automailer.message.parameters import Parameters, media_type, parse_parameters

__all__ = ["CONTENT_FIELDS", "Leaf", "Octets", "Piece", "Tree", "leaf_of", "read_tree"]

MAX_PARTS = 1_000
"""A digest of a busy list has 100; 100,000 parts of two octets kept the standard library busy for six seconds."""

MAX_DEPTH = 20
"""Multiparts in one another: real mail has up to six, the standard library's parser breaks at some 300."""

MAX_SKELETON = 16_000_000
"""Octets: reached only when millions of lines look like boundaries."""

MAX_PART_HEADER = 65_536
"""Octets of one part's header section."""

MAX_BOUNDARY = 256
"""Characters; RFC 2046 5.1.1 allows 70."""

CONTENT_FIELDS = ("content-type", "content-disposition", "content-transfer-encoding", "content-id")
"""The fields of a part that are read."""

LONG_STRETCH = 256
"""Octets from which a stretch is replaced by its place."""

BATCH = 256
"""Pieces of skeleton that the parser is given at once."""

_CANDIDATE = re.compile(rb"[\r\n]--")
_EMPTY_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))")
_LINE_END = re.compile(rb"\r\n|[\r\n]")
# Octets become characters up to U+00FF, so no mail can hold these two.
_PLACE = re.compile("\ue000([0-9]+):([0-9]+)\ue001")

Octets = bytes | memoryview
Piece = bytes | tuple[int, int]
"""A stretch of a leaf's body: the octets, or where they begin and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A part without parts: what its header says of it, and its body, still encoded.

    Without a type, or with a broken one, it is text (RFC 2045 5.2), and octets when it is named or attached.
    `section` is its number (RFC 9051 6.4.5), `within` the types of the multiparts around it, the outermost first;
    `too_deep` tells that it is a multipart that was not opened.
    """

    content_type: Parameters
    disposition: Parameters
    type: str
    encoding: str
    content_id: str
    body: tuple[Piece, ...]
    section: tuple[int, ...] = (1,)
    within: tuple[str, ...] = ()
    too_deep: bool = False

    @property
    def related(self) -> bool:
        """A multipart/related (RFC 2387) is around it."""
        return "multipart/related" in self.within

    @property
    def is_text(self) -> bool:
        """Text to read by its type: a multipart in which no parts were found is read as text, too."""
        return self.type.startswith("text/") or (self.type.startswith("multipart/") and not self.too_deep)


@dataclass(frozen=True, slots=True)
class Tree:
    """The leaves in order, and a sentence for each thing that is wrong with the structure."""

    leaves: tuple[Leaf, ...]
    defects: tuple[str, ...] = ()


def read_tree(octets: Octets, *, body: int, content_type: bytes) -> Tree:
    """Read a multipart whose own Content-Type and start of body are known."""
    return _Reader(octets).read(body, content_type)


def leaf_of(body: Sequence[Piece], *, headers: Mapping[str, bytes], default_type: str = "text/plain") -> Leaf:
    """Return a leaf by its raw Content-* fields, by lower-case name."""
    content_type = parse_parameters(headers.get("content-type", b""))
    disposition = parse_parameters(headers.get("content-disposition", b""))
    is_named = disposition.value == "attachment" or disposition.get("filename") or content_type.get("name")
    if default_type == "text/plain" and is_named:
        default_type = "application/octet-stream"
    return Leaf(
        content_type=content_type,
        disposition=disposition,
        type=media_type(content_type.value, default=default_type),
        encoding=parse_parameters(headers.get("content-transfer-encoding", b"")).value,
        content_id=_content_id(headers.get("content-id", b"")),
        body=tuple(body),
    )


def _content_id(raw: bytes) -> str:
    text = raw[:1_000].decode("latin-1").strip()
    return "".join(text.removeprefix("<").partition(">")[0].split()) if text.isprintable() else ""


class _TooManyParts(ValueError):
    """Stops the standard library's parser; never leaves this module."""


class _Part(StdlibMessage):
    """What the standard library's parser builds, told to open fewer things than it would."""

    depth = 0
    chosen = ""

    def attach(self, payload: object) -> None:
        if isinstance(payload, _Part):
            payload.depth = self.depth + 1
            super().attach(payload)

    def get_content_type(self) -> str:
        """The type by which the parser chooses what to do: message/* and what lies too deep are plain leaves."""
        if not self.chosen:
            declared = super().get_content_type()
            is_too_deep = self.depth >= MAX_DEPTH and declared.startswith("multipart/")
            is_leaf = is_too_deep or declared.startswith("message/")
            self.chosen = "application/octet-stream" if is_leaf else declared
        return self.chosen

    def get_boundary(self, failobj: object = None) -> str | None:  # type: ignore[override]
        """The boundary as the octets of the body would show it, one character each."""
        boundary = parse_parameters(self.raw("content-type")).get("boundary").rstrip()
        return boundary.encode().decode("latin-1") if 0 < len(boundary) <= MAX_BOUNDARY else None

    def has_parts_behind(self) -> bool:
        """Boundaries in the epilogue, which readers must pass over (RFC 2046 5.1.1) and some do not."""
        lines = f"\n{self.epilogue or ''}\n"
        return bool(re.search(rf"[\r\n]--{re.escape(self.get_boundary() or '')}(?:--)?[ \t]*[\r\n]", lines))

    def raw(self, name: str) -> bytes:
        """The octets of the first field of that name, or none."""
        return str(self.get(name, "")).encode("latin-1", "replace")


class _Reader:
    """One reading of one message."""

    def __init__(self, octets: Octets) -> None:
        self.octets = octets
        self.defects: list[str] = []
        self.made: list[_Part] = []
        self.empty_line = _EMPTY_LINE.search(octets)

    def read(self, body: int, content_type: bytes) -> Tree:
        parser: FeedParser[StdlibMessage] = FeedParser(self._make, policy=compat32)
        self.made.clear()  # the parser tries its factory once
        try:
            parser.feed(f"Content-Type: {_one_line(content_type)}\n\n")
            for batch in _batches(self._skeleton(body)):
                parser.feed(batch)
            parser.close()
        except _TooManyParts:
            self.defects.append(f"there are more than {MAX_PARTS:,} parts: the rest was not read")
        leaves = tuple(self._leaves(self.made[0], (), ()))
        return Tree(leaves, tuple(dict.fromkeys(self.defects)))

    def _make(self, *, policy: Compat32 = compat32) -> StdlibMessage:
        if len(self.made) > MAX_PARTS:
            raise _TooManyParts
        part = _Part(policy=policy)
        self.made.append(part)
        return part

    def _skeleton(self, at: int) -> Iterator[str]:
        """The body from `at` on: possible boundaries and the header sections behind them, the rest in short."""
        spent = 0
        for candidate in _CANDIDATE.finditer(self.octets, max(at - 1, 0)):
            line = candidate.start() + 1
            if line < at or not (end := self._end_of_header(line)):
                continue
            if spent > MAX_SKELETON:
                self.defects.append("too many lines look like boundaries: the rest was not read")
                break
            yield self._stretch(at, line)
            yield self._text(line, end)
            spent += end - line + LONG_STRETCH
            at = end
        yield self._stretch(at, len(self.octets))

    def _end_of_header(self, line: int) -> int:
        """Where the header section behind this line ends, or else the line does; 0 when the line is too long."""
        if self.empty_line is not None and self.empty_line.start() < line:
            self.empty_line = _EMPTY_LINE.search(self.octets, line)
        end = self.empty_line.end() if self.empty_line else len(self.octets)
        if end - line <= MAX_PART_HEADER:
            return end
        found = _LINE_END.search(self.octets, line, line + MAX_PART_HEADER)
        return found.end() if found else 0

    def _stretch(self, start: int, end: int) -> str:
        if end - start <= LONG_STRETCH:
            return self._text(start, end)
        # The last line end stays: the parser takes it away where it belongs to a boundary.
        tail = bytes(self.octets[end - 2 : end])
        kept = 2 if tail == b"\r\n" else int(tail[1:] in (b"\r", b"\n"))
        return f"\ue000{start}:{end - kept}\ue001{self._text(end - kept, end)}"

    def _text(self, start: int, end: int) -> str:
        return str(self.octets[start:end], "latin-1")

    def _leaves(self, part: _Part, section: tuple[int, ...], within: tuple[str, ...]) -> Iterator[Leaf]:
        for defect in part.defects:
            self.defects.append(_SENTENCES.get(type(defect).__name__, "the structure of a part is broken"))
        payload = part.get_payload()
        if isinstance(payload, list):
            if part.has_parts_behind():
                self.defects.append(
                    "what looks like parts stands behind the end of a multipart: it was not read"
                )
            inside = (*within, part.get_content_type())
            for number, child in enumerate(payload, 1):
                if isinstance(child, _Part):
                    yield from self._leaves(child, (*section, number), inside)
            return
        headers = {name: part.raw(name) for name in CONTENT_FIELDS if name in part}
        leaf = leaf_of(
            tuple(_pieces(str(payload or ""))), headers=headers, default_type=part.get_default_type()
        )
        too_deep = part.depth >= MAX_DEPTH and leaf.type.startswith("multipart/")
        if too_deep:
            self.defects.append(f"parts lie deeper than {MAX_DEPTH}: they were not opened")
        yield replace(leaf, section=section or (1,), within=within, too_deep=too_deep)


def _batches(texts: Iterator[str]) -> Iterator[str]:
    """The same in fewer, larger pieces, which the parser takes faster."""
    waiting: list[str] = []
    for text in texts:
        waiting.append(text)
        if len(waiting) >= BATCH:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)


def _pieces(payload: str) -> Iterator[Piece]:
    at = 0
    for place in _PLACE.finditer(payload):
        if place.start() > at:
            yield payload[at : place.start()].encode("latin-1", "replace")
        yield int(place[1]), int(place[2])
        at = place.end()
    if at < len(payload):
        yield payload[at:].encode("latin-1", "replace")


def _one_line(raw: bytes) -> str:
    return raw.translate(None, b"\r\n").decode("latin-1")


_SENTENCES = {
    "NoBoundaryInMultipartDefect": "a multipart names no boundary",
    "StartBoundaryNotFoundDefect": "the boundary that a multipart names is nowhere in it",
    "CloseBoundaryNotFoundDefect": "a multipart is not closed by its boundary",
    "FirstHeaderLineIsContinuationDefect": "the header of a part begins with a continuation line",
    "MisplacedEnvelopeHeaderDefect": "an mbox line stands in the header of a part",
    "MissingHeaderBodySeparatorDefect": "the header of a part does not end with an empty line",
    "MultipartInvariantViolationDefect": "a multipart holds no parts",
    "InvalidMultipartContentTransferEncodingDefect": "a multipart claims to be encoded as a whole",
    "InvalidHeaderDefect": "a header field of a part is broken",
}
