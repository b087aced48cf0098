"""What a rendered template is made of. Pure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LocalFile", "Picture", "Rendered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that the HTML shows through `cid:CONTENT_ID` (RFC 2392); the id is without angle brackets."""

    name: str
    type: str
    content_id: str
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file that a template attaches."""

    name: str
    type: str
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A template filled in; `subject`, `text` and `html` are None when it gives none."""

    subject: str | None = None
    text: str | None = None
    html: str | None = None
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[LocalFile, ...] = ()
