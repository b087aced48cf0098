"""Tests of what surrounds the message: `mailbox`, and `matched` of earlier rules. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from automailer.rules.circumstances import Circumstances
from automailer.rules.content import Source, TextTest, read_alternatives
from automailer.rules.leaf import Seen, observed
from automailer.rules.matcher import read_each
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.overlap import may_fit
from automailer.rules.scope import Scope
from automailer.rules.site import Site

__all__ = ["MatchedTest", "read_mailbox", "read_matched"]


def _mailbox_of(subject: Subject) -> tuple[str, ...]:
    return (subject.mailbox,)


_MAILBOX = Source(read=_mailbox_of, single=True)


@dataclass(frozen=True, slots=True)
class MatchedTest:
    """YES when any of these earlier rules matched, in shadow mode too."""

    rules: frozenset[str]

    def observe(self, subject: Subject) -> Seen:
        """Look at the earlier rules' answers."""
        matched = [name for name in subject.matched if name in self.rules]
        if matched:
            return Seen(Answer.YES, observed(", ".join(matched)))
        if not self.rules.isdisjoint(subject.unsure):
            return Seen(Answer.UNKNOWN, "not known of that rule")
        return Seen(Answer.NO, observed(", ".join(subject.matched)) or "(none)")

    def implies(self, other: object) -> bool:
        """Compare names."""
        return isinstance(other, MatchedTest) and self.rules <= other.rules

    def impossible(self, around: Circumstances) -> str:
        """Rules that never match, or after which this one is never tried."""
        if not self.rules <= around.unmatched.keys():
            return ""
        return "; ".join(f"rule {name!r} {around.unmatched[name]}" for name in sorted(self.rules))


@dataclass(frozen=True, slots=True, kw_only=True)
class _MailboxTest(TextTest):
    """A text whose value is known before any mail comes."""

    def impossible(self, around: Circumstances) -> str:
        """Compare with the mailbox whose rule it is."""
        fits = any(may_fit(each, around.mailbox) for each in self.alternatives)
        return "" if fits else "no mailbox that has this rule is called that"


def read_mailbox(value: object, site: Site) -> Test:
    """`mailbox`: the mailbox's name."""
    content = _MailboxTest(source=_MAILBOX, alternatives=site.read(read_alternatives, value))
    return site.leaf(value, content)


def read_matched(value: object, site: Site) -> Test:
    """`matched`: the name of an earlier rule, or a list of them."""
    return site.leaf(value, MatchedTest(frozenset(site.read(_read_rules, value))))


def _read_rules(value: object, scope: Scope) -> tuple[str, ...]:
    return read_each(value, scope.rule_name)
