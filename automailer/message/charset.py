"""Octets in a declared, misdeclared or undeclared charset → text. Pure; never raises on what a mail contains.

What is declared is believed as long as the octets bear it out; where they don't, the text is read as what it looks
like, and a defect says so. UTF-7 is read where it is declared, since old Outlook sends it, and never guessed: what is
decoded is cleaned and escaped like any other text after, so that it can hide no markup and no structure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from automailer.message.codings import leniently, strictly
from automailer.message.guessing import guess, is_utf8, make_guess
from automailer.message.labels import codec_for, label_of

__all__ = ["Decoded", "decode", "guess"]

MAX_SHOWN = 40
"""Characters of a label that a defect shows."""

_HIGH = bytes(range(0x80, 0x100))
_C1 = re.compile(rb"[\x80-\x84\x86-\x9f]")
_SEVEN_BIT = frozenset({
    "hz", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037", "cp500", "cp1140",
})  # fmt: skip
"""Codecs in which ASCII octets are other characters."""

_WINDOWS = {
    "iso8859-2": "cp1250", "iso8859-5": "cp1251", "iso8859-6": "cp1256", "iso8859-7": "cp1253", "iso8859-8": "cp1255",
    "iso8859-13": "cp1257", "iso8859-15": "cp1252", "iso8859-4": "cp1257",
}  # fmt: skip
"""What is meant where control characters (C1) stand in what claims to be ISO 8859: Windows has letters there."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and the sentence that says what was wrong with its charset, or ""."""

    text: str
    defect: str = ""


def decode(octets: bytes, label: str, *, hint: str = "", thorough: bool = False) -> Decoded:
    """Decode as declared, or as can be guessed where that fails; `hint` and `thorough` are those of `guess`."""
    if not label and octets.isascii() and b"\x1b" not in octets:
        return Decoded(octets.decode("ascii"))
    codec = codec_for(label)
    if octets.isascii() and b"\x1b" not in octets and codec not in _SEVEN_BIT:
        unknown = f"charset {_shown(label)} is not known" if label.strip() and codec is None else ""
        return Decoded(octets.decode("ascii"), unknown)
    if codec is None:
        return _undeclared(octets, label, hint=hint, thorough=thorough)
    if (text := _as_marked(octets, codec)) is not None:
        return Decoded(text, _not_as_declared(label, "iso2022_jp"))
    if codec == "cp1252" and is_utf8(octets):
        # Valid UTF-8 in what claims to be Latin is UTF-8: chance hits need pairs that no language writes.
        return Decoded(octets.decode(), _not_as_declared(label, "utf-8"))
    return _as_declared(codec, octets, label, thorough=thorough)


def _as_marked(octets: bytes, codec: str) -> str | None:
    """Japanese by its escape sequences (RFC 1468), which mean nothing in the charsets that they are sent as."""
    if codec in ("cp1252", "utf-8") and b"\x1b$" in octets and octets.isascii():
        return strictly(octets, "iso2022_jp")
    return None


def _undeclared(octets: bytes, label: str, *, hint: str, thorough: bool) -> Decoded:
    made = make_guess(octets, hint=hint, thorough=thorough)
    if label.strip():
        return Decoded(made.text, f"charset {_shown(label)} is not known: read as {label_of(made.codec)}")
    if is_utf8(octets):
        return Decoded(made.text)
    return Decoded(made.text, f"8-bit text names no charset: read as {label_of(made.codec)}")


def _as_declared(codec: str, octets: bytes, label: str, *, thorough: bool) -> Decoded:
    windows = _WINDOWS.get(codec)
    if windows and _C1.search(octets) and (text := strictly(octets, windows)) is not None:
        return Decoded(text, _not_as_declared(label, windows))
    if (text := strictly(octets, codec)) is not None:
        return Decoded(text)
    if codec != "utf-8" and not octets.isascii() and is_utf8(octets):
        return Decoded(octets.decode(), _not_as_declared(label, "utf-8"))
    text = leniently(octets, codec)
    is_other = codec == "iso2022_jp" and b"\x1b" not in octets
    if is_other or _is_mostly_broken(text, octets):
        made = make_guess(octets, thorough=thorough)
        return Decoded(made.text, _not_as_declared(label, made.codec))
    return Decoded(text, f"text is not {_shown(label)} throughout, as declared")


def _is_mostly_broken(text: str, octets: bytes) -> bool:
    """More than half of the octets that are not ASCII made no character."""
    high = len(octets) - len(octets.translate(None, _HIGH))
    return 0 < high < text.count("\ufffd") * 2


def _not_as_declared(label: str, codec: str) -> str:
    return f"text is not {_shown(label)} as declared: read as {label_of(codec)}"


def _shown(label: str) -> str:
    return ascii(label[:MAX_SHOWN])
