"""Octets in a declared, misdeclared or undeclared charset → text. Pure; never raises on what a mail contains.

Labels are read as mail readers do (WHATWG Encoding): a label for a subset means its superset, so gb2312 is gb18030 and
iso-8859-1 is windows-1252. Only text codecs are on the list: no rot13, zlib, idna or unicode_escape. UTF-7 is, since
old Outlook sends it: what is decoded is cleaned and escaped like any other text, so it hides nothing here.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

__all__ = ["Decoded", "codec_for", "decode", "guess"]

MAX_LABEL = 40
"""Characters; the longest registered name in use has 20."""

MAX_SAMPLE = 4_096
"""Octets shown to charset-normalizer, which needs milliseconds for a kilobyte."""

MIN_SAMPLE = 64
"""Octets below which charset-normalizer guesses at random."""

_PLAIN = """
    utf-8 utf-7 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be gb18030 big5hkscs hz cp949 johab cp932 euc_jp
    iso2022_kr iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14
    iso8859-15 iso8859-16 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8-r koi8-u koi8-t
    kz1048 ptcp154 mac-roman mac-cyrillic mac-greek mac-latin2 mac-turkish mac-iceland cp437 cp737 cp775 cp850 cp852
    cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp720 cp037 cp500 cp1140
"""
_LABELS = {
    "utf-16": "utf-16 utf16 ucs-2 ucs2 unicode iso-10646-ucs-2",
    "utf-8": "utf8 unicode-1-1-utf-8 x-unicode20utf8 utf-8-sig utf8mb4 cp65001",
    "utf-7": "unicode-1-1-utf-7 x-unicode-2-0-utf-7 cp65000",
    "gb18030": "gb2312 gbk cp936 ms936 windows-936 x-gbk gb_2312-80 gb2312-80 euc-cn euccn x-euc-cn chinese iso-ir-58",
    "hz": "hz-gb-2312 hz-gb hzgb",
    "big5hkscs": "big5 big5-hkscs big5-tw cp950 ms950 x-x-big5 cn-big5 big5-eten",
    "cp949": "ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 ks_c_5601 euc-kr euckr korean uhc ms949 windows-949",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932 csshiftjis cswindows31j",
    "euc_jp": "euc-jp eucjp x-euc-jp ujis cseucpkdfmtjapanese",
    "iso2022_jp": "iso-2022-jp csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-ms cp50220 cp50221",
    "iso2022_kr": "iso-2022-kr csiso2022kr",
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 us-ascii ascii ansi_x3.4-1968 ansi windows-1252 "
    "x-ansi cp819 ibm819 iso-8859-1-windows-3.1-latin-1",
    "cp1254": "iso-8859-9 iso8859-9 iso_8859-9 latin5 windows-1254",
    "cp874": "tis-620 tis620 iso-8859-11 iso8859-11 windows-874 x-windows-874",
    "iso8859-8": "iso-8859-8-i iso-8859-8-e logical visual",
    "mac-roman": "macintosh mac x-mac-roman macroman",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "koi8-r": "koi8 koi koi8_r cskoi8r",
    "koi8-u": "koi8-ru",
}


def _table() -> dict[str, str]:
    table = {name: name for name in _PLAIN.split()}
    for name in _PLAIN.split():
        if name.startswith("cp"):
            table |= dict.fromkeys(
                (f"windows-{name[2:]}", f"ibm{name[2:]}", f"ibm-{name[2:]}", f"x-cp{name[2:]}"), name
            )
        if name.startswith("iso8859-"):
            part = name[8:]
            table |= dict.fromkeys(
                (f"iso-8859-{part}", f"iso_8859-{part}", f"iso8859_{part}", f"8859-{part}"), name
            )
    for name, labels in _LABELS.items():
        table |= dict.fromkeys(labels.split(), name)
    return table


_CODECS = _table()
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
_EUC_PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*")
_JIS_RUN = re.compile(rb"\x1b(\$[@B]|\$\([@BD]|\([BJI]|\$A)")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and the sentence that says what was wrong with its charset, or ""."""

    text: str
    defect: str = ""


def codec_for(label: str) -> str | None:
    """Return Python's name for a charset label, or None when it is unknown, no text, or not to be trusted."""
    label = label.strip().strip("\"'").lower()
    return _CODECS.get(label) if len(label) <= MAX_LABEL else None


