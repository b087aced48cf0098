"""Octets that name no charset, or the wrong one → text, by their look. Pure.

Time is bounded: what octets are is guessed from a sample of them, and only decoding reads them all.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from automailer.message.codings import leniently, strictly
from automailer.message.labels import codec_for

__all__ = ["Guess", "guess", "is_utf8", "make_guess"]

MAX_SAMPLE = 4_096
"""Octets from the first that is not ASCII on, shown to charset-normalizer, which needs milliseconds for a kilobyte."""

MIN_SAMPLE = 64
"""Octets below which charset-normalizer guesses at random."""

GOOD_FOR_BROKEN = 4
"""Characters of UTF-8 that make up for each broken one: chance hits in other charsets are rarer by far."""

# In the order in which mail arrives undeclared; fewer candidates make the guess both better and ten times faster.
_CANDIDATES = "gb18030 big5 cp932 euc_jp cp949 cp1251 koi8_r cp1253 cp1255 cp1256 cp1252 cp1250"
# Šš Ťť Žž Źź: what tells cp1250 from cp1252, whose languages have no use for these octets.
_CENTRAL_EUROPEAN = re.compile(rb"[\x8a\x8d-\x8f\x9a\x9d-\x9f]")
_KANA = {
    "cp932": re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]"),
    "euc_jp": re.compile(rb"[\xa4\xa5][\xa1-\xf6]"),
}
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{4}")
_EUC_PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*[\xa1-\xf7]?")


@dataclass(frozen=True, slots=True)
class Guess:
    """The text, and the codec by which it was read."""

    text: str
    codec: str


def guess(octets: bytes, *, hint: str = "", thorough: bool = False) -> str:
    """Decode text that names no charset: UTF-8, else `hint` (a charset named elsewhere), else by its look.

    `thorough` asks charset-normalizer; without it only Chinese, Japanese, Russian and Western text are told apart.
    """
    return make_guess(octets, hint=hint, thorough=thorough).text


def make_guess(octets: bytes, *, hint: str = "", thorough: bool = False) -> Guess:
    """Decode as `guess` does, and tell what was guessed."""
    if b"\x1b$" in octets and (text := strictly(octets, "iso2022_jp")) is not None:
        return Guess(text, "iso2022_jp")
    if is_utf8(octets) or _is_damaged_utf8(octets):
        return Guess(octets.decode("utf-8", "replace"), "utf-8")
    hinted = codec_for(hint)
    if hinted and hinted != "utf-8" and (text := strictly(octets, hinted)) is not None:
        return Guess(text, hinted)
    codec = _look(_sample(octets), thorough=thorough)
    return Guess(leniently(octets, codec), codec)


def is_utf8(octets: bytes) -> bool:
    """Tell whether every octet belongs to UTF-8 (RFC 3629)."""
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(octets: bytes) -> bool:
    """UTF-8 that something cut within a character, or that lost an octet on its way."""
    sample = _sample(octets)
    # A character that is cut by the sample's own end is no damage.
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    broken = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - broken
    return good > max(1, GOOD_FOR_BROKEN * broken)


def _sample(octets: bytes) -> bytes:
    first = _HIGH.search(octets)
    start = first.start() if first else 0
    return octets[start : start + MAX_SAMPLE]


def _look(sample: bytes, *, thorough: bool) -> str:
    return _japanese_look(sample) or (thorough and _detected(sample)) or _by_look(sample)


def _by_look(sample: bytes) -> str:
    """Chinese, Russian or Western: enough for a line, for which statistics have too little to count."""
    if not _HIGH_RUN.search(sample):
        return "cp1252"
    high = _HIGH.findall(sample)
    if sum(octet < b"\xc0" for octet in high) * 10 < len(high):
        return "cp1251" if sum(octet >= b"\xe0" for octet in high) * 2 > len(high) else "koi8-r"
    return "gb18030" if _EUC_PAIRS.fullmatch(sample) else "cp1252"


def _japanese_look(sample: bytes) -> str | None:
    """Kana by their rows: no other language has a third of its pairs there, and few write four of them."""
    high = len(_HIGH.findall(sample))
    for codec, kana in _KANA.items():
        pairs = len(kana.findall(sample))
        if pairs >= 3 and pairs * 6 > high:
            return codec
    return None


def _detected(sample: bytes) -> str | None:
    if len(sample) < MIN_SAMPLE:
        return None
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=_CANDIDATES.split()).best()
    if best is None:
        return None
    if best.encoding == "cp1250" and not _CENTRAL_EUROPEAN.search(sample):
        return "cp1252"
    return codec_for(best.encoding)
