"""Which rules a message may match, found without asking one after the other. Pure.

Every rule has a guard where that can be: tests of texts and addresses, at least one of which must hold for the rule to
match. The clues of all guards on one field are looked for together: exact texts, addresses and domains by one look
into a table, patterns by one `Screen`. A rule whose guard has no clue in the message answers no. The others are
tried, and decide as if nobody had looked before: the decision is the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from heapq import heappop, heappush
from typing import Any, Protocol, runtime_checkable

from automailer.message import NotKnown
from automailer.rules.clue import Clue, Clues, Field, Form
from automailer.rules.groups import AllOf, AnyOf
from automailer.rules.leaf import Leaf, Rank
from automailer.rules.model import Rule, Subject, Test
from automailer.rules.screen import Screen, is_sifting
from automailer.rules.sheet import Guard, Guards, drawn, guarded_fields

__all__ = ["Prefilter", "RuleList"]

# A guard in the headers of which so many rules have the same one is worth less than another that must be decoded.
MANY = 16


@runtime_checkable
class _Indexed(Protocol):
    """The content of a test that leaves clues in a field."""

    @property
    def field(self) -> Field: ...

    def clues(self) -> Clues | None: ...


class Prefilter:
    """What is found out once about rules, and serves every message."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules

    @cached_property
    def guards(self) -> tuple[Guards, ...]:
        """The guards of each rule; none for one that is always tried."""
        choices = [tuple(_choices(rule)) for rule in self.rules]
        usage = Counter(
            (guard.field, clue)
            for several in choices
            for guards in several
            for guard in guards
            for clue in guard.clues
        )
        return tuple(min(several, key=lambda each: _weakness(each, usage), default=()) for several in choices)

    @cached_property
    def fields(self) -> Mapping[Field, int]:
        """The fields that are looked at, and the first rule that needs each."""
        return guarded_fields(self.guards)

    @cached_property
    def _plan(self) -> tuple[list[int], list[_Lookup]]:
        """The rules that are always tried, and the look-ups in the order in which the rules first need them."""
        positions: dict[tuple[Field, Form], dict[Clue, list[int]]] = defaultdict(lambda: defaultdict(list))
        always = []
        for position, guards in enumerate(self.guards):
            if not guards:
                always.append(position)
            for guard in guards:
                for clue in guard.clues:
                    positions[guard.field, clue.form][clue].append(position)
        lookups = [_Lookup(field, form, found) for (field, form), found in positions.items()]
        return always, sorted(lookups, key=lambda lookup: lookup.first)

    def tried(self, subject: Subject) -> Iterator[int]:
        """The positions of the rules that may match, in order; a field is looked at when a rule there needs it."""
        always, lookups = self._plan
        waiting, ahead, last = always.copy(), 0, -1
        while waiting or ahead < len(lookups):
            if ahead < len(lookups) and (not waiting or lookups[ahead].first <= waiting[0]):
                for position in lookups[ahead].positions(subject):
                    heappush(waiting, position)
                ahead += 1
                continue
            position = heappop(waiting)
            if position != last:
                yield position
            last = position


class RuleList(tuple[Rule, ...]):
    """The rules of one mailbox in their order, with what finds those that a message may match."""

    @cached_property
    def prefilter(self) -> Prefilter:
        """Made at its first use: a mailbox without new mail needs none."""
        return Prefilter(self)

    @cached_property
    def sheet(self) -> Mapping[str, Any]:
        """What the traces of all messages have in common: plain JSON, named by its `digest`."""
        return drawn(self, self.prefilter.guards)


class _Lookup:
    """All clues in one form of one field; `first` is the first rule that they belong to."""

    def __init__(self, field: Field, form: Form, positions: dict[Clue, list[int]]) -> None:
        self._field = field
        self._form = form
        self._wholes = {clue.text: found for clue, found in positions.items() if clue.whole}
        patterns = {clue.text: found for clue, found in positions.items() if not clue.whole}
        self._screen = Screen(tuple(patterns)) if patterns else None
        self._behind_screen = list(patterns.values())
        self._all = sorted({position for found in positions.values() for position in found})
        self.first = self._all[0]

    def positions(self, subject: Subject) -> Iterable[int]:
        """The rules of which a clue is there, or all where nobody can tell."""
        try:
            texts = self._field.texts(subject, self._form)
        except NotKnown:
            texts = None
        if texts is None:
            return self._all
        found = [position for text in texts for position in self._wholes.get(text, ())]
        if self._screen is not None and texts:
            for number in self._screen.candidates(texts):
                found += self._behind_screen[number]
        return found


def _choices(rule: Rule) -> Iterator[Guards]:
    """The guards that a rule may have; none when it is not always tried anyway."""
    if rule.when is not None and rule.enabled and rule.until is None:
        yield from _guards(rule.when)


def _guards(test: Test) -> Iterator[Guards]:
    """Each of these would do: when none of its tests holds, neither does this test."""
    if isinstance(test, Leaf):
        content = test.content
        if isinstance(content, _Indexed) and (clues := _sifting(content.clues())) is not None:
            yield (Guard(test, content.field, clues),)
    elif isinstance(test, AllOf):
        for position, child in test.order:
            yield from _guards(child)
            # Behind a test that may break, or that counts, nothing is left out.
            if test.tests[position].rank > Rank.BODY:
                return
    elif isinstance(test, AnyOf):
        members = [next(_guards(child), None) for child in test.tests]
        if None not in members:
            yield tuple(guard for guards in members if guards for guard in guards)


def _sifting(clues: Clues | None) -> Clues | None:
    """The clues, unless one of them is found in every text."""
    if clues is None or not all(clue.whole or _is_sifting(clue.text) for clue in clues):
        return None
    return clues


_is_sifting = lru_cache(maxsize=4096)(is_sifting)


def _weakness(guards: Guards, usage: Counter[tuple[Field, Clue]]) -> tuple[bool, int, int]:
    """The best guard is rare among the rules, and needs no decoding."""
    shared = max((usage[guard.field, clue] for guard in guards for clue in guard.clues), default=0)
    return shared > MANY, max(guard.leaf.rank for guard in guards), shared
