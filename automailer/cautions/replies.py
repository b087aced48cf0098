"""Automatic answers without the limits that keep two machines from writing to each other all night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from automailer.cautions.model import Material
from automailer.errors import Problem

__all__ = ["unlimited_replies"]

MANY_PER_HOUR = 1_000
"""More answers than that in an hour are no desk's any more, and what a loop or a spammer makes of it."""

_EACH = "each mail is answered, however many one sender writes: give a time such as 1d"


def unlimited_replies(material: Material) -> Iterator[Problem]:
    """`once_per` of nothing, `max_per_hour` that limits nothing or allows nothing; where nobody replies, nothing."""
    limits, usual = material.settings.autoreply, False
    replies = [(rule, call, action) for _, rule, call, action in material.calls() if action.name == "reply"]
    for rule, call, action in replies:
        once_per = getattr(action, "once_per", None)
        usual |= once_per is None
        if rule.enabled and once_per == timedelta():
            yield material.pages.problem(call.where, _EACH, below=("once_per",))
    if usual and limits.once_per == timedelta():
        yield material.settings.problem(("autoreply", "once_per"), _EACH)
    if replies and limits.max_per_hour > MANY_PER_HOUR:
        message = (
            f"limits nothing: expected at most {MANY_PER_HOUR:,}, which is a mailbox's answers in one hour"
        )
        yield material.settings.problem(("autoreply", "max_per_hour"), message)
    if replies and limits.max_per_hour == 0:
        message = "no reply ever goes out: give the number of answers that a mailbox may send in one hour"
        yield material.settings.problem(("autoreply", "max_per_hour"), message)
