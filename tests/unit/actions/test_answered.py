"""The limits of replies hold inside one message too."""

from __future__ import annotations

from datetime import timedelta

from automailer.actions import PlanContext, plan
from automailer.message import Message
from automailer.rules import ActionCall, Decision, Match, Mode, Rule
from tests.unit.actions.build import context, mail_with, read
from tests.unit.rules.build import NOWHERE, subject

REPLY = "reply: {text: x, once_per: %s}"


def refusals(around: PlanContext, *rules: tuple[str, Mode, int], once_per: str = "1d") -> list[str | None]:
    """What is said of the replies of rules with so many of them, to one message."""
    message: Message = mail_with({})
    matches = []
    for name, mode, replies in rules:
        calls = tuple(
            ActionCall(action=read(REPLY % once_per), position=position, where=NOWHERE)
            for position in range(replies)
        )
        rule = Rule(name=name, where=NOWHERE, when=None, then=calls, mode=mode)
        matches.append(Match(rule=rule, subject=subject(message, rule=name)))
    decision = Decision(matches=tuple(matches), trace=())
    return [found.plan.refused for found in plan(decision, around)]


def test_a_rule_answers_a_sender_once() -> None:
    first, second, other = refusals(context(), ("a", Mode.ENFORCE, 2), ("b", Mode.ENFORCE, 1))
    assert (first, other) == (None, None)
    assert "this sender was answered" in (second or "")


def test_no_limit_is_none() -> None:
    assert refusals(context(), ("a", Mode.ENFORCE, 2), once_per="0s") == [None, None]


def test_an_hour_has_room_for_so_many() -> None:
    around = context(max_per_hour=2, once_per=timedelta(0))
    assert refusals(around, *((name, Mode.ENFORCE, 1) for name in "abc"))[:2] == [None, None]
    third = refusals(around, *((name, Mode.ENFORCE, 1) for name in "abc"))[2]
    assert "max_per_hour" in (third or "")


def test_a_shadow_uses_nothing_up() -> None:
    around = context(max_per_hour=1)
    assert refusals(around, ("a", Mode.SHADOW, 1), ("b", Mode.ENFORCE, 1)) == [None, None]
