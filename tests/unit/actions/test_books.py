"""The actions that only change our own books: tag, set, delete, keep."""

from __future__ import annotations

from datetime import timedelta

import pytest

from automailer.actions import Keep, Removal, Tags
from tests.unit.actions.build import plan_of, planned, read
from tests.unit.rules.build import subject


def test_tags_are_rendered_and_empty_ones_fall_away() -> None:
    plan = plan_of(
        "tag: [alert, ' {{ match.host }} ', '{{ match.none }}']", match={"host": "db1", "none": " "}
    )
    assert plan.effects == (Tags(("alert", "db1")),)
    assert plan.fields == {"words": ["alert", "db1"]}


def test_set_renders_every_text_however_deep() -> None:
    action = read(
        "set: {severity: high, host: '{{ match.host }}', more: {list: ['{{ match.host }}', 3, true]}}"
    )
    values = {"severity": "high", "host": "db1", "more": {"list": ["db1", 3, True]}}
    assert action.assigns(subject(match={"host": "db1"})) == values
    plan = plan_of("set: {host: '{{ match.host }}'}", match={"host": "db1"})
    assert (plan.fields, plan.effects) == ({"values": {"host": "db1"}}, ())


@pytest.mark.parametrize(
    ("text", "after", "shown"),
    [
        ("delete", "processed", "processed"),
        ("delete: sent", "sent", "sent"),
        ("delete: {after: 36h}", timedelta(hours=36), "36h"),
    ],
)
def test_delete_is_a_wish_for_a_time(text: str, after: object, shown: str) -> None:
    plan = plan_of(text)
    assert plan.effects == (Removal(after=after),)  # type: ignore[arg-type]
    assert plan.fields == {"after": shown}


def test_keep_keeps() -> None:
    assert plan_of("keep").effects == (Keep(),)


def test_a_template_that_breaks_is_told_with_the_place_of_the_action() -> None:
    assert planned("tag: '{{ match.nobody }}'").error == "rules.yaml:1:1: 'match.nobody' is undefined"
