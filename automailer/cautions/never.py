"""Rules that can never match: they contradict themselves, ask for what is past, or no message gets to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from automailer.cautions.model import Material, called
from automailer.errors import Place, Problem
from automailer.rules import Circumstances, Impossible, Leaf, Logic, Mode, Rule, Test, conjuncts, leaf_implies
from automailer.settings import KeyPath

__all__ = ["never_matching"]


def never_matching(material: Material) -> Iterator[Problem]:
    """Each such rule, and each such alternative of an `any`; of a file that mailboxes share, if it is so in all."""
    shared = Counter(rule.where for rules in material.rules.values() for rule in rules)
    found: dict[tuple[Place, Place], list[_Finding]] = defaultdict(list)
    for mailbox, rules in material.rules.items():
        for finding in _of_mailbox(mailbox, rules, material):
            found[finding.rule.where, finding.place].append(finding)
    for (where, place), several in found.items():
        if len(several) == shared[where]:
            yield material.pages.problem(place, several[0].message, below=several[0].below)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What is to be said of a rule, or of a part of it. `fate`: why it never matches, "" when the rule still may."""

    rule: Rule
    place: Place
    message: str
    below: KeyPath = ()
    fate: str = ""


@dataclass(slots=True)
class _Stops:
    """The rules so far after which no other is tried: the first that every message matches, and the others.

    With each of these goes one of its tests, which every rule that it hides must imply.
    """

    all: Rule | None = None
    some: list[tuple[Rule, Test, Leaf | None]] = field(default_factory=list)

    def add(self, rule: Rule) -> None:
        """Note a rule, if it stops for ever."""
        if not rule.stop or rule.mode is not Mode.ENFORCE or rule.until is not None:
            return
        if rule.when is None or Logic().always(rule.when):
            self.all = self.all or rule
        else:
            parts = [part for part in conjuncts(rule.when) if isinstance(part, Leaf)]
            self.some.append((rule, rule.when, max(parts, key=lambda part: len(part.wanted), default=None)))

    def before(self, rule: Rule) -> str:
        """Why no message that the rule could match gets to it, or ""."""
        if self.all is not None:
            return f"is never reached: {called(self.all)} matches every message and stops"
        if rule.when is None:
            return ""
        parts = tuple(conjuncts(rule.when))
        simple = all(isinstance(part, Leaf) for part in parts)
        for stop, when, mark in self.some:
            if simple and mark is not None and not any(leaf_implies(part, mark) for part in parts):
                continue  # seen at a glance, for there may be a million pairs
            if Logic().implies(rule.when, when):
                return f"is never reached by what it is for: {called(stop)} matches all of that, and stops"
        return ""


def _of_mailbox(mailbox: str, rules: Sequence[Rule], material: Material) -> Iterator[_Finding]:
    stops, unmatched = _Stops(), dict[str, str]()
    empty = {name for name, entries in material.settings.lists.items() if entries == ()}
    for rule in rules:
        if not rule.enabled:
            unmatched[rule.name] = "is disabled"
            continue
        around = Circumstances(mailbox=mailbox, now=material.now, empty=empty, unmatched=unmatched)
        findings = list(_of_rule(rule, stops, around))
        yield from findings
        fate = next((finding.fate for finding in findings if finding.fate), "")
        if fate:
            unmatched[rule.name] = fate
            continue
        if rule.stop and rule.mode is Mode.ENFORCE:
            unmatched[rule.name] = "stops whatever it matches"
        stops.add(rule)


def _of_rule(rule: Rule, stops: _Stops, around: Circumstances) -> Iterator[_Finding]:
    if rule.until is not None and rule.until < around.now.date():
        ended = f"ended on {rule.until.isoformat()}"
        message = f"{ended}: the rule is not tried any more"
        yield _Finding(rule=rule, place=rule.where, below=("until",), message=message, fate=ended)
        return
    if rule.when is not None and (why := Logic().never(rule.when, around)):
        message = f"{_said(why)}, so rule {rule.name!r} never matches{_advice(why)}"
        yield _Finding(rule=rule, place=why.where or rule.where, message=message, fate="never matches")
        return
    if reason := stops.before(rule):
        message = f"{reason}: put this rule before that one, or make that one ask for more"
        yield _Finding(rule=rule, place=rule.where, message=message, fate="is never reached")
        return
    for why in _dead_branches(rule.when, around):
        message = f"{_said(why)}, so this alternative never holds{_advice(why)}"
        yield _Finding(rule=rule, place=why.where or rule.where, message=message)


def _dead_branches(test: Test | None, around: Circumstances) -> Iterator[Impossible]:
    """Alternatives of an `any` that never hold, in a test that may."""
    for branch in getattr(test, "tests", ()):
        why = Logic().never(branch, around)
        if why is not None:
            yield why
        else:
            yield from _dead_branches(branch, around)


def _said(why: Impossible) -> str:
    return f"{why.why} ({why.beside})" if why.beside else why.why


def _advice(why: Impossible) -> str:
    return ": if either will do, put them under any" if why.beside else ""
