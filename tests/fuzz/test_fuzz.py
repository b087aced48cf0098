"""Broken, repeated and mixed mail breaks nothing: a short, repeatable run of what `make fuzz` does for hours."""

from __future__ import annotations

import gc
import tracemalloc
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
import yaml

from automailer.rules import TESTS
from tests.fuzz.exercise import Exercise, seeds
from tests.fuzz.mutate import mutant

RUNS = 400


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    return Exercise(tmp_path_factory.mktemp("fuzz"))


def test_the_rules_ask_every_question_of_the_language() -> None:
    text = Path(__file__).with_name("rules.yaml").read_text("utf-8")
    named = {key for rule in yaml.safe_load(text)["rules"] for key in _keys(rule["when"])}
    assert set(TESTS) - named == {"command"} & set(TESTS)  # one program a mail would be most of the time


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return {str(key) for key in value}.union(*map(_keys, value.values()))
    return set[str]().union(*map(_keys, value)) if isinstance(value, list) else set()


def test_mutants_break_nothing(exercise: Exercise) -> None:
    random, grown = Random(3), seeds()
    for run in range(RUNS):
        octets = mutant(grown, random)
        try:
            exercise(octets)
        except Exception as exc:
            exc.add_note(f"run {run}, mail {octets[:300]!r}…")
            raise


def test_mails_leave_no_memory_behind(exercise: Exercise) -> None:
    random, grown = Random(5), seeds()
    mails = [mutant(grown, random)[:5_000] for _ in range(60)]
    tracemalloc.start()
    try:
        in_use = [_in_use_after(exercise, mails) for _ in range(5)]
    finally:
        tracemalloc.stop()
    # A cache may fill or turn over in one round; what is lost is lost in every round.
    assert min(after - before for before, after in pairwise(in_use)) < 10_000


def _in_use_after(exercise: Exercise, mails: list[bytes]) -> int:
    for octets in mails:
        exercise(octets)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
