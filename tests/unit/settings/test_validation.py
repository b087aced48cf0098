"""Pydantic's verdict in plain words: unions collapsed, keys suggested, places found."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from automailer.errors import ConfigError, Problem
from automailer.settings import Flag, Size, parse_document, validate


class Colour(Enum):
    """Two will do."""

    RED = "red"
    GREEN = "green"


class Strict(BaseModel):
    """Refuses unknown keys."""

    model_config = ConfigDict(extra="forbid")


class ByList(Strict):
    """Receivers by a named list."""

    list: str


class ByFile(Strict):
    """Receivers by a file."""

    csv: str
    column: str = "email"


class Sample(Strict):
    """One field of every kind."""

    to: ByList | ByFile | list[str] | str = ""
    colour: Colour = Colour.RED
    mode: Literal["inline", "attachment"] = "inline"
    count: int = Field(default=1, ge=1)
    share: float = Field(default=0.5, lt=1)
    flag: Flag = True
    size: Size = 1
    until: date | None = None
    from_: str = Field(default="", alias="from")
    inner: dict[str, list[ByFile]] = {}
    names: list[str] = Field(default=[], max_length=2)


def problems(text: str, **options: Any) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        validate(Sample, parse_document(text, "a.yaml"), **options)
    return list(caught.value.problems)


def told(text: str, **options: Any) -> list[str]:
    """Each problem in one line, without the file's name and the source."""
    lines = [str(problem).split("\n")[0] for problem in problems(text, **options)]
    return [line.removeprefix("a.yaml:") for line in lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("colour: gren", "1:9: colour: expected red or green, found 'gren' (did you mean 'green'?)"),
        (
            "mode: inlin",
            "1:7: mode: expected inline or attachment, found 'inlin' (did you mean 'inline'?)",
        ),
        ("count: 0", "1:8: count: must be at least 1"),
        ("count: many", "1:8: count: expected a whole number, found 'many'"),
        ("count: 1.5", "1:8: count: expected a whole number, found the number 1.5"),
        ("share: 1.0", "1:8: share: must be less than 1.0"),
        ("flag: yes", "1:7: flag: expected true or false, found 'yes'"),
        ("flag:", "1:6: flag: expected true or false, found nothing"),
        ("size: {a: 1}", "1:1: size: expected a size such as 10KB or 5MB, found {'a': 1}"),
        ("until: tomorrow", "1:8: until: expected a date such as 2026-12-24, found 'tomorrow'"),
        ("from: 5", "1:7: from: expected text, found the number 5"),
        ("from_: x", "1:1: from_: is not known here (did you mean 'from'?)"),
        ("form: x", "1:1: form: is not known here (did you mean 'from'?)"),
        ("names: [a, b, c]", "1:1: names: must have at most 2 entries"),
        ("names: [a, [b]]", "1:12: names[1]: expected text, found a list"),
        (
            "inner: {x: [{csv: a}, {cvs: b, csv: c}]}",
            "1:24: inner.x[1].cvs: is not known here (did you mean 'csv'?)",
        ),
        ("inner: {x: [{}]}", "1:13: inner.x[0].csv: is missing"),
        ("inner: [a]", "1:1: inner: expected a mapping (key: value), found a list"),
        ("to: {list: [a]}", "1:6: to.list: expected text, found a list"),
        ("to: {lst: a}", "1:6: to.lst: is not known here (did you mean 'list'?)"),
        ("to: {csv: a, colum: b}", "1:14: to.colum: is not known here (did you mean 'column'?)"),
        ("to: [a, {b: c}]", "1:9: to[1]: expected text, found a mapping"),
        ("to: 5", "1:5: to: expected a mapping (key: value) or a list or text, found the number 5"),
        ("- a", "1:1: expected a mapping (key: value), found a list"),
    ],
)
def test_a_fault_is_told_in_plain_words_at_its_place(text: str, expected: str) -> None:
    assert expected in told(text)


def test_a_value_that_fits_no_member_of_a_union_is_told_of_once() -> None:
    assert len(told("to: 5")) == 1
    assert told("to: {csv: a, colum: b}") == ["1:14: to.colum: is not known here (did you mean 'column'?)"]


def test_every_fault_is_told_in_file_order() -> None:
    text = "names: 5\ncount: x\ncolour: blue\nzzz: 1\nto: [1]\n"
    assert [problem.place.line for problem in problems(text)] == [1, 2, 3, 4, 5]


def test_a_part_of_a_document_is_validated_with_its_whole_path() -> None:
    text = "rules:\n  - then:\n      - send: {colour: blue, zzz: bad}\n"
    at = ("rules", 0, "then", 0, "send")
    assert told(text, at=at) == [
        "3:24: rules[0].then[0].send.colour: expected red or green, found 'blue'",
        "3:30: rules[0].then[0].send.zzz: is not known here",
    ]


def test_a_short_form_spelt_out_is_placed_where_it_is_written() -> None:
    text = "then:\n  - send: 5\n"
    [line] = told(text, at=("then", 0, "send"), value={"colour": 5})
    assert line == "2:11: then[0].send.colour: expected red or green, found the number 5"


def test_a_long_value_is_cut() -> None:
    [line] = told(f"colour: {'x' * 500}")
    assert len(line) < 150


def test_a_fault_of_the_whole_is_placed_at_its_key() -> None:
    class Pair(BaseModel):
        a: int = 0
        b: int = 0

        @model_validator(mode="after")
        def check(self) -> Pair:
            msg = "expected a or b"
            raise ValueError(msg)

    with pytest.raises(ConfigError, match=r"^a\.yaml:1:1: pair: expected a or b"):
        validate(Pair, parse_document("pair:\n  a: 1\n", "a.yaml"), at=("pair",))
