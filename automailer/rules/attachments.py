"""Tests of what is attached: `has_attachment` and `attachment`. Pictures shown inside the text don't count. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from automailer.message import Attachment
from automailer.rules.glob import type_matches
from automailer.rules.leaf import NOT_FETCHED, Rank, Seen, answer, observed
from automailer.rules.matcher import HIT, Hit, Lists, Matcher, any_of, read_each
from automailer.rules.model import NOTHING, Answer, Subject, Test
from automailer.rules.refusal import Fault, Refusals, Refused, refuse_unknown_keys, short
from automailer.rules.scope import Scope
from automailer.rules.site import Site
from automailer.rules.size import read_size_bound
from automailer.rules.text import TextMatcher, as_text, read_name
from automailer.settings import Comparison, parse_count_comparison

__all__ = ["ATTACHMENT_FIELDS", "AttachmentTest", "HasAttachment", "read_attachment", "read_has_attachment"]

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_MEDIA_TYPE = re.compile(r"[^\s/]+/[^\s/]+|\*")


def attached(subject: Subject) -> tuple[Attachment, ...]:
    """What a mail reader lists beside the text."""
    return tuple(attachment for attachment in subject.message.attachments if not attachment.inline)


@dataclass(frozen=True, slots=True)
class HasAttachment:
    """YES when there is one, or when there is none."""

    wanted: bool

    def observe(self, subject: Subject) -> Seen:
        """Look for one."""
        if not subject.message.complete:
            return NOT_FETCHED
        files = attached(subject)
        return Seen(answer(bool(files) is self.wanted), _shown(files))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentTest:
    """YES when as many attachments as `count` says meet all of the matchers; without it, one is enough."""

    matchers: tuple[Matcher[Attachment], ...]
    count: Comparison[int]

    def observe(self, subject: Subject) -> Seen:
        """Ask every attachment; the first that fits gives the groups."""
        if not subject.message.complete:
            return NOT_FETCHED
        files = attached(subject)
        fitting = [(file, hits) for file in files if (hits := self._hits(file, subject.lists)) is not None]
        if not self.count.holds(len(fitting)):
            return Seen(Answer.NO, _shown(files))
        captures: dict[str, str] = {}
        for hit in fitting[0][1] if fitting else ():
            captures.update(hit.captures)
        return Seen(Answer.YES, _shown(tuple(file for file, _ in fitting)), captures)

    def _hits(self, file: Attachment, lists: Lists) -> list[Hit] | None:
        hits = []
        for matcher in self.matchers:
            hit = matcher.match(file, lists)
            if hit is None:
                return None
            hits.append(hit)
        return hits


def _shown(files: tuple[Attachment, ...]) -> str:
    return observed(", ".join(f"{file.name} ({file.type})" for file in files[:8])) or "(none)"


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
    glob = as_text(value).strip().lower()
    if not _MEDIA_TYPE.fullmatch(glob):
        raise Refused(Fault(message=f"{short(value)!r} is no media type: expected one such as image/*"))
    return TypeFits(glob)


def _read_size(value: object, scope: Scope) -> Matcher[Attachment]:
    return SizeFits(read_size_bound(value, scope))


def _read_digest(value: object, scope: Scope) -> Matcher[Attachment]:
    return any_of(read_each(value, _read_one_digest))


def _read_one_digest(value: object) -> Matcher[Attachment]:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise Refused(Fault(message=f"{short(value)!r} is no SHA-256: expected 64 hexadecimal digits"))
    return DigestIs(value.lower())


ATTACHMENT_FIELDS: Mapping[str, Callable[[object, Scope], Matcher[Attachment]]] = {
    "name": _read_name,
    "type": _read_type,
    "size": _read_size,
    "sha256": _read_digest,
}


def read_has_attachment(value: object, site: Site) -> Test:
    """`has_attachment`: true or false."""
    if not isinstance(value, bool):
        site.refuse(f"expected true or false, found {short(value)!r}")
    return site.leaf(value, HasAttachment(value), Rank.BODY)


def read_attachment(value: object, site: Site) -> Test:
    """`attachment`: name, type, size and digest of one attachment, or how many there are of such."""
    return site.leaf(value, site.read(_read_test, value), Rank.BODY)


def _read_test(value: object, scope: Scope) -> AttachmentTest:
    if not isinstance(value, dict) or not value:
        message = f'expected a mapping such as {{name: "*.pdf"}}, found {short(value)!r}'
        raise Refused(Fault(message=message))
    refusals, matchers = Refusals(), []
    count = Comparison(">=", 1)
    with refusals.inside():
        refuse_unknown_keys(value, (*ATTACHMENT_FIELDS, "count"))
    for name, wanted in value.items():
        with refusals.inside(name):
            if name in ATTACHMENT_FIELDS:
                matchers.append(ATTACHMENT_FIELDS[name](wanted, scope))
            elif name == "count":
                count = _read_count(wanted)
    refusals.settle()
    return AttachmentTest(matchers=tuple(matchers), count=count)


def _read_count(value: object) -> Comparison[int]:
    try:
        return parse_count_comparison(as_text(value))
    except Refused:
        raise
    except ValueError as exc:
        raise Refused(Fault(message=str(exc))) from exc
