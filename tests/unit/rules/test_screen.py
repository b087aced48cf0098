"""Many patterns on one text at once: none that is found is missed."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.rules import screen
from automailer.rules.pattern import compile_pattern
from automailer.rules.screen import Screen, is_sifting
from tests.unit.rules.draws import PATTERNS, WORDS

BARE = [each[1 : each.rindex("/")] for each in PATTERNS]


def found(pattern: str, text: str) -> bool:
    return compile_pattern(pattern).search(text.encode()) is not None


@given(
    st.lists(st.sampled_from([*BARE, *map(re.escape, WORDS)])), st.lists(st.sampled_from(WORDS) | st.text())
)
def test_no_pattern_that_is_found_is_missed(patterns: list[str], texts: list[str]) -> None:
    candidates = set(Screen(patterns).candidates(texts))
    for number, pattern in enumerate(patterns):
        if any(found(pattern, text.encode("utf-8", "replace").decode()) for text in texts):
            assert number in candidates


def test_every_letter_is_found_in_every_case_in_which_re2_finds_it() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == "L"]
    cased = [each for each in letters if {each.lower(), each.upper(), each.casefold()} != {each}]
    pairs = {(one, other) for one in cased for other in (one, one.lower(), one.upper(), one.casefold())}
    some = sorted((one, other) for one, other in pairs if len(other) == 1)
    for start in range(0, len(some), 800):
        portion = some[start : start + 800]
        patterns = [f"(?i)q{number}w{one}x" for number, (one, _) in enumerate(portion)]
        text = "\n".join(f"q{number}w{other}x" for number, (_, other) in enumerate(portion))
        missed = set(range(len(portion))) - set(Screen(patterns).candidates([text]))
        assert not any(found(patterns[number], text) for number in missed)


def test_a_pattern_is_a_candidate_only_where_its_text_is() -> None:
    both = Screen(["alpha.*omega", "beta"])
    assert list(both.candidates(["alpha and more"])) == []
    assert list(both.candidates(["omega alpha"])) == [0]
    assert list(both.candidates(["beta", "alpha"])) == [1]
    assert list(both.candidates(["ALPHA OMEGA BETA"])) == [0, 1]


@pytest.mark.parametrize(
    ("pattern", "sifts"),
    [("abc", True), ("ab", False), (r"\d+", False), ("a?", False), ("发", True), ("", False)],
)
def test_what_needs_no_text_sifts_nothing(pattern: str, sifts: bool) -> None:
    assert is_sifting(pattern) is sifts


def test_more_patterns_than_fit_into_one_set_are_tried_in_several() -> None:
    patterns = [f"number {number} of many" for number in range(5_000)]
    many = Screen(patterns)
    assert list(many.candidates(["it is number 4321 of many"])) == [4321]


def test_when_re2_has_no_memory_everything_is_a_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "MAX_CHARACTERS", 10**9)
    patterns = [f"number {number} of far too many for one set" for number in range(40_000)]
    assert len(list(Screen(patterns).candidates(["nothing"]))) == 40_000


HOSTILE = {
    "nested repetition": [rf"(a|aa)*b{number:03}" for number in range(100)],
    "one loop behind another": [rf"a.*a.*a.*b{number:03}" for number in range(100)],
    "a thousand times": [rf"(a?){{500}}b{number:03}" for number in range(3)],
    "ten thousand alternatives": ["|".join(f"word{number}" for number in range(10_000))],
    "states that explode": [rf"[ab]*a[ab]{{12}}c{number:03}" for number in range(100)],
}


@pytest.mark.parametrize("patterns", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_leaves_few_candidates(patterns: list[str]) -> None:
    hostile = Screen(patterns)
    for text in ("a" * 1_000_000, "ab" * 500_000):
        assert list(hostile.candidates([text])) == []
