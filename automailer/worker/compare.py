"""What rules would do with a message against what was done with it, action by action. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from automailer.actions import Planned
from automailer.journal import EffectRecord, EffectState
from automailer.rules import Answer, Mode, Rule, RuleTrace, TestTrace, deciding_test, described
from automailer.worker.decide import Decided
from automailer.worker.record import cut

__all__ = ["Change", "Mark", "compare"]


class Mark(StrEnum):
    """What becomes of an action: the same, one more, one less, done otherwise, or nobody can tell."""

    SAME = "="
    ADDED = "+"
    DROPPED = "-"
    CHANGED = "~"
    OPEN = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One action of one rule, then and now; without an action, a rule of which it can't be told whether it matches.

    `fields` as rendered: as they would be, or, of what would not be done any more, as they were. `then` and `now` have
    those that differ, `unknown` names those that can't be rendered. `where` is the place of the rule, or of the test
    that can't be answered; `unless` a rule before it that may match and stop.
    """

    mark: Mark
    rule: str
    action: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    then: Mapping[str, Any] = field(default_factory=dict)
    now: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    why: str = ""
    where: str = ""
    unless: str = ""

    def document(self) -> dict[str, Any]:
        """As `replay --json` prints it."""
        return {
            "mark": self.mark.value,
            "rule": self.rule,
            "action": self.action or None,
            "fields": dict(self.fields),
            "then": dict(self.then),
            "now": dict(self.now),
            "unknown": list(self.unknown),
            "why": self.why,
            "where": self.where,
            "unless": self.unless or None,
        }


def compare(effects: Sequence[EffectRecord], decided: Decided, rules: Sequence[Rule]) -> tuple[Change, ...]:
    """Every action that was done or would be, in the order of the rules; those of open rules behind their rule."""
    return tuple(_Comparison(effects, decided, rules).changes())


class _Comparison:
    """One message, then and now."""

    def __init__(self, effects: Sequence[EffectRecord], decided: Decided, rules: Sequence[Rule]) -> None:
        self._trace = {step.name: step for step in decided.decision.trace}
        self._rules = {rule.name: rule for rule in rules}
        self._open = [step.name for step in decided.decision.trace if step.answer is Answer.UNKNOWN]
        self._then = _numbered(effects)
        self._now = _numbered(decided.planned)
        self._pairs = _paired(self._then, self._now)

    def changes(self) -> Iterator[Change]:
        for name in self._open:
            if self._rules[name].then or self._rules[name].stop:
                yield self._open_rule(name)
        for key, planned in self._now.items():
            effect = self._pairs.get(key)
            yield from self._doubted(self._change(planned, None if effect is None else self._then[effect]))
        kept = set(self._pairs.values())
        for key, effect in self._then.items():
            if key not in kept and effect.state is EffectState.DONE and effect.rule not in self._open:
                why = self._why_dropped(effect)
                yield from self._doubted([_dropped(effect, why, self._place(effect.rule))])

    def _change(self, planned: Planned, effect: EffectRecord | None) -> Iterator[Change]:
        was = effect is not None and effect.state is EffectState.DONE
        why_not, where = _why_not(planned), self._place(planned.rule)
        if effect is not None and was and not why_not:
            yield _altered(planned, effect, where)
        elif effect is not None and was:
            yield _dropped(effect, why_not, where)
        elif not why_not and not _was_refused_too(planned, effect):
            yield Change(
                mark=Mark.ADDED,
                rule=planned.rule,
                action=planned.action,
                fields=planned.plan.fields,
                unknown=planned.unknown.fields if planned.unknown else (),
                why=_why_not_then(effect) or self._guarded(planned),
                where=where,
            )

    def _guarded(self, planned: Planned) -> str:
        """What the guards of then say of a reply that nobody planned then, when its message can't be asked."""
        if planned.unknown is None or planned.action != "reply":
            return ""
        refused = (one for one in self._then.values() if one.state is EffectState.REFUSED)
        then = next((one for one in refused if one.action == "reply"), None)
        if then is None:
            return "may be refused: what the guards ask for was not kept"
        return f"may be refused, as that of {then.rule!r} was then: {then.refused}"

    def _doubted(self, changes: Iterable[Change]) -> Iterator[Change]:
        """The changes, with what may still come between them and what is known."""
        for change in changes:
            stopper = "" if change.mark is Mark.SAME else self._may_stop_before(change.rule)
            yield replace(change, unless=stopper) if stopper else change

    def _may_stop_before(self, name: str) -> str:
        names = list(self._rules)
        before = names[: names.index(name)] if name in self._rules else []
        stoppers = (one for one in before if one in self._open and _stops(self._rules[one]))
        return next(stoppers, "")

    def _open_rule(self, name: str) -> Change:
        step = self._trace[name]
        test = deciding_test(step)
        return Change(mark=Mark.OPEN, rule=name, why=_said(test), where=str(_place_of(test, step)))

    def _place(self, name: str) -> str:
        rule = self._rules.get(name)
        return "" if rule is None else str(rule.where)

    def _why_dropped(self, effect: EffectRecord) -> str:
        if effect.rule not in self._rules:
            return "there is no such rule"
        step = self._trace.get(effect.rule)
        if step is None:
            stopper = next((one.name for one in self._trace.values() if one.stop), "")
            return f"rule {stopper!r} stops before it"
        if step.answer is Answer.YES:
            return "the rule does it no more"
        return step.note or f"no match: {_said(deciding_test(step))}"


