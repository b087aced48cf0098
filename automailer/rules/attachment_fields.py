"""What the `attachment` test can ask of one attachment: one small class for each, and how its value is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from automailer.message import Attachment
from automailer.rules.glob import type_matches
from automailer.rules.matcher import HIT, Hit, Lists, Matcher, any_of, read_each
from automailer.rules.model import NOTHING
from automailer.rules.refusal import Fault, Refused, short
from automailer.rules.scope import Scope
from automailer.rules.size import read_size_bound
from automailer.rules.text import TextMatcher, as_text, read_name
from automailer.settings import Comparison

__all__ = ["ATTACHMENT_FIELDS", "detail"]

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_MEDIA_TYPE = re.compile(r"[^\s/]+/[^\s/]+|\*")
_MEMBERS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class NameFits:
    """The decoded name, safe as one path component, or the name as the sender gave it."""

    text: TextMatcher

    def match(self, thing: Attachment, lists: Lists = NOTHING) -> Hit | None:
        """Compare both names, for a rule's author has seen the one in a mail reader and the other on the disk."""
        hit = self.text.match(thing.name, lists)
        if hit is None and thing.declared_name not in ("", thing.name):
            return self.text.match(thing.declared_name, lists)
        return hit


@dataclass(frozen=True, slots=True)
class TypeFits:
    """The declared media type."""

    glob: str

    def match(self, thing: Attachment, lists: Lists = NOTHING) -> Hit | None:
        """Compare, letter case aside."""
        return HIT if type_matches(self.glob, thing.type) else None


@dataclass(frozen=True, slots=True)
class RealTypeFits:
    """The media type that the first octets show, whatever was declared."""

    glob: str

    def match(self, thing: Attachment, lists: Lists = NOTHING) -> Hit | None:
        """Compare, letter case aside."""
        return HIT if type_matches(self.glob, thing.real_type) else None


@dataclass(frozen=True, slots=True)
class MemberFits:
    """The path of a file inside an archive, or the last part of it; the first that fits counts."""

    text: TextMatcher

    def match(self, thing: Attachment, lists: Lists = NOTHING) -> Hit | None:
        """Compare each, letter case aside."""
        for path in thing.members:
            hit = self.text.match(path, lists) or self.text.match(path.rpartition("/")[2], lists)
            if hit is not None:
                return hit._replace(excerpt=path)
        return None


@dataclass(frozen=True, slots=True)
class SizeFits:
    """Octets after decoding."""

    bound: Comparison[int]

    def match(self, thing: Attachment, lists: Lists = NOTHING) -> Hit | None:
        """Compare."""
        return HIT if self.bound.holds(thing.size) else None


@dataclass(frozen=True, slots=True)
class DigestIs:
    """The SHA-256 of the decoded octets."""

    digest: str

    def match(self, thing: Attachment, lists: Lists = NOTHING) -> Hit | None:
        """Compare the hexadecimal digits."""
        return HIT if thing.sha256 == self.digest else None


def _read_name(value: object, scope: Scope) -> Matcher[Attachment]:
    return NameFits(read_name(value, scope))


def _read_type(value: object, scope: Scope) -> Matcher[Attachment]:
    return any_of(read_each(value, _read_one_type))


def _read_one_type(value: object) -> Matcher[Attachment]:
    return TypeFits(_media_type(value))


def _read_real_type(value: object, scope: Scope) -> Matcher[Attachment]:
    return any_of(read_each(value, _read_one_real_type))


def _read_one_real_type(value: object) -> Matcher[Attachment]:
    return RealTypeFits(_media_type(value))


def _media_type(value: object) -> str:
    glob = as_text(value).strip().lower()
    if not _MEDIA_TYPE.fullmatch(glob):
        raise Refused(Fault(message=f"{short(value)!r} is no media type: expected one such as image/*"))
    return glob


def _read_member(value: object, scope: Scope) -> Matcher[Attachment]:
    return MemberFits(read_name(value, scope))


def _read_size(value: object, scope: Scope) -> Matcher[Attachment]:
    return SizeFits(read_size_bound(value, scope))


def _read_digest(value: object, scope: Scope) -> Matcher[Attachment]:
    return any_of(read_each(value, _read_one_digest))


def _read_one_digest(value: object) -> Matcher[Attachment]:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise Refused(Fault(message=f"{short(value)!r} is no SHA-256: expected 64 hexadecimal digits"))
    return DigestIs(value.lower())


# The cheapest first: those at the end read the attachment to its end.
ATTACHMENT_FIELDS: Mapping[str, Callable[[object, Scope], Matcher[Attachment]]] = {
    "name": _read_name,
    "type": _read_type,
    "real_type": _read_real_type,
    "size": _read_size,
    "sha256": _read_digest,
    "member": _read_member,
}


def detail(field: str, thing: Attachment, hit: Hit | None) -> str:
    """What the trace shows of an attachment, beside its name and type, when that field was asked and gave the hit."""
    match field:
        case "real_type":
            return f"really {thing.real_type}"
        case "size":
            return f"{thing.size:,} octets"
        case "sha256":
            return f"sha256 {thing.sha256[:8]}…"
        case "member" if hit is not None:
            return f"holds {hit.excerpt}"
        case "member":
            shown = [*thing.members[:_MEMBERS_SHOWN], *(["…"] * (len(thing.members) > _MEMBERS_SHOWN))]
            return f"holds {', '.join(shown)}" if shown else "no archive"
        case _:
            return ""
