"""A history in memory, by the words of the documentation, for tests of `duplicate` and `frequency`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from automailer.message import Message
from automailer.rules import Decision, Rule, Sighting, TestTrace, evaluate
from tests.unit.rules.build import mail, subject


@dataclass(slots=True)
class Memory:
    """What was counted so far; messages are put to the rules one after the other."""

    counted: list[tuple[Sighting, datetime]] = field(default_factory=list)

    def tally(self, rule: str, kind: str, key: str, *, after: datetime) -> tuple[int, datetime | None]:
        """As the journal answers."""
        wanted = (rule, kind, key)
        times = [at for one, at in self.counted if (one.rule, one.kind, one.key) == wanted and at > after]
        return len(times), max(times, default=None)

    def meet(
        self, rules: Sequence[Rule] | Rule, message: Message, at: datetime, *, thorough: bool = False
    ) -> Decision:
        """Decide about one message, and count it."""
        around = replace(subject(message, now=at), sightings=self)
        decision = evaluate([rules] if isinstance(rules, Rule) else rules, around, thorough=thorough)
        self.counted += [(one, at) for one in decision.sightings]
        return decision


def about(topic: str, **more: Any) -> Message:
    """A mail with this subject."""
    return mail(Subject=topic, **more)


def when_of(decision: Decision) -> TestTrace:
    """The whole `when` of the last rule, as it was answered."""
    found = list(decision.trace)[-1].test
    assert found is not None
    return found