def _stops(rule: Rule) -> bool:
    return rule.stop and rule.mode is Mode.ENFORCE


def _numbered(entries: Iterable[Any]) -> dict[tuple[str, str, int], Any]:
    """By rule and action, with a number for a rule that does one thing several times."""
    counts: Counter[tuple[str, str]] = Counter()
    found = {}
    for entry in entries:
        key = (entry.rule, entry.action)
        found[(*key, counts[key])] = entry
        counts[key] += 1
    return found


def _paired(then: Mapping[Any, EffectRecord], now: Mapping[Any, Planned]) -> dict[Any, Any]:
    """For what would be done, what it was then: in the rule of that name, else the same thing in another rule."""
    pairs = {key: key for key in now if key in then}
    left = [key for key, effect in then.items() if key not in pairs and effect.state is EffectState.DONE]
    for key, planned in now.items():
        if key in pairs:
            continue
        alike = (one for one in left if one[1] == key[1] and not _differences(then[one], planned)[0])
        found = next(alike, None)
        if found is not None:
            left.remove(found)
            pairs[key] = found
    return pairs


def _altered(planned: Planned, effect: EffectRecord, where: str) -> Change:
    then, now = _differences(effect, planned)
    return Change(
        mark=Mark.CHANGED if then or now else Mark.SAME,
        rule=planned.rule,
        action=planned.action,
        # Of what is not known now, what was done then tells most.
        fields={**effect.fields, **planned.plan.fields} if planned.unknown else planned.plan.fields,
        then=then,
        now=now,
        unknown=_not_compared(effect, planned),
        where=where,
    )


def _dropped(effect: EffectRecord, why: str, where: str) -> Change:
    return Change(
        mark=Mark.DROPPED, rule=effect.rule, action=effect.action, fields=effect.fields, why=why, where=where
    )


_WRITTEN = frozenset({"saved"})
"""What is known only once it was done."""
_FILLED = frozenset({"to", "subject", "from", "as", "files", "packed"})
"""What a plan has whether the rule gives it or not; a plan that could not be made lacks what the rule does not give."""


def _differences(effect: EffectRecord, planned: Planned) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that are not what they were: as they were, as they would be."""
    then = effect.fields
    now = {name: cut(value) for name, value in planned.plan.fields.items()}
    names = {*then, *now} - _WRITTEN
    if planned.unknown:
        names -= {*planned.unknown.fields, *_left_out(effect, planned)}
    differ = [name for name in sorted(names) if then.get(name) != now.get(name)]
    return (
        {name: then[name] for name in differ if name in then},
        {name: now[name] for name in differ if name in now},
    )


def _left_out(effect: EffectRecord, planned: Planned) -> set[str]:
    """The fields of then of which a plan that could not be made does not say what they would be."""
    filled = _FILLED | {"name"} if effect.action == "save_message" else _FILLED
    return {*effect.fields} & filled - {*planned.plan.fields}


def _not_compared(effect: EffectRecord, planned: Planned) -> tuple[str, ...]:
    if planned.unknown is None:
        return ()
    return tuple(sorted({*planned.unknown.fields, *_left_out(effect, planned)} - _WRITTEN))


def _why_not(planned: Planned) -> str:
    """Why it would not be done, or ""."""
    if planned.error:
        return f"fails: {planned.error}"
    if planned.plan.refused is not None:
        return f"refused: {planned.plan.refused}"
    return "shadow mode" if planned.shadow else ""


def _why_not_then(effect: EffectRecord | None) -> str:
    if effect is None:
        return ""
    match effect.state:
        case EffectState.SHADOW:
            return "then in shadow mode"
        case EffectState.REFUSED:
            return f"then refused: {effect.refused}"
        case _:
            return f"then failed: {effect.error}"


def _was_refused_too(planned: Planned, effect: EffectRecord | None) -> bool:
    """Whether a guard said no then that still would: of a message that is only remembered, none can be asked."""
    return planned.unknown is not None and effect is not None and effect.state is EffectState.REFUSED


def _said(test: TestTrace | None) -> str:
    if test is None:
        return ""
    value = test.value.replace("not fetched", "not kept")  # of the past, nothing can be fetched any more
    return f"{described(test)} ← {value}" if value else described(test)


def _place_of(test: TestTrace | None, step: RuleTrace) -> object:
    return step.where if test is None or test.where is None else test.where
