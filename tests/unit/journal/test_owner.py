"""An owner is called dead only when that is certain."""

from __future__ import annotations

import pytest

from automailer.journal import is_dead, this_owner

FIELDS = ("host", "machine", "boot", "space", "pid", "start", "job")


def changed(**values: str) -> str:
    parts = dict(zip(FIELDS, this_owner().split("/"), strict=True))
    return "/".join((parts | values).values())


def test_this_process_is_alive() -> None:
    assert not is_dead(this_owner())
    assert not is_dead(this_owner("poll ops"))


def test_jobs_of_one_process_are_different_owners() -> None:
    assert this_owner("a") != this_owner("b")
    assert this_owner("a") == this_owner("a")
    assert this_owner("a/b") == this_owner("a b")


def test_a_process_id_given_to_another_process_is_dead() -> None:
    assert is_dead(changed(start="1"))


def test_a_process_that_does_not_exist_is_dead() -> None:
    assert is_dead(changed(pid="4194305"))


def test_another_boot_of_this_machine_is_dead() -> None:
    assert is_dead(changed(boot="another")) == (changed().split("/")[1] != "")


@pytest.mark.parametrize(
    "elsewhere",
    [{"host": "elsewhere"}, {"machine": "other"}, {"boot": ""}, {"space": "pid:[1]"}],
    ids=["other host", "other machine", "unknown boot", "other container"],
)
def test_what_can_not_be_known_is_not_dead(elsewhere: dict[str, str]) -> None:
    assert not is_dead(changed(pid="4194305", **elsewhere))


@pytest.mark.parametrize("text", ["", "somebody", "a/b", "a/b/c/d/e/f/g", "/" * 6, "a/b/c/d/../f/g"])
def test_an_owner_of_another_kind_is_not_dead(text: str) -> None:
    assert not is_dead(text)
