"""What is expected of a value: the same, a pattern, a whole list, a part of a mapping."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from automailer.ruletests.wanted import Mapped, Value

LISTS = {"oncall": ("a@example.com", "*@example.org")}

FIT: list[tuple[object, object]] = [
    ("db1 is down", "db1 is down"),
    ("Hello,\nyou", "\nHello,  \r\nyou\r\n\r\n"),
    (3, "3"),
    ("3", 3),
    (True, True),
    (None, None),
    ("a", ["a"]),
    (["a", "b"], ["b", "a"]),
    (["a"], "a"),
    ([], []),
    ("/DB\\d/i", "the db1 is down"),
    ("/b/", ["a", "b"]),
    ("/srv/mail", "/srv/mail"),
    ("/srv/mail/", "/srv/mail/"),
    ({"contains": "IS"}, "db1 is down"),
    ({"is": "DB1 is  down"}, "db1 is down"),
    ({"in": "oncall"}, "x@example.org"),
    ({"contains": "b"}, ["a", "b"]),
    (["/./", "b"], ["b", "a"]),
    ([{"glob": "*.pdf"}, "a.txt"], ["a.txt", "b.pdf"]),
]
UNFIT: list[tuple[object, object]] = [
    ("db1 is down", "DB1 is down"),
    ("db1", "db1 is down"),
    ("a", ["a", "b"]),
    ("a", None),
    ("", None),
    (["a"], ["a", "b"]),
    (["a", "a"], ["a", "b"]),
    (["a", "b"], ["a"]),
    (True, "true"),
    ("/x/", "y"),
    ("/x/", None),
    ({"contains": "x"}, None),
    ({"is": "x", "case": True}, "X"),
]


def wants(written: object, found: object) -> bool:
    wanted: Any = TypeAdapter(Value).validate_python(written)
    return bool(wanted.fits(found, LISTS))


@pytest.mark.parametrize(("written", "found"), FIT)
def test_it_fits(written: object, found: object) -> None:
    assert wants(written, found)


@pytest.mark.parametrize(("written", "found"), UNFIT)
def test_it_does_not_fit(written: object, found: object) -> None:
    assert not wants(written, found)


def test_of_a_mapping_only_what_is_named_counts() -> None:
    wanted: Any = TypeAdapter(Mapped).validate_python({"a": 1, "b": {"c": "/x/"}})
    assert wanted.fits({"a": 1, "b": {"c": "xyz", "d": 2}, "e": 3}, LISTS)
    assert not wanted.fits({"a": 1, "b": {}}, LISTS)
    assert not wanted.fits({"a": 1}, LISTS)
    assert not wanted.fits("a", LISTS)


@pytest.mark.parametrize("written", [{"contians": "x"}, "/(/", "/(?=x)/", {"is": "x", "wat": 1}, [{"b": 1}]])
def test_a_pattern_that_is_none_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Value).validate_python(written)
