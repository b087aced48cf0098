"""Header octets → text: unfolding, undeclared 8-bit, encoded words (RFC 2047), cleaning. Pure; linear time.

As mail readers do, encoded words are also decoded inside quoted strings, next to other text and with blanks in them.
What is decoded here is for reading. Whatever is structured (addresses, parameters) is cut up first and decoded after,
so that no encoded comma, angle bracket or line end can take part in the structure.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from itertools import groupby

from automailer.message.charset import Decoded, decode

__all__ = ["clean", "decode_words", "header_defects", "header_text", "unfold"]

# The last word of a value that something cut may have lost its `=`.
_WORD = re.compile(r"=\?[ \t]*([^?\s*]{1,60})(?:\*[^?\s]{0,40})?[ \t]*\?([bBqQ])\?([^?]*)\?(?:=|\Z)")
_LINE_ENDS = re.compile(rb"[\r\n]+")
_Q_OCTET = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_BREAKS = re.compile(r"[ \t]*[\t\r\n\v\f\x85\u2028\u2029]+[ \t]*")
# Control characters, marks that turn the direction of text around, surrogates: none has a place in one line of text.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def header_text(raw: bytes, *, hint: str = "") -> str:
    """Return a raw header value as one clean line of text; `hint` is the charset to try for undeclared 8-bit octets."""
    text = unfold(raw, hint=hint)
    return clean(decode_words(text) if "=?" in text else text)


def header_defects(raw: bytes, *, hint: str = "") -> tuple[str, ...]:
    """Return what is wrong with the charsets of a raw header value, one sentence each."""
    unfolded = _unfolded(raw, hint)
    defects = [unfolded.defect]
    decode_words(unfolded.text, defects)
    return tuple(dict.fromkeys(filter(None, defects)))


def unfold(raw: bytes, *, hint: str = "") -> str:
    """Return a raw header value without its line ends, encoded words left as they are."""
    return _unfolded(raw, hint).text


def _unfolded(raw: bytes, hint: str) -> Decoded:
    octets = _LINE_ENDS.sub(b"", raw).strip(b" \t") if b"\n" in raw or b"\r" in raw else raw.strip(b" \t")
    return decode(octets, "", hint=hint)


def clean(text: str) -> str:
    """Return text without line breaks (each a blank), control, direction and surrogate characters."""
    if text.isprintable():
        return text
    return _HIDDEN.sub("", _BREAKS.sub(" ", text)).strip()


def decode_words(text: str, defects: list[str] | None = None) -> str:
    """Decode every encoded word; white space between two of them goes, and characters split across them join.

    What is wrong with a word's charset is added to `defects`.
    """
    pieces: list[str] = []
    for is_words, run in groupby(_pieces(text), key=lambda piece: isinstance(piece, re.Match)):
        if is_words:
            for found in _decode_run([piece for piece in run if isinstance(piece, re.Match)]):
                pieces.append(found.text)
                if defects is not None:
                    defects.append(found.defect)
        else:
            pieces.extend(piece for piece in run if isinstance(piece, str))
    return "".join(pieces)


def _pieces(text: str) -> Iterator[str | re.Match[str]]:
    """Plain text and encoded words by turns; blanks between two encoded words are left out."""
    at = 0
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        if between and not (at and between.isspace()):
            yield between
        yield word
        at = word.end()
    if at < len(text):
        yield text[at:]


def _decode_run(words: list[re.Match[str]]) -> Iterator[Decoded]:
    """Words in a row: those of one charset are decoded as one, since mailers cut within characters."""
    for charset, same in groupby(words, key=lambda word: word[1].lower()):
        octets = list(_octets(list(same)))
        joined = decode(b"".join(octets), charset)
        alone = [decode(piece, charset) for piece in octets] if joined.defect and len(octets) > 1 else []
        # Where a word has lost half a character, the next one must not make another of it.
        if alone and not any(one.defect for one in alone[1:]):
            yield from alone
        else:
            yield joined


def _octets(words: list[re.Match[str]]) -> Iterator[bytes]:
    """Octets of words in one charset; base64 that was cut at no multiple of four goes on in the next word."""
    carried = b""
    for word in words:
        # Undeclared 8-bit text was made characters before; a word's own charset applies to ASCII alone.
        encoded = word[3].encode("utf-8", "replace")
        if word[2] in "qQ":
            yield _base64(carried)
            carried = b""
            yield _Q_OCTET.sub(lambda octet: binascii.unhexlify(octet[1]), encoded.replace(b"_", b" "))
            continue
        carried += _NOT_BASE64.sub(b"", encoded)
        if len(carried) % 4 == 0 or encoded.rstrip().endswith(b"="):
            yield _base64(carried)
            carried = b""
    yield _base64(carried)


def _base64(encoded: bytes) -> bytes:
    """Decode what makes whole octets; a lone last character makes none."""
    if len(encoded) % 4 == 1:
        encoded = encoded[:-1]
    return binascii.a2b_base64(encoded + b"=" * (-len(encoded) % 4))