def decode(octets: bytes, label: str, *, hint: str = "", thorough: bool = False) -> Decoded:
    """Decode as declared, or as can be guessed where that fails; `hint` and `thorough` are those of `guess`."""
    if octets.isascii() and b"\x1b" not in octets and (codec := codec_for(label)) not in _SEVEN_BIT:
        unknown = f"charset {_shown(label)} is not known" if label and codec is None else ""
        return Decoded(octets.decode("ascii"), unknown)
    if not label.strip():
        return Decoded(
            guess(octets, hint=hint, thorough=thorough),
            "" if _is_utf8(octets) else "8-bit text names no charset",
        )
    codec = codec_for(label)
    if codec is None:
        return Decoded(guess(octets, hint=hint, thorough=thorough), f"charset {_shown(label)} is not known")
    if codec == "cp1252" and _is_utf8(octets):
        # Valid UTF-8 in what claims to be Latin is UTF-8: chance hits need pairs that no language writes.
        return Decoded(octets.decode(), f"text is UTF-8, not {_shown(label)} as declared")
    return _decode_as(codec, octets, label, thorough=thorough)


def guess(octets: bytes, *, hint: str = "", thorough: bool = False) -> str:
    """Decode text that names no charset: UTF-8, else `hint` (a charset named elsewhere), else by its look.

    `thorough` asks charset-normalizer; without it only Chinese, Russian and Western text are told apart.
    """
    if b"\x1b$" in octets and (text := _strictly(octets, "iso2022_jp")) is not None:
        return text
    if _is_utf8(octets):
        return octets.decode()
    for codec in (codec_for(hint), _detected(octets) if thorough else None):
        if codec and codec != "utf-8" and (text := _strictly(octets, codec)) is not None:
            return text
    return octets.decode(_by_look(octets), "replace")


def _by_look(octets: bytes) -> str:
    """Chinese, Russian or Western: enough for a line, for which statistics have too little to count."""
    if not _HIGH_RUN.search(octets):
        return "cp1252"
    high = _HIGH.findall(octets)
    if sum(octet < b"\xc0" for octet in high) * 10 < len(high):
        return "cp1251" if sum(octet >= b"\xe0" for octet in high) * 2 > len(high) else "koi8-r"
    return "gb18030" if _EUC_PAIRS.fullmatch(octets) else "cp1252"


_SEVEN_BIT = frozenset(
    {
        "hz",
        "utf-7",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "cp037",
        "cp500",
        "cp1140",
    }
)


def _decode_as(codec: str, octets: bytes, label: str, *, thorough: bool) -> Decoded:
    if (text := _strictly(octets, codec)) is not None:
        return Decoded(text)
    defect = f"text is not {_shown(label)} as declared"
    if codec != "utf-8" and not octets.isascii() and _is_utf8(octets):
        return Decoded(octets.decode(), defect)
    text = _leniently(octets, codec)
    if not octets.isascii() and text.count("�") * 2 > len(_HIGH.findall(octets)):
        return Decoded(guess(octets, thorough=thorough), defect)
    return Decoded(text, defect)


def _strictly(octets: bytes, codec: str) -> str | None:
    if codec == "iso2022_jp":
        codec = "iso2022_jp_ext"
    if codec == "utf-16" and octets[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        codec = "utf-16-be" if octets[:1] == b"\0" else "utf-16-le"
    try:
        return octets.decode(codec)
    except UnicodeError:
        return None


def _leniently(octets: bytes, codec: str) -> str:
    if codec == "iso2022_jp":
        return _japanese(octets)
    if codec == "utf-16":
        codec = "utf-16-be" if octets[:1] == b"\0" else "utf-16-le"
    return octets.decode(codec, "replace")


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


def _detected(octets: bytes) -> str | None:
    sample = octets[:MAX_SAMPLE]
    if len(sample) < MIN_SAMPLE:
        return None
    high = len(_HIGH.findall(sample))
    for codec, kana in _KANA.items():
        # charset-normalizer reads Japanese as Korean; no other language has a third of its pairs in these rows.
        if len(kana.findall(sample)) * 6 > high:
            return codec
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=_CANDIDATES.split()).best()
    if best is None:
        return None
    if best.encoding == "cp1250" and not _CENTRAL_EUROPEAN.search(sample):
        return "cp1252"
    return codec_for(best.encoding.replace("_", "-"))


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(label: str) -> str:
    return ascii(label[:MAX_LABEL])
