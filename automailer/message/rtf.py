"""Compressed RTF ([MS-OXRTFCP]) and the text that RTF shows. Pure; bounded, never raises, linear time.

No look is kept, only words and lines. In RTF that wraps HTML or plain text ([MS-OXRTFEX]) these are the same.
"""

from __future__ import annotations

import re

from automailer.message.charset import decode

__all__ = ["decompressed", "text_of_rtf"]

MAX_RTF = 4_000_000
"""Octets that are unpacked, and of which the text is read."""

MAX_DEPTH = 200
"""Groups in groups; what lies deeper is passed over."""

_COMPRESSED, _STORED = b"LZFu", b"MELA"
_WINDOW = 4_096
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans "
    rb"SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)"
)
_UNSEEN = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr footnote xe tc "
    b"listtable listoverridetable revtbl rsidtbl generator themedata filetbl datastore fldinst "
    b"bkmkstart bkmkend".split()
)
_SPACES = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t",
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”",
}  # fmt: skip
_EMPTY_LINES = re.compile(r"\n{3,}")


def decompressed(packed: bytes | memoryview, *, limit: int = MAX_RTF) -> bytes:
    """Return at most so many octets of the RTF of a compressed one, as far as it can be read; b"" when it is none."""
    kind, octets = bytes(packed[8:12]), bytes(packed[16 : 16 + limit])
    if kind == _STORED:
        return octets
    return _unpacked(octets, limit) if kind == _COMPRESSED else b""


def _unpacked(octets: bytes, limit: int) -> bytes:
    """LZFu: octets as they are, and references into the last 4,096, told apart by the bits of every ninth octet."""
    found, place = bytearray(_START.rjust(_WINDOW)), 0
    while place < len(octets) and len(found) < _WINDOW + limit:
        control, place = octets[place], place + 1
        for bit in range(8):
            if not control >> bit & 1:
                found += octets[place : place + 1]
                place += 1
                continue
            token, place = int.from_bytes(octets[place : place + 2], "big"), place + 2
            # References are to places in a ring, in which what is known at the start comes first.
            back, length = (len(found) + len(_START) - (token >> 4)) % _WINDOW, (token & 15) + 2
            # A reference to the place itself is the end.
            if not back or place > len(octets):
                return bytes(found[_WINDOW:])
            piece = found[-back : min(length - back, 0) or None]
            found += (piece * (length // back + 1))[:length]
    return bytes(found[_WINDOW : _WINDOW + limit])


def text_of_rtf(octets: bytes) -> str:
    """Return the text that a reader of the RTF sees."""
    if not octets.startswith(b"{\\rtf"):
        return ""
    reader = _Reader()
    for token in _TOKEN.finditer(octets[:MAX_RTF]):
        reader.take(token)
    return _EMPTY_LINES.sub("\n\n", "\n".join(map(str.rstrip, reader.text().split("\n")))).strip("\n")


class _Reader:
    """One walk over the tokens of RTF."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.octets = bytearray()
        self.label = "cp1252"
        self.unicode_skip = 1
        self.to_skip = 0
        self.depth = 0
        self.unseen_from = 0
        self.wraps_html = False
        self.is_markup = False
        self.starts_group = False

    def text(self) -> str:
        """All of the text so far."""
        self._flush()
        # Characters beyond U+FFFF come as two halves.
        return "".join(self.parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def take(self, token: re.Match[bytes]) -> None:
        """Read on."""
        word, number, coded, symbol, brace, plain = token.groups()
        if brace:
            self._brace(brace)
            return
        started, self.starts_group = self.starts_group, False
        if word:
            self._word(word, number, started=started)
        elif symbol == b"*" and started:
            self._hide()
        elif not self.unseen_from:
            self._show(coded, symbol, plain)

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            self.depth += 1
            self.starts_group = True
            if self.depth > MAX_DEPTH:
                self._hide()
            return
        if self.depth == self.unseen_from:
            self.unseen_from = 0
        self.depth = max(self.depth - 1, 0)
        self.to_skip = 0

    def _hide(self) -> None:
        self.unseen_from = self.unseen_from or self.depth

    def _word(self, word: bytes, number: bytes | None, *, started: bool) -> None:
        if word in _UNSEEN and started:
            self._hide()
        elif word == b"ansicpg" and number:
            self.label = f"cp{int(number)}"
        elif word == b"fromhtml":
            self.wraps_html = True
        elif word == b"htmlrtf":
            self.is_markup = self.wraps_html and number != b"0"
        elif word == b"uc" and number:
            self.unicode_skip = min(max(int(number), 0), 8)
        elif not self.unseen_from:
            self._shown_word(word, number)

    def _shown_word(self, word: bytes, number: bytes | None) -> None:
        if word == b"u" and number:
            self._flush()
            self.parts.append(chr(int(number) & 0xFFFF))
            self.to_skip = self.unicode_skip
        elif word in _SPACES:
            self._flush()
            self.parts.append(_SPACES[word])

    def _show(self, coded: bytes | None, symbol: bytes | None, plain: bytes | None) -> None:
        # What stands between \htmlrtf and \htmlrtf0 repeats the HTML for those who read RTF; its line ends count.
        if coded:
            shown = bytes((int(coded, 16),))
        elif symbol:
            shown = {b"~": b" ", b"_": b"-", b"\\": b"\\", b"{": b"{", b"}": b"}"}.get(symbol, b"")
        else:
            shown = plain or b""
        skipped = min(self.to_skip, len(shown))
        self.to_skip -= skipped
        if not self.is_markup:
            self.octets += shown[skipped:]

    def _flush(self) -> None:
        if self.octets:
            self.parts.append(decode(bytes(self.octets), self.label).text)
            self.octets.clear()
