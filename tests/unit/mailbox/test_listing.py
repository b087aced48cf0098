"""Which messages are new, vanished, or not to be trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.mailbox import Comparison, Entry, Key, Known, compare, listing_digest
from automailer.mailbox.listing import number_occurrences


def entries(*uids: str, size: int | None = 100) -> tuple[Entry, ...]:
    return number_occurrences((number, uid, size) for number, uid in enumerate(uids, start=1))


def known(*uids: str, size: int | None = 100, gone: bool = False) -> dict[Key, Known]:
    return {(uid, 0): Known(size=size, gone=gone) for uid in uids}


def test_what_is_not_known_is_new_wherever_it_stands() -> None:
    found = compare(entries("a", "new", "b"), known("a", "b"))
    assert [entry.uid for entry in found.new] == ["new"]
    assert [entry.uid for entry in found.same] == ["a", "b"]
    assert (found.recheck, found.vanished, found.uids_changed) == ((), (), False)


def test_case_5_1_2_identical_uids_are_separate_messages() -> None:
    listed = entries("same", "same", "other", "same")
    assert [entry.key for entry in listed] == [("same", 0), ("same", 1), ("other", 0), ("same", 2)]
    found = compare(listed, known("same"))
    assert [entry.key for entry in found.new] == [("same", 1), ("other", 0), ("same", 2)]


def test_case_5_1_3_a_uid_that_was_gone_and_is_back_is_looked_at_again() -> None:
    found = compare(entries("a"), known("a", gone=True))
    assert [entry.uid for entry in found.recheck] == ["a"]
    assert found.new == found.same == ()


def test_case_5_1_3_a_uid_with_another_size_is_looked_at_again() -> None:
    assert [entry.uid for entry in compare(entries("a", size=5), known("a", size=6)).recheck] == ["a"]


@pytest.mark.parametrize(("listed", "remembered"), [(None, 6), (5, None)])
def test_a_size_that_was_never_told_says_nothing(listed: int | None, remembered: int | None) -> None:
    found = compare(entries("a", size=listed), known("a", size=remembered))
    assert [entry.uid for entry in found.same] == ["a"]


def test_case_5_1_5_messages_without_uid_are_never_taken_for_known_ones() -> None:
    found = compare(entries("", "", "a"), {("", 0): Known(size=100), **known("a")})
    assert [entry.number for entry in found.unidentified] == [1, 2]
    assert found.new == ()


def test_what_is_not_listed_any_more_has_vanished_unless_it_was_gone_before() -> None:
    found = compare(entries("a"), known("a", "b") | known("c", gone=True))
    assert found.vanished == (("b", 0),)


@pytest.mark.parametrize(
    ("old", "kept", "new", "changed"),
    [
        (20, 0, 20, True),
        (20, 2, 18, True),
        (20, 2, 17, False),
        (20, 3, 27, False),
        (19, 0, 19, False),
        (100, 0, 1, True),
        (100, 0, 0, False),
        (100, 100, 900, False),
    ],
    ids=[
        "all",
        "nine of ten",
        "too few new",
        "too many kept",
        "a small mailbox",
        "one new mail in an emptied mailbox",
        "an emptied mailbox",
        "much new mail",
    ],
)
def test_case_5_1_4_a_mailbox_whose_uids_nearly_all_changed_is_suspicious(
    old: int, kept: int, new: int, changed: bool
) -> None:
    listed = [f"old{i}" for i in range(kept)] + [f"new{i}" for i in range(new)]
    assert compare(entries(*listed), known(*(f"old{i}" for i in range(old)))).uids_changed is changed


def test_our_own_deletions_are_no_reason_for_suspicion() -> None:
    remembered = known(*(f"old{i}" for i in range(100)), gone=True)
    assert not compare(entries(*(f"new{i}" for i in range(50))), remembered).uids_changed


def test_a_server_that_forgot_its_uids_is_suspicious() -> None:
    assert compare(entries(*[""] * 30), known(*(f"old{i}" for i in range(30)))).uids_changed


def test_the_digest_minds_uids_and_sizes_and_not_numbers() -> None:
    listed = entries("a", "b")
    renumbered = tuple(Entry(entry.number + 7, entry.uid, entry.occurrence, entry.size) for entry in listed)
    assert listing_digest(listed) == listing_digest(renumbered)
    others = [entries("a"), entries("a", "b", size=7), entries("b", "a"), entries("a", "a"), ()]
    assert len({listing_digest(other) for other in [listed, *others]}) == 6


UIDS = st.lists(st.sampled_from(["", "a", "b", "c", "d"]), max_size=12)


@given(
    uids=UIDS,
    remembered=st.dictionaries(st.tuples(st.sampled_from("abcd"), st.integers(0, 2)), st.builds(Known)),
)
def test_every_entry_is_in_exactly_one_part(uids: list[str], remembered: dict[Key, Known]) -> None:
    listed = entries(*uids)
    found: Comparison = compare(listed, remembered)
    parts = [*found.new, *found.same, *found.recheck, *found.unidentified]
    assert sorted(parts, key=lambda entry: entry.number) == list(listed)
    assert not {entry.key for entry in listed}.intersection(found.vanished)


def test_case_a26_a_hundred_thousand_known_messages_give_nothing_to_do() -> None:
    uids = [f"{i:016x}" for i in range(100_000)]
    found = compare(entries(*uids), known(*uids))
    assert (len(found.same), found.new, found.vanished) == (100_000, (), ())
