"""Tests that have much to do with one another: they imply, cover or contradict, or nearly do."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from automailer.message import KINDS
from tests.unit.rules.draws import VALUES

_BOUNDS = st.builds(
    "{}{}".format, st.sampled_from([">", ">=", "<", "<=", "="]), st.sampled_from([0, 100, 250, 400])
)
_CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "after": st.sampled_from(["2026-11-23", "2026-11-24T12:00", "2026-11-25T09:30:00+00:00"]),
        "before": st.sampled_from(["2026-11-23", "2026-11-24T12:00", "2026-11-26T00:00:00+01:00"]),
        "date": st.sampled_from(["2026-11-23", "2026-11-25", "2026-11-21..2026-11-22", ["2026-11-23", "2026-11-25"]]),
        "weekday": st.sampled_from(["mon", "wed", "sat-sun", ["tue", "wed"]]),
        "time": st.sampled_from(["10:00-11:00", "22:00-06:00", "00:00-10:30", ["09:00-10:00", "10:00-12:00"]]),
    },
).filter(bool)  # fmt: skip
_FILES = st.sampled_from(
    [{"name": "*.pdf"}, {"name": "*.pdf", "type": "application/pdf"}, {"type": "image/*"}]
)
ALIKE: dict[str, st.SearchStrategy[Any]] = {
    **{name: VALUES[name] for name in ("subject", "body", "from", "to", "recipient", "header", "mailbox")},
    "size": _BOUNDS,
    "now": _CONDITIONS,
    "date": _CONDITIONS,
    "age": st.sampled_from([">1d", ">3d", "<1h", "<=2d", "=2d"]),
    "has_attachment": st.booleans(),
    "attachment": st.builds(
        lambda value, count: {**value, **count}, _FILES, st.sampled_from([{}, {"count": 0}])
    ),
    "kind": st.lists(st.sampled_from(KINDS), min_size=1, max_size=2),
}
"""Values of one test that have much to do with one another."""


@st.composite
def close(draw: st.DrawFn) -> dict[str, Any]:
    """A test of a few that ask for the same thing, or its opposite."""
    name = draw(st.shared(st.sampled_from([*ALIKE]), key="name"))
    if name.endswith("attachment"):
        name = draw(st.sampled_from(["attachment", "has_attachment"]))
    test = {name: draw(ALIKE[name])}
    return draw(st.sampled_from([test, test, {"not": test}]))
