"""Regular expressions: RE2's limits are told at their place, and time is linear."""

from __future__ import annotations

import pytest

from automailer.rules import Refused, read_text
from automailer.rules.pattern import compile_pattern

# The spot is marked by a character that no pattern here needs.
SPOTS = {
    "back-reference": r"(a)¦\1",
    "back-reference by name": r"(?P<n>a)¦(?P=n)",
    "look-ahead": "a¦(?=b)",
    "negative look-ahead": "a¦(?!b)",
    "look-behind": "¦(?<=a)b",
    "negative look-behind": "x¦(?<!a)b",
    "look-ahead behind its own text, escaped": r"\(?=a¦(?=b)",
    "look-ahead behind its own text, in a class": "[(?=]a¦(?=b)",
    "atomic group": "¦(?>a)b",
    "possessive": "a¦++b",
    "end as Python writes it": r"end¦\Z",
    "unknown escape": r"a¦\q",
    "open parenthesis": "(a)¦(b(c)",
    "stray parenthesis": "(a)b¦)c",
    "parenthesis in a class is no parenthesis": "[()]+¦)",
    "open class": "abc¦[def",
    "range backwards": "[¦z-a]",
    "nothing to repeat": "¦*a",
    "repetition too large": "a¦{2000}",
    "backslash at the end": "abc¦\\",
    "group without end": "ab¦(?P<x",
    "after characters of other scripts": "发票¦(?=b)",
    "group that match. can't name": "(?P¦<1a>x)",
}


@pytest.mark.parametrize("marked", SPOTS.values(), ids=SPOTS)
def test_what_re2_can_not_do_is_refused_at_the_character(marked: str) -> None:
    source = marked.replace("¦", "")
    with pytest.raises(Refused) as caught:
        compile_pattern(source)
    (fault,) = caught.value.faults
    spot = fault.offset - fault.message.startswith("group name")
    assert f"{source[:spot]}¦{source[spot:]}" == marked


REASONS = {
    r"(a)\1": "back-references take more than linear time: name both groups, and compare them with if "
    r"(invalid escape sequence: \1)",
    "(?P<n>a)(?P=n)": "back-references take more than linear time: name both groups, and compare them with if "
    "(invalid perl operator: (?P)",
    "(?=a)": "look-around takes more than linear time: match what stands there, or ask in a test of its own "
    "(invalid perl operator: (?=)",
    "(?<!a)b": "look-around takes more than linear time: ask for it in a test of its own, under not "
    "(invalid perl operator: (?<!)",
    "(?>a)": "it has no atomic groups, and needs none: write (?:…) (invalid perl operator: (?>)",
    "a++": "it has no possessive repetition, and needs none: leave out the + (bad repetition operator: ++)",
    r"a\Z": r"\Z is not known: write \z (invalid escape sequence: \Z)",
    "(?x) a": "it has no flag x: write it without blanks and comments (invalid perl operator: (?x)",
    "(?(1)a)": "it has no conditions: write each way out, with | between (invalid perl operator: (?()",
    "a{2000}": "a repetition counts to 1,000 at most (invalid repetition size: {2000})",
    "(a": "missing ): (a",
}


@pytest.mark.parametrize(("source", "message"), REASONS.items())
def test_a_refusal_says_why(source: str, message: str) -> None:
    with pytest.raises(Refused) as caught:
        compile_pattern(source, flags="i")
    assert str(caught.value) == f"regular expression refused by RE2: {message}"


HOSTILE = ["(a+)+$", "(a|aa)+$", "^(a|a?)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y"]


@pytest.mark.parametrize("source", HOSTILE)
def test_a_pattern_that_stalls_others_answers_on_a_megabyte(source: str) -> None:
    assert read_text(f"/{source}/").match("a" * 1_000_000 + "!") is None


def test_a_glob_of_many_stars_answers_on_a_long_text() -> None:
    assert read_text({"glob": "*a" * 30 + "b"}).match("a" * 100_000) is None


def test_a_pattern_tells_its_groups() -> None:
    assert set(compile_pattern("(?P<b>x)(y)(?P<a>z)").names) == {"a", "b"}


def test_a_pattern_in_a_block_of_yaml_ends_before_the_line_end() -> None:
    assert read_text("/disk full/i\n").match("DISK FULL")
