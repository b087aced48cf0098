"""Names of files are written down first: a repeat finds its own, nobody gets another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from automailer.journal import Exists, FileClaim, FileName, Journal


def wanted(key: str, name: str = "log.txt", **fields: Any) -> FileClaim:
    values = {"folder": "out/", "name": name, "key": key, "sha256": "0" * 64, "size": 3}
    return FileClaim(**{**values, **fields})


def nothing(path: str) -> bool:
    return False


def test_a_repeat_is_given_the_same_name(journal: Journal) -> None:
    first = journal.claim_files([wanted("a"), wanted("b")], exists=nothing)
    assert {key: name.path for key, name in first.items()} == {"a": "out/log.txt", "b": "out/log-2.txt"}
    there = {name.path for name in first.values()}
    assert journal.claim_files([wanted("b"), wanted("a")], exists=there.__contains__) == first


def test_a_name_that_stands_on_disk_is_left_alone(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("somebody's")
    names = journal.claim_files([wanted("a", folder=str(tmp_path))], exists=lambda path: Path(path).exists())
    assert names["a"] == FileName(path=f"{tmp_path}/log-2.txt")


def test_skip_leaves_what_is_there(journal: Journal) -> None:
    names = journal.claim_files([wanted("a", exists=Exists.SKIP)], exists=lambda path: True)
    assert names["a"] == FileName(path="out/log.txt", skip=True)
    names = journal.claim_files([wanted("a", exists=Exists.SKIP)], exists=nothing)
    assert not names["a"].skip
    names = journal.claim_files([wanted("a", exists=Exists.SKIP)], exists=lambda path: True)
    assert not names["a"].skip


def test_replace_takes_the_name_over(journal: Journal) -> None:
    journal.claim_files([wanted("a", exists=Exists.REPLACE)], exists=nothing)
    names = journal.claim_files([wanted("b", exists=Exists.REPLACE)], exists=lambda path: True)
    assert names["b"].path == "out/log.txt"
    both = [wanted("c", exists=Exists.REPLACE), wanted("d", exists=Exists.REPLACE)]
    assert {name.path for name in journal.claim_files(both, exists=nothing).values()} == {"out/log.txt"}


@pytest.mark.parametrize(
    ("name", "second"),
    [("a.tar.gz", "a.tar-2.gz"), ("README", "README-2"), (".profile", ".profile-2"), ("ä.txt", "ä-2.txt")],
)
def test_the_number_stands_before_the_extension(journal: Journal, name: str, second: str) -> None:
    journal.claim_files([wanted("a", name)], exists=nothing)
    assert journal.claim_files([wanted("b", name)], exists=nothing)["b"].path == f"out/{second}"


def test_a_numbered_name_stays_within_what_file_systems_take(journal: Journal) -> None:
    name = "ä" * 125 + ".txt"
    names = journal.claim_files([wanted(str(n), name) for n in range(60)], exists=nothing)
    assert len({one.path for one in names.values()}) == 60
    assert all(len(one.path.removeprefix("out/").encode()) <= 255 for one in names.values())
    assert all(one.path.endswith(".txt") for one in names.values())


def test_many_files_of_one_name_all_get_one(journal: Journal) -> None:
    taken: set[str] = set()
    for batch in range(3):
        claims = [wanted(f"{batch}-{n}") for n in range(100)]
        paths = {one.path for one in journal.claim_files(claims, exists=nothing).values()}
        assert len(paths) == 100
        assert not paths & taken
        taken |= paths


def test_threads_that_claim_one_name_get_different_ones(journal: Journal) -> None:
    def claim(number: int) -> str:
        return journal.claim_files([wanted(str(number))], exists=nothing)[str(number)].path

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(claim, range(24)))
    assert len(set(paths)) == 24


def test_a_long_ending_leaves_room_for_the_number(journal: Journal) -> None:
    name = "x." + "e" * 250
    names = journal.claim_files([wanted("a", name), wanted("b", name)], exists=nothing)
    assert [names[key].path for key in ("a", "b")] == [f"out/{name}", f"out/{name}-2"]
    long = journal.claim_files([wanted("c", f"{name}eee"), wanted("d", f"{name}eee")], exists=nothing)
    assert [len(long[key].path.removeprefix("out/")) for key in ("c", "d")] == [255, 255]
