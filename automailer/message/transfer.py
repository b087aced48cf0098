"""Content-Transfer-Encoding (RFC 2045 6) undone piece by piece, leniently. Pure; memory does not grow with the part."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Protocol

__all__ = ["decoded"]

MAX_LINE = 65_536
"""Octets of one encoded line that are waited for; a longer one is decoded in pieces."""

_BASE64_OCTETS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(octet for octet in range(256) if octet not in _BASE64_OCTETS)
_BLANKS = b" \t\r\n\v\f"
_BASE64_RUN = re.compile(rb"([^=]*)(=*)")
_BROKEN_QUOTE = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\r|\Z))")
# The last ones are what is left of `7 bit`, `8 bit` and `quoted printable`: a token ends at a blank.
_IDENTITY = frozenset({"", "7bit", "8bit", "binary", "none", "7-bit", "8-bit", "7bits", "8bits", "7", "8"})
_QUOTED = frozenset({"quoted-printable", "q", "quoted_printable", "quotedprintable", "quoted"})


class _Decoder(Protocol):
    def feed(self, octets: bytes) -> bytes:
        """Decode what can be decoded so far."""

    def finish(self) -> bytes:
        """Decode what is left."""


def decoded(pieces: Iterable[bytes], encoding: str, defects: list[str]) -> Iterator[bytes]:
    """Yield the decoded octets of encoded pieces; what is wrong is added to `defects` once all is read."""
    name = encoding.strip().lower()
    if name in _IDENTITY:
        yield from pieces
        return
    decoder: _Decoder
    if name in ("base64", "b"):
        decoder = _Base64(defects)
    elif name in _QUOTED:
        decoder = _QuotedPrintable(defects)
    elif name in ("x-uuencode", "uuencode", "uue", "x-uue"):
        decoder = _Uuencode(defects)
    else:
        defects.append(f"transfer encoding {name[:40]!a} is not known: the octets were left as they are")
        yield from pieces
        return
    yield from filter(None, map(decoder.feed, pieces))
    if last := decoder.finish():
        yield last


class _Base64:
    """RFC 2045 6.8; what is no base64 is passed over.

    After padding base64 may begin anew (mailers that pad each line), or words follow (footers of lists) that end it.
    """

    def __init__(self, defects: list[str]) -> None:
        self.defects = defects
        self.carried = b""
        self.is_dirty = False
        self.is_short = False
        self.is_over = False

    def feed(self, octets: bytes) -> bytes:
        if self.is_over:
            return b""
        octets = self._without_footer(octets)
        encoded = octets.translate(None, _NOT_BASE64)
        if len(encoded) != len(octets) and octets.translate(None, _BASE64_OCTETS + _BLANKS):
            self.is_dirty = True
        encoded = self.carried + encoded
        if b"=" not in encoded:
            whole = len(encoded) // 4 * 4
            self.carried = encoded[whole:]
            return binascii.a2b_base64(encoded[:whole])
        return self._with_padding(encoded)

    def finish(self) -> bytes:
        octets = self._end(self.carried, 0) if self.carried.rstrip(b"=") else b""
        if self.is_dirty:
            self.defects.append("base64 holds characters that it must not")
        if self.is_short:
            self.defects.append("base64 is cut short or wrongly padded")
        return octets

    def _without_footer(self, octets: bytes) -> bytes:
        end = octets.rfind(b"=") + 1
        if end and octets[end:].strip().translate(None, _BASE64_OCTETS + b"\r\n"):
            self.is_over = self.is_dirty = True
            return octets[:end]
        return octets

    def _with_padding(self, encoded: bytes) -> bytes:
        octets = b""
        runs = [run for run in _BASE64_RUN.findall(encoded) if run != (b"", b"")]
        self.carried = b""
        for number, (data, padding) in enumerate(runs, 1):
            missing = -len(data) % 4
            if number == len(runs) and len(padding) < missing:
                # The rest of it may be in the next piece.
                whole = len(data) // 4 * 4
                octets += binascii.a2b_base64(data[:whole])
                self.carried = data[whole:] + padding
            else:
                octets += self._end(data, len(padding))
        return octets

    def _end(self, data: bytes, padding: int) -> bytes:
        data = data.rstrip(b"=")
        missing = -len(data) % 4
        if missing != padding or missing == 3:
            self.is_short = True
        if missing == 3:
            data, missing = data[:-1], 0
        return binascii.a2b_base64(data + b"=" * missing)


class _QuotedPrintable:
    """RFC 2045 6.7; a broken `=` stays as it is."""

    def __init__(self, defects: list[str]) -> None:
        self.defects = defects
        self.carried = b""
        self.is_broken = False

    def feed(self, octets: bytes) -> bytes:
        octets = self.carried + octets
        end = octets.rfind(b"\n") + 1
        if not end and len(octets) > MAX_LINE:
            end = len(octets)
            # Not within an `=XX`, nor before the end of a line that `=` and blanks may join.
            tail = octets[-MAX_LINE // 2 :].rstrip(b" \t\r")
            if b"=" in tail[-3:]:
                end = octets.rfind(b"=")
        self.carried = octets[end:]
        return self._decode(octets[:end])

    def finish(self) -> bytes:
        octets = self._decode(self.carried)
        if self.is_broken:
            self.defects.append("quoted-printable holds an = that quotes nothing")
        return octets

    def _decode(self, octets: bytes) -> bytes:
        if not self.is_broken and _BROKEN_QUOTE.search(octets):
            self.is_broken = True
        return binascii.a2b_qp(octets)


class _Uuencode:
    """POSIX uuencode: lines between `begin` and `end`."""

    def __init__(self, defects: list[str]) -> None:
        self.defects = defects
        self.carried = b""
        self.has_begun = self.has_ended = self.is_broken = False

    def feed(self, octets: bytes) -> bytes:
        lines = (self.carried + octets).split(b"\n")
        self.carried = lines.pop()[:MAX_LINE]
        return b"".join(map(self._line, lines))

    def finish(self) -> bytes:
        octets = self._line(self.carried)
        if not self.has_ended:
            self.defects.append(
                "uuencoded data has no end" if self.has_begun else "uuencoded data has no beginning"
            )
        if self.is_broken:
            self.defects.append("uuencoded data holds broken lines")
        return octets

    def _line(self, line: bytes) -> bytes:
        line = line.rstrip(b"\r\n")
        if not self.has_begun:
            self.has_begun = line.startswith(b"begin ")
            return b""
        if self.has_ended or not line:
            return b""
        if line.strip() == b"end":
            self.has_ended = True
            return b""
        return self._data(line)

    def _data(self, line: bytes) -> bytes:
        try:
            return binascii.a2b_uu(line)
        except binascii.Error:
            # Old encoders pad lines; the count in front says how much of one is meant.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            self.is_broken = True
            return b""
