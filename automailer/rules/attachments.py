"""Tests of what is attached: `has_attachment` and `attachment`. Pictures shown inside the text don't count. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automailer.message import Attachment
from automailer.rules.attachment_fields import ATTACHMENT_FIELDS, detail
from automailer.rules.leaf import NOT_FETCHED, Rank, Seen, answer, observed
from automailer.rules.matcher import Hit, Lists, Matcher
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.presence import read_count
from automailer.rules.refusal import Fault, Refusals, Refused, refuse_unknown_keys, short
from automailer.rules.scope import Scope
from automailer.rules.site import Site
from automailer.settings import Comparison

__all__ = ["ATTACHMENT_FIELDS", "AttachmentTest", "HasAttachment", "read_attachment", "read_has_attachment"]

_SHOWN = 8
_AT_LEAST_ONE = Comparison(">=", 1)


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
        return Seen(
            answer(bool(files) is self.wanted), _shown([_Look(file, (), {}, fits=True) for file in files])
        )

    def excludes(self, other: object) -> bool:
        """Tell whether the other wants what this does not."""
        if isinstance(other, AttachmentTest):
            return not self.wanted and other.wants_one
        return isinstance(other, HasAttachment) and self.wanted is not other.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentTest:
    """YES when as many attachments as `count` says meet all of the matchers; without it, one is enough."""

    matchers: Mapping[str, Matcher[Attachment]]
    count: Comparison[int]

    def observe(self, subject: Subject) -> Seen:
        """Ask every attachment; the first that fits gives the groups."""
        if not subject.message.complete:
            return NOT_FETCHED
        looks = [self._look(file, subject.lists) for file in attached(subject)]
        fitting = [look for look in looks if look.fits]
        if not self.count.holds(len(fitting)):
            return Seen(Answer.NO, _shown(looks))
        captures: dict[str, str] = {}
        for hit in fitting[0].hits.values() if fitting else ():
            captures.update(hit.captures)
        return Seen(Answer.YES, _shown(fitting), captures)

    @property
    def wants_one(self) -> bool:
        """Whether there must be an attachment at all."""
        return not self.count.holds(0)

    def implies(self, other: object) -> bool:
        """Tell whether the other asks for no more."""
        if isinstance(other, HasAttachment):
            return other.wanted and self.wants_one
        if not isinstance(other, AttachmentTest):
            return False
        if self.matchers == other.matchers:
            return self.count.implies(other.count)
        fewer = other.matchers.items() <= self.matchers.items()
        return fewer and self.wants_one and _AT_LEAST_ONE.implies(other.count)

    def excludes(self, other: object) -> bool:
        """Compare the counts of two that ask the same, but for the counts."""
        if not isinstance(other, AttachmentTest) or self.matchers != other.matchers:
            return False
        return self.count.excludes(other.count)

    def _look(self, file: Attachment, lists: Lists) -> _Look:
        hits: dict[str, Hit] = {}
        for field, matcher in self.matchers.items():
            hit = matcher.match(file, lists)
            if hit is None:
                return _Look(file, (*hits, field), hits, fits=False)
            hits[field] = hit
        return _Look(file, tuple(hits), hits, fits=True)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was asked of a file, up to the first answer that was no."""

    file: Attachment
    asked: tuple[str, ...]
    hits: Mapping[str, Hit]
    fits: bool

    def __str__(self) -> str:
        details = (detail(field, self.file, self.hits.get(field)) for field in self.asked)
        return f"{self.file.name} ({', '.join(filter(None, (self.file.type, *details)))})"


def _shown(looks: Sequence[_Look]) -> str:
    """The first of the files, each with its type and with what was asked of it."""
    return observed(", ".join(map(str, looks[:_SHOWN]))) or "(none)"


def read_has_attachment(value: object, site: Site) -> Test:
    """`has_attachment`: true or false."""
    if not isinstance(value, bool):
        site.refuse(f"expected true or false, found {short(value)!r}")
    return site.leaf(value, HasAttachment(value), Rank.BODY)


def read_attachment(value: object, site: Site) -> Test:
    """`attachment`: what one attachment is like, or how many there are of such."""
    return site.leaf(value, site.read(_read_test, value), Rank.BODY)


def _read_test(value: object, scope: Scope) -> AttachmentTest:
    if not isinstance(value, dict) or not value:
        message = f'expected a mapping such as {{name: "*.pdf"}}, found {short(value)!r}'
        raise Refused(Fault(message=message))
    refusals, found = Refusals(), dict[str, Matcher[Attachment]]()
    count = _AT_LEAST_ONE
    with refusals.inside():
        refuse_unknown_keys(value, (*ATTACHMENT_FIELDS, "count"))
    for name, wanted in value.items():
        with refusals.inside(name):
            if name in ATTACHMENT_FIELDS:
                found[name] = ATTACHMENT_FIELDS[name](wanted, scope)
            elif name == "count":
                count = read_count(wanted)
    refusals.settle()
    matchers = {name: found[name] for name in ATTACHMENT_FIELDS if name in found}
    return AttachmentTest(matchers=matchers, count=count)
