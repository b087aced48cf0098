"""What rule tests show of the rules: which never matched, which tests never failed, what was never planned. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automailer.errors import Place
from automailer.rules import Answer, Mode, Rule, RuleTrace, TestTrace
from automailer.ruletests.planned import Did

__all__ = ["Coverage", "Gap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that no test shows at work: what it is, in which rule, where it stands, and why.

    `follows`: from another gap, that its rule never matched.
    """

    rule: str
    what: str
    where: Place
    reason: str
    follows: bool = False

    def document(self, kind: str) -> dict[str, str]:
        """As `test --json` prints it; `kind` names what it is."""
        return {"rule": self.rule, kind: self.what, "where": str(self.where), "reason": self.reason}


@dataclass(slots=True)
class _Seen:
    """What was seen of one rule. `idle`: why it was not tried; `behind`: the rule that stopped before it."""

    rule: Rule
    mailbox: str
    tested: bool = False
    tried: int = 0
    matched: bool = False
    idle: str = ""
    behind: str = ""

    def reason(self) -> str:
        """Why it never matched."""
        if not self.tested:
            return f"no test is for mailbox {self.mailbox!r}"
        if self.tried:
            return f"tried on {_messages(self.tried)}"
        return self.idle or f"never reached: rule {self.behind!r} stopped before it"


@dataclass(slots=True)
class _Answers:
    """What one test said, `not` around it taken in: whether it ever let its rule match, ever kept it from it."""

    rule: str
    what: str
    held: int = 0
    failed: int = 0


@dataclass(slots=True)
class _Came:
    """What became of one action."""

    rule: str
    what: str
    planned: bool = False
    shadow: bool = False
    reason: str = ""


@dataclass(slots=True)
class Coverage:
    """Gathers, test by test. A rule that several mailboxes share counts once."""

    rules: Mapping[str, Sequence[Rule]]
    _seen: dict[Place, _Seen] = field(init=False, default_factory=dict)
    _answers: dict[Place, _Answers] = field(init=False, default_factory=dict)
    _actions: dict[Place, _Came] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for mailbox, rules in self.rules.items():
            for rule in rules:
                self._seen.setdefault(rule.where, _Seen(rule, mailbox))
                for call in rule.then:
                    self._actions.setdefault(
                        call.where, _Came(rule.name, call.action.name, shadow=rule.mode is Mode.SHADOW)
                    )

    def note(self, mailbox: str, trace: Sequence[RuleTrace], actions: Iterable[Did]) -> None:
        """Take in what one message came to."""
        rules = {rule.name: rule for rule in self.rules[mailbox]}
        tried = {one.name: one for one in trace}
        for name, rule in rules.items():
            self._note_rule(self._seen[rule.where], tried.get(name), stopped=trace[-1].name)
        for did in actions:
            call = next(call for call in rules[did.rule].then if call.position == did.position)
            came = self._actions[call.where]
            came.planned = came.planned or did.planned
            came.reason = _why_not(did)

    def _note_rule(self, seen: _Seen, trace: RuleTrace | None, *, stopped: str) -> None:
        seen.tested = True
        if trace is None:
            seen.behind = stopped
        elif trace.note:
            seen.idle = trace.note
        else:
            seen.tried += 1
            seen.matched = seen.matched or trace.answer is Answer.YES
            if trace.test is not None:
                self._note_test(seen.rule.name, trace.test, around="")

    def _note_test(self, rule: str, test: TestTrace, *, around: str) -> None:
        if test.children:
            inner = around if test.test != "not" else "" if around else "not: "
            for child in test.children:
                self._note_test(rule, child, around=inner)
        elif test.where is not None and test.answer is not Answer.UNKNOWN:
            what = f"{around}{test.test}: {test.wanted}" if test.wanted else f"{around}{test.test}"
            answers = self._answers.setdefault(test.where, _Answers(rule, what))
            held = (test.answer is Answer.YES) is not bool(around)
            answers.held += held
            answers.failed += not held

    @property
    def never_matched(self) -> list[Gap]:
        """Rules that matched no message."""
        return [
            Gap(rule=seen.rule.name, what=seen.rule.name, where=where, reason=seen.reason())
            for where, seen in self._seen.items()
            if not seen.matched
        ]

    @property
    def never_failed(self) -> list[Gap]:
        """Tests that held for every message: nothing shows that they can keep a rule from matching."""
        return [
            Gap(
                rule=one.rule,
                what=one.what,
                where=where,
                reason=f"held for {_messages(one.held)}",
            )
            for where, one in self._answers.items()
            if not one.failed
        ]

    @property
    def never_held(self) -> list[Gap]:
        """Tests that held for no message: nothing shows that they let a rule match."""
        return [
            Gap(
                rule=one.rule,
                what=one.what,
                where=where,
                reason=f"failed for {_messages(one.failed)}",
            )
            for where, one in self._answers.items()
            if not one.held
        ]

    @property
    def never_planned(self) -> list[Gap]:
        """Actions that would be done for no message."""
        return [
            Gap(
                rule=came.rule,
                what=came.what,
                where=where,
                reason="its rule is in shadow mode"
                if came.shadow
                else came.reason or "its rule never matched",
                follows=not came.reason,
            )
            for where, came in self._actions.items()
            if not came.planned
        ]

    def document(self) -> dict[str, Any]:
        """As `test --json` prints it."""
        never_failed, never_held = self.never_failed, self.never_held
        one_sided = len(never_failed) + len(never_held)
        return {
            "rules": _share(len(self._seen), self.never_matched),
            "tests": {"total": len(self._answers), "covered": len(self._answers) - one_sided},
            "actions": _share(len(self._actions), self.never_planned),
            "never_matched": [gap.document("name") for gap in self.never_matched],
            "never_failed": [gap.document("test") for gap in never_failed],
            "never_held": [gap.document("test") for gap in never_held],
            "never_planned": [gap.document("action") for gap in self.never_planned],
        }


def _share(total: int, gaps: Sequence[Gap]) -> dict[str, int]:
    return {"total": total, "covered": total - len(gaps)}


def _messages(count: int) -> str:
    return "one message" if count == 1 else f"{count} messages"


def _why_not(did: Did) -> str:
    return f"refused: {did.refused}" if did.refused else f"fails: {did.error}" if did.error else ""
