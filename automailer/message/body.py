"""The text of a message: its text/plain parts, its HTML. Pure; bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from automailer.message.charset import decode
from automailer.message.contents import Contents, TextPart
from automailer.message.flowed import unflowed
from automailer.message.structure import Leaf

__all__ = ["Body", "read_body", "shown_pictures"]

MAX_TEXT = 4_000_000
"""Octets of text, and as many of HTML, that are read: 600 pages. What is longer is an attachment in all but name."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff]")
_CID = re.compile(r"cid:([^\"'\s<>)\\]{1,500})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Body:
    """The plain text and the HTML source as they came, with LF line ends, and what is wrong with them."""

    plain: str
    html: str
    defects: tuple[str, ...]


def read_body(contents: Contents) -> Body:
    """Decode every text/plain part that is no attachment, joined by an empty line, and the first text/html part.

    Where there is neither, the text is that of a winmail.dat.
    """
    plain: list[str] = []
    html = ""
    defects: list[str] = []
    left = MAX_TEXT
    for part in contents.texts:
        if not _is_readable(part.leaf):
            continue
        if part.leaf.type == "text/html":
            html = html or _text(part, MAX_TEXT, defects)[0]
            continue
        text, used = _text(part, left, defects)
        left -= used
        if text.strip():
            plain.append(text)
    if contents.wrapped and not plain and not html:
        plain, html = [_cleaned(contents.wrapped.text)], _cleaned(contents.wrapped.html)
    joined = "\n\n".join(part.rstrip("\n") for part in plain if part.strip())
    return Body(joined + "\n" * bool(joined), html, tuple(defects))


def shown_pictures(html: str) -> frozenset[str]:
    """The Content-IDs that HTML refers to as `cid:` (RFC 2392), without the percent signs."""
    return frozenset(unquote(found) for found in _CID.findall(html))


def _is_readable(leaf: Leaf) -> bool:
    return leaf.type in ("text/plain", "text/html") or leaf.type.startswith("multipart/")


def _text(part: TextPart, limit: int, defects: list[str]) -> tuple[str, int]:
    """The decoded text of one part, and how many octets it has."""
    raw = bytearray()
    for chunk in part.chunks(defects):
        raw += chunk[: limit - len(raw)]
        if len(raw) >= limit:
            defects.append(f"the text is longer than {MAX_TEXT:,} octets and was cut")
            break
    content, kind = bytes(raw), part.leaf.content_type
    label = kind.get("charset")
    if not label and part.leaf.type == "text/html" and (meta := _META_CHARSET.search(content[:2_048])):
        label = meta[1].decode("ascii")
    read = decode(content, label, thorough=True)
    if read.defect:
        defects.append(read.defect)
    text = _cleaned(read.text)
    if part.leaf.type == "text/plain" and kind.get("format").strip().lower() == "flowed":
        text = unflowed(text, joins_words=kind.get("delsp").strip().lower() == "yes")
    return text, len(content)


def _cleaned(text: str) -> str:
    """With LF line ends, without control characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).removeprefix("\ufeff")
