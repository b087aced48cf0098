"""Tests of what surrounds the message: `mailbox`, and `matched` of earlier rules. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from automailer.rules.content import Source, TextTest, read_alternatives
from automailer.rules.leaf import Seen, observed
from automailer.rules.matcher import read_each
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.scope import Scope
from automailer.rules.site import Site

__all__ = ["MatchedTest", "read_mailbox", "read_matched"]

_MAILBOX = Source(read=lambda subject: (subject.mailbox,))


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


def read_mailbox(value: object, site: Site) -> Test:
    """`mailbox`: the mailbox's name."""
    return site.leaf(value, TextTest(source=_MAILBOX, alternatives=site.read(read_alternatives, value)))


def read_matched(value: object, site: Site) -> Test:
    """`matched`: the name of an earlier rule, or a list of them."""
    return site.leaf(value, MatchedTest(frozenset(site.read(_read_rules, value))))


def _read_rules(value: object, scope: Scope) -> tuple[str, ...]:
    return read_each(value, scope.rule_name)
