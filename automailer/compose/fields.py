"""Header fields: free text, folded to 76 columns, encoded by RFC 2047, never more than one field. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from automailer.compose.charsets import encodable, fitting_charset

__all__ = ["Encoded", "clean", "fold", "text_field", "word_field"]

MAX_TEXT = 500
"""Characters of a free text in a header; longer ones are cut."""

MAX_LINE = 76
"""Columns of a line with encoded words (RFC 2047 2); fine for every other line too."""

MAX_WORD = 75
"""Columns of an encoded word (RFC 2047 2)."""

_MOST_PLAIN = 60
"""Columns of a word without blanks that is written as it is; a longer one could not be folded."""

# C0, DEL, C1, and the line and paragraph separators that some software takes for line ends
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What may stand in a Q word anywhere, in a display name too (RFC 2047 5 (3))
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


@dataclass(frozen=True, slots=True)
class Encoded:
    """Text that has to be written as encoded words."""

    text: str


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Make a text safe for a header line: no control character, single blanks, cut to the limit."""
    return " ".join(_CONTROL.sub(" ", encodable(text[: 4 * limit])).split())[:limit].rstrip()


def text_field(name: str, text: str, *, charset: str, limit: int = MAX_TEXT) -> str:
    """Write an unstructured field (RFC 5322 2.2.1) with its CRLF; a text longer than the limit is cut."""
    return fold(name, _runs(clean(text, limit)), charset=charset)


def word_field(name: str, words: Iterable[str]) -> str:
    """Write a field of ASCII words that are known to be safe, with its CRLF."""
    return fold(name, words, charset="us-ascii")


def fold(name: str, pieces: Iterable[str | Encoded], *, charset: str) -> str:
    """Write a field from its pieces, one blank between them, folding where a line would get too long."""
    lines = [f"{name}:"]
    for piece in pieces:
        # a line of the name alone is not folded; elsewhere a new line saves cutting a text in two
        room = MAX_LINE - len(lines[-1]) - 1 if lines[-1] == f"{name}:" else MAX_WORD
        for word in (piece,) if isinstance(piece, str) else _encoded_words(piece.text, charset, room):
            if len(lines[-1]) + 1 + len(word) > MAX_LINE and lines[-1] != f"{name}:":
                lines.append("")
            lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def _runs(text: str) -> Iterator[str | Encoded]:
    """Plain words as they are; neighbours that need encoding together: readers drop the blanks between."""
    run: list[str] = []
    for word in text.split():
        if word.isascii() and "=?" not in word and len(word) <= _MOST_PLAIN:
            if run:
                yield Encoded(" ".join(run))
                run = []
            yield word
        else:
            run.append(word)
    if run:
        yield Encoded(" ".join(run))


def _encoded_words(text: str, charset: str, room: int) -> Iterator[str]:
    label = fitting_charset(text, charset)
    while text:
        length = min(len(text), MAX_WORD)
        while length > 1 and len(_encoded_word(text[:length], label)) > min(room, MAX_WORD):
            length -= 1
        yield _encoded_word(text[:length], label)
        text = text[length:]
        room = MAX_WORD


def _encoded_word(text: str, label: str) -> str:
    octets = text.encode(label)
    b = base64.b64encode(octets).decode("ascii")
    q = "".join(map(_q, octets))
    return f"=?{label}?q?{q}?=" if len(q) <= len(b) else f"=?{label}?b?{b}?="


def _q(octet: int) -> str:
    if octet in _Q_SAFE:
        return chr(octet)
    return "_" if octet == 0x20 else f"={octet:02X}"
