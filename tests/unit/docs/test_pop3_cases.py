"""docs/pop3-cases.md names every case, and tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "pop3-cases.md"

_ROW = re.compile(r"^\| ([AB]?\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`([^`]+)`")
ROWS = _ROW.findall(PAGE.read_text(encoding="utf-8"))
CASES = {
    *(str(number) for number in range(1, 57)),
    *(f"A{number:02}" for number in range(1, 30)),
    *(f"B{number:02}" for number in range(1, 26)),
}


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_case_has_one_row() -> None:
    numbers = [row[0] for row in ROWS]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) == CASES


@pytest.mark.parametrize(("done", "tests"), [row[2:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_case_has_tests_that_are_there_or_a_reason_why_it_has_none(done: str, tests: str) -> None:
    named = _TEST.findall(tests)
    assert bool(named) is not done.startswith("-: ")
    assert bool(named) is (tests != "-")
    for test in named:
        file, _, name = test.partition("::")
        assert name in names_in(file)


def test_what_is_named_for_a_case_stands_in_its_row() -> None:
    """`test_case_5_4_29_…` is case 29; `…_and_a19_…` is A19."""
    rows = {row[0]: row[3] for row in ROWS}
    files = [str(path.relative_to(TESTS)) for path in sorted(TESTS.rglob("test_*.py"))]
    left_out = [
        f"{case}: {file}::{name}"
        for file in files
        for name in sorted(names_in(file))
        for case in _cases_of(name)
        if f"`{file}::{name}`" not in rows[case]
    ]
    assert left_out == []


def _cases_of(name: str) -> set[str]:
    said = re.match(r"test_case_((?:[ab]?\d+_(?:and_)?)+)", name)
    words = re.sub(r"(?<!\d)5_\d_", "", said[1]).split("_") if said else []
    return {word.upper() for word in words if word.upper() in CASES}
