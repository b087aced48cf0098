"""Octets in a codec, as mailers use it → text: strictly, or as much of it as there is. Pure; linear time.

Beside what a charset's standard holds stand the characters that Windows, NEC and phones write under its name.
"""

from __future__ import annotations

import codecs
import re

__all__ = ["leniently", "strictly"]

_WIDER = {
    "iso2022_jp": ("iso2022_jp_ext", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_2004"),
    "euc_jp": ("euc_jis_2004",),
    "big5hkscs": ("cp950",),
}
"""Codecs to try beside the first."""

_BOM_SAMPLE = 1_024
"""Octets that show which end comes first."""

_JIS_RUN = re.compile(rb"\x1b(\$[@B]|\$\([@BD]|\([BJI]|\$A)")


def strictly(octets: bytes, codec: str) -> str | None:
    """Return the text, or None when one octet does not belong to it."""
    for name in (_with_order(octets, codec), *_WIDER.get(codec, ())):
        try:
            return octets.decode(name)
        except UnicodeError:
            continue
    return None


def leniently(octets: bytes, codec: str) -> str:
    """Return the text with U+FFFD for each octet that does not belong to it."""
    if codec == "iso2022_jp":
        return _japanese(octets)
    return octets.decode(_with_order(octets, codec), "replace")


def _with_order(octets: bytes, codec: str) -> str:
    """UTF-16 and UTF-32 without a mark: the octets of a script's high end differ less than those of its low end."""
    if codec == "utf-16" and octets[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        sample = octets[:_BOM_SAMPLE]
        return "utf-16-be" if len(set(sample[0::2])) < len(set(sample[1::2])) else "utf-16-le"
    if codec == "utf-32" and octets[:4] not in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        return "utf-32-be" if octets[:1] == b"\0" else "utf-32-le"
    return codec


def _japanese(octets: bytes) -> str:
    """ISO-2022-JP with the rows of Windows and NEC (№ ① ㈱), which no codec of Python's takes: read as Shift-JIS."""
    text = ""
    charset = b"(B"
    for number, piece in enumerate(_JIS_RUN.split(octets)):
        if number % 2:
            charset = piece
        elif charset == b"(I":
            text += bytes(octet | 0x80 for octet in piece).decode("cp932", "replace")
        elif charset.startswith(b"$"):
            text += _shifted(piece).decode("cp932", "replace")
        else:
            text += piece.decode("cp932", "replace")
    return text


def _shifted(jis: bytes) -> bytes:
    """JIS X 0208 pairs → Shift-JIS pairs (JIS X 0208:1997, annex 1); what is no pair is left out."""
    pairs = bytearray()
    for row, cell in zip(jis[0::2], jis[1::2], strict=False):
        if 0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E:
            pairs.append((row + 1) // 2 + (0x70 if row < 0x5F else 0xB0))
            pairs.append(cell + (0x7E if row % 2 == 0 else 0x1F + (cell >= 0x60)))
    return bytes(pairs)
