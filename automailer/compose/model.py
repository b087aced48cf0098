"""What a mail of ours is before it becomes octets. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from automailer.message import Address
from automailer.templating import Picture

__all__ = ["Draft", "Enclosure", "File", "Forward", "Kind", "Recipients", "Verdict"]


class Kind(Enum):
    """What sort of mail it is; decides Auto-Submitted (RFC 3834 5) and X-Auto-Response-Suppress."""

    REPLY = "reply"
    FORWARD = "forward"
    SEND = "send"


class Enclosure(Protocol):
    """Something to attach; templating's `LocalFile` and our `File` are."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def octets(self) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Octets to attach under a name; `type` is a media type."""

    name: str
    type: str
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Who gets a mail; `bcc` is for the envelope alone."""

    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()

    @property
    def envelope(self) -> tuple[str, ...]:
        """Every address once, letter case of the domain aside, in order."""
        unique: dict[str, str] = {}
        for address in (*self.to, *self.cc, *self.bcc):
            unique.setdefault(f"{address.local}@{address.domain}", address.address)
        return tuple(unique.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail still to be composed; every text may come from strangers and is made safe by `compose`.

    `loop_ids` go into X-Automailer-Loop, one field each; `in_reply_to` and `references` are `<left@right>`.
    """

    kind: Kind
    from_: Address
    recipients: Recipients
    subject: str
    text: str | None = None
    html: str | None = None
    reply_to: tuple[Address, ...] = ()
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Enclosure, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    loop_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """How to forward: `attachments` are True (all), False (none) or globs over their names."""

    as_attachment: bool = False
    attachments: bool | tuple[str, ...] = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something may be sent, and why not; `reason` is "" when it may."""

    allowed: bool
    reason: str = field(default="")
