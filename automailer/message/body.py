"""The text of a message: its text/plain parts, its HTML. Pure; bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from automailer.message.attachment import is_attachment, pieces
from automailer.message.charset import decode
from automailer.message.structure import Leaf, Octets
from automailer.message.transfer import decoded

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


def read_body(leaves: Iterable[Leaf], octets: Octets) -> Body:
    """Decode every text/plain part that is no attachment, joined by an empty line, and the first text/html part."""
    plain: list[str] = []
    html = ""
    defects: list[str] = []
    left = MAX_TEXT
    for leaf in leaves:
        if is_attachment(leaf) or not _is_readable(leaf):
            continue
        if leaf.type == "text/html":
            html = html or _text(leaf, octets, MAX_TEXT, defects)[0]
            continue
        text, used = _text(leaf, octets, left, defects)
        left -= used
        if text.strip():
            plain.append(text)
    return Body("\n\n".join(part.rstrip("\n") for part in plain) + "\n" * bool(plain), html, tuple(defects))


def shown_pictures(html: str) -> frozenset[str]:
    """The Content-IDs that HTML refers to as `cid:` (RFC 2392), without the percent signs."""
    return frozenset(unquote(found) for found in _CID.findall(html))


def _is_readable(leaf: Leaf) -> bool:
    return leaf.type in ("text/plain", "text/html") or leaf.type.startswith("multipart/")


def _text(leaf: Leaf, octets: Octets, limit: int, defects: list[str]) -> tuple[str, int]:
    """The decoded text of one part, and how many octets it has."""
    raw = bytearray()
    for chunk in decoded(pieces(leaf, octets), leaf.encoding, defects):
        raw += chunk[: limit - len(raw)]
        if len(raw) >= limit:
            defects.append(f"the text is longer than {MAX_TEXT:,} octets and was cut")
            break
    content = bytes(raw)
    label = leaf.content_type.get("charset")
    if not label and leaf.type == "text/html" and (meta := _META_CHARSET.search(content[:2_048])):
        label = meta[1].decode("ascii")
    text = decode(content, label, thorough=True)
    if text.defect:
        defects.append(text.defect)
    return _CONTROL.sub("", text.text.replace("\r\n", "\n").replace("\r", "\n")).removeprefix("\ufeff"), len(
        content
    )
