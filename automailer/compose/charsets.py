"""Which charset an outgoing text is written in: the wanted one where the text fits, else UTF-8. Pure."""

from __future__ import annotations

import re

__all__ = ["encodable", "fitting_charset"]

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9._:+-]{0,39}")
_PROBE = "MIME-Version: 1.0\r\n"
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def encodable(text: str) -> str:
    """Replace what no charset can write: halves of UTF-16 pairs that a broken mail left behind."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def fitting_charset(text: str, wanted: str) -> str:
    """Give `wanted` when the text survives it unchanged, else `utf-8`; the label is safe in a header."""
    label = wanted.strip().lower()
    try:
        # a charset that doesn't keep ASCII (utf-16) can't stand in a MIME text (RFC 2046 4.1.2)
        usable = _LABEL.fullmatch(label) and _PROBE.encode(label) == _PROBE.encode("ascii")
        return label if usable and text.encode(label).decode(label) == text else "utf-8"
    except (LookupError, UnicodeError):
        return "utf-8"
