"""Tests of what came before: whether a key was seen (`duplicate`), and how often (`frequency`). Pure.

A test that is asked counts its key for later messages, whatever it answers; what is not asked counts nothing. So
these are asked last, and only when it is certain that they are (RFC 7352 has them counted when the script is done).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from automailer.message import NotKnown
from automailer.rules.keys import Key, everything, identity, read_key
from automailer.rules.leaf import Rank, Seen, answer, observed
from automailer.rules.model import REACHED, UNSURE, Answer, Sighting, Subject, Test
from automailer.rules.refusal import one_of, refuse_unknown_keys, short
from automailer.rules.site import Problems, Site
from automailer.rules.times import read_time
from automailer.settings import format_duration

__all__ = [
    "DUPLICATE_FIELDS",
    "FREQUENCY_FIELDS",
    "MAX_WITHIN",
    "SINCE",
    "DuplicateTest",
    "FrequencyTest",
    "Untold",
    "read_duplicate",
    "read_frequency",
]

MAX_WITHIN = timedelta(days=366)
"""The longest time that is looked back, so that what is counted can be forgotten (RFC 7352, section 3.3)."""

USUAL_WITHIN = timedelta(days=7)
"""How far `duplicate` looks back when nothing is said: a server that was away delivers again within days."""

SINCE = ("first", "last")
"""What the time of `duplicate` is measured from."""

# As much of a key as a line of the trace has room for beside the count.
SHOWN_KEY = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateTest:
    """YES when an earlier message had the key within that time (RFC 7352).

    `since_first`: a duplicate doesn't prolong the time, which runs from the last message that was none.
    """

    key: Key = identity
    within: timedelta = USUAL_WITHIN
    since_first: bool = False

    def observe(self, subject: Subject) -> Seen:
        """Look the key up, and count it."""
        found = _counted(self.key, subject)
        if isinstance(found, Seen):
            return found
        kind = "duplicate since first" if self.since_first else "duplicate"
        sighting = Sighting(rule=subject.rule, kind=kind, key=found, within=self.within)
        count, last = _tally(sighting, subject)
        held = self.since_first and count > 0
        return Seen(
            answer(count),
            f"{_shown(found)}, {self._seen(count, last, subject)}{_caveat(subject)}",
            sightings=() if held else (sighting,),
        )

    def _seen(self, count: int, last: datetime | None, subject: Subject) -> str:
        within = format_duration(self.within)
        if last is None:
            return f"not seen in {within}"
        when = _clock(last, subject.now)
        if self.since_first:
            return f"first seen {when}"
        return f"seen {'once' if count == 1 else f'{count} times'} in {within}, last {when}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyTest:
    """YES when more than `over` messages had the key within that time, this one among them."""

    over: int
    within: timedelta
    key: Key = everything

    def observe(self, subject: Subject) -> Seen:
        """Count the key."""
        found = _counted(self.key, subject)
        if isinstance(found, Seen):
            return found
        sighting = Sighting(rule=subject.rule, kind="frequency", key=found, within=self.within)
        place = _tally(sighting, subject)[0] + 1
        return Seen(
            answer(place > self.over),
            f"{_shown(found)}, {_ordinal(place)} in {format_duration(self.within)}{_caveat(subject)}",
            sightings=(sighting,),
        )


class Untold:
    """A history that nobody knows: a test that asks for it can't be answered."""

    def tally(self, rule: str, kind: str, key: str, *, after: datetime) -> NoReturn:
        """Say so."""
        reason = "what other messages counted is not known"
        raise NotKnown(reason)


def _counted(key: Key, subject: Subject) -> str | Seen:
    """The key, or what is said where none can be counted."""
    if REACHED in subject.unsettled:
        return Seen(
            Answer.UNKNOWN, "whether this is asked hangs on what was not fetched", sightings=(UNSURE,)
        )
    found = key(subject)
    if found is None:
        return Seen(Answer.UNKNOWN, "the key reads what was not fetched", sightings=(UNSURE,))
    return found or Seen(Answer.NO, "the key is empty")


def _tally(sighting: Sighting, subject: Subject) -> tuple[int, datetime | None]:
    if subject.sightings is None:
        return 0, None
    after = subject.now - sighting.within
    return subject.sightings.tally(sighting.rule, sighting.kind, sighting.key, after=after)


def _caveat(subject: Subject) -> str:
    return "" if subject.sightings is not None else " (no history is at hand)"


def _shown(key: str) -> str:
    return f"key {observed(key if len(key) <= SHOWN_KEY else f'{key[: SHOWN_KEY - 1]}…')!r}"


def _clock(moment: datetime, now: datetime) -> str:
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%Y-%m-%d %H:%M}"


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def read_duplicate(value: object, site: Site) -> Test:
    """`duplicate`: true for the Message-ID, a key, or a mapping of `key`, `within` and `since`."""
    parts: dict[str, Any] = {}
    if isinstance(value, str):
        parts["key"] = read_key(value, site)
    elif value is not True:
        expected = f"expected true, a key, or a mapping of {one_of(DUPLICATE_FIELDS)}"
        parts = _read_parts(value, site, DUPLICATE_FIELDS, expected=expected)
    since_first = parts.pop("since", "last") == "first"
    return site.leaf(value, DuplicateTest(since_first=since_first, **parts), Rank.REPEATS)


def read_frequency(value: object, site: Site) -> Test:
    """`frequency`: a mapping of `key`, `over` and `within`."""
    expected = f"expected a mapping of {one_of(FREQUENCY_FIELDS)}"
    parts = _read_parts(value, site, FREQUENCY_FIELDS, expected=expected, required=("over", "within"))
    return site.leaf(value, FrequencyTest(**parts), Rank.REPEATS)


def _read_parts(
    value: object,
    site: Site,
    fields: Mapping[str, Callable[[object, Site], object]],
    *,
    expected: str,
    required: Collection[str] = (),
) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        site.refuse(f"{expected}, found {short(value)!r}")
    problems, parts = Problems(), dict[str, Any]()
    with problems.gathered():
        site.read(lambda _, scope: refuse_unknown_keys(value, fields), value)
    problems.found.extend(site.problem(f"has no {name}") for name in required if name not in value)
    for name, read in fields.items():
        if name in value:
            with problems.gathered():
                parts[name] = read(value[name], site.at(name))
    problems.settle()
    return parts


def _read_within(value: object, site: Site) -> timedelta:
    return read_time(value, site, most=MAX_WITHIN, example="5m or 1h")


def _read_over(value: object, site: Site) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        site.refuse(f"expected a whole number from 1, found {short(value)!r}")
    return value


def _read_since(value: object, site: Site) -> str:
    if not isinstance(value, str) or value not in SINCE:
        site.refuse(f"expected {one_of(SINCE)}, found {short(value)!r}")
    return value


DUPLICATE_FIELDS: Mapping[str, Callable[[object, Site], object]] = {
    "key": read_key,
    "within": _read_within,
    "since": _read_since,
}
FREQUENCY_FIELDS: Mapping[str, Callable[[object, Site], object]] = {
    "key": read_key,
    "over": _read_over,
    "within": _read_within,
}
