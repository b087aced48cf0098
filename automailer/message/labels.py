"""Charset labels as mail writes them → Python's codecs. Pure.

Labels are read as mail readers do (WHATWG Encoding): a label for a subset means its superset, so gb2312 is gb18030 and
iso-8859-1 is windows-1252. Letter case, punctuation and what stands behind a blank, comma or semicolon don't count.
Only text codecs are on the list: no rot13, zlib, idna or unicode_escape.
"""

from __future__ import annotations

import re

__all__ = ["codec_for", "label_of"]

MAX_LABEL = 60
"""Characters; the longest registered name in use has 20, and junk stands around it."""

_PLAIN = """
    utf-8 utf-7 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be gb18030 big5hkscs hz cp949 johab cp932 euc_jp
    iso2022_kr iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14
    iso8859-15 iso8859-16 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8-r koi8-u koi8-t
    kz1048 ptcp154 mac-roman mac-cyrillic mac-greek mac-latin2 mac-turkish mac-iceland cp437 cp737 cp775 cp850 cp852
    cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp720 cp037 cp500 cp1140
"""
_LABELS = {
    "utf-16": "utf-16 ucs-2 unicode unicodefffe iso-10646-ucs-2",
    "utf-32": "ucs-4 iso-10646-ucs-4",
    "utf-8": "unicode-1-1-utf-8 x-unicode20utf8 utf-8-sig utf8mb3 utf8mb4 cp65001 csutf8",
    "utf-7": "unicode-1-1-utf-7 x-unicode-2-0-utf-7 cp65000 csunicode11utf7",
    "gb18030": "gb2312 gbk cp936 ms936 windows-936 gb_2312-80 euc-cn chinese iso-ir-58 csgb2312 csgbk csiso58gb231280",
    "hz": "hz-gb-2312 hz-gb",
    "big5hkscs": "big5 big5-hkscs big5-tw cp950 ms950 windows-950 x-x-big5 cn-big5 big5-eten csbig5 big5-2003",
    "cp949": "ks_c_5601-1987 ks_c_5601-1989 ks_c_5601-1992 ksc5601 euc-kr korean uhc ms949 windows-949 cseuckr "
    "csksc56011987 iso-ir-149 ks_x_1001",
    "cp932": "shift_jis sjis ms_kanji windows-31j ms932 csshiftjis cswindows31j windows-932",
    "euc_jp": "euc-jp ujis cseucpkdfmtjapanese cp51932 eucjp-ms",
    "iso2022_jp": "iso-2022-jp csiso2022jp csiso2022jp2 iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 "
    "iso-2022-jp-ms iso-2022-jp-ext cp50220 cp50221 cp50222 jis",
    "iso2022_kr": "iso-2022-kr csiso2022kr",
    "cp1252": "iso-8859-1 latin1 l1 us-ascii us ascii ansi_x3.4-1968 ansi_x3.4-1986 iso646-us iso_646.irv:1991 ansi "
    # T.61 in its name; what writes it is an old Outlook Express, and writes windows-1252.
    "ansi_x3.110-1983 cp819 ibm819 iso-8859-1-windows-3.1-latin-1 iso-ir-6 iso-ir-100 csascii csisolatin1 cp367 7bit",
    "iso8859-2": "latin2 l2 iso-ir-101 csisolatin2",
    "iso8859-3": "latin3 l3 iso-ir-109 csisolatin3",
    "iso8859-4": "latin4 l4 iso-ir-110 csisolatin4",
    "iso8859-5": "cyrillic iso-ir-144 csisolatincyrillic",
    "iso8859-6": "arabic asmo-708 ecma-114 iso-ir-127 csisolatinarabic",
    "iso8859-7": "greek greek8 ecma-118 elot_928 iso-ir-126 csisolatingreek",
    "iso8859-8": "hebrew iso-8859-8-i iso-8859-8-e logical visual iso-ir-138 csisolatinhebrew",
    "iso8859-10": "latin6 l6 csisolatin6",
    "iso8859-15": "latin9 l9 csisolatin9 csiso885915",
    "cp1254": "iso-8859-9 latin5 l5 iso-ir-148 csisolatin5",
    "cp874": "tis-620 tis-620-2533 iso-8859-11",
    "mac-roman": "macintosh mac csmacintosh",
    "mac-cyrillic": "x-mac-ukrainian",
    "koi8-r": "koi8 koi cskoi8r",
    "koi8-u": "koi8-ru cskoi8u",
}
_PUNCTUATION = re.compile(r"[^a-z0-9]+")
_JUNK = re.compile(r"[\s;,(]")


def codec_for(label: str) -> str | None:
    """Return Python's name for a charset label, or None when it is unknown, no text, or not to be trusted."""
    label = label.strip(" \t\"'<>=").lower()
    if len(label) > MAX_LABEL or not label.isprintable():
        return None
    label = label.removeprefix("charset=")
    # `utf-8; format=flowed`, and the locale `ru_RU.KOI8-R`.
    tried = (_bare(text) for text in (label, _JUNK.split(label, maxsplit=1)[0], label.rpartition(".")[2]))
    return next(
        (found for bare in tried if (found := _CODECS.get(bare) or _CODECS.get(bare.removeprefix("x")))), None
    )


def label_of(codec: str) -> str:
    """Return the label by which people know a codec."""
    return f"windows-{codec[2:]}" if codec.startswith("cp125") else codec.replace("_", "-")


def _bare(label: str) -> str:
    return _PUNCTUATION.sub("", label)


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for name in _PLAIN.split():
        table[_bare(name)] = name
        if name.startswith("cp"):
            table |= dict.fromkeys((f"windows{name[2:]}", f"ibm{name[2:]}", f"win{name[2:]}"), name)
        if name.startswith("iso8859-"):
            table[name.replace("iso8859-", "8859")] = name
    for name, labels in _LABELS.items():
        table |= {_bare(label): name for label in labels.split()}
    return table


_CODECS = _table()
