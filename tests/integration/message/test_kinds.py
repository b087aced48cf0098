"""The kinds of the corpus: what its files are named after, how many there are, and what the header alone tells."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from automailer.message import parse

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "mail"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []

pytestmark = pytest.mark.skipif(not FILES, reason="the corpus is not here")

# Every one of them was looked at.
COUNTS = {
    "automatic": 68,
    "bounce": 26,
    "report": 31,
    "auto_reply": 6,
    "list": 24,
    "calendar": 1,
    "signed": 5,
    "encrypted": 0,
}

NAMED_AFTER = [
    ("*bounce*", "bounce"),
    ("*delivery-status*", "report"),
    ("*report*", "report"),
    ("*complaints*", "report"),
    ("*disposition-notification*", "report"),
    ("*arf*", "report"),
    ("*calendar*", "calendar"),
    ("*mailman*", "list"),
    ("*signed.eml", "signed"),
]


def test_the_corpus_has_so_many_of_each_kind() -> None:
    found = Counter(kind for path in FILES for kind in parse(path.read_bytes()).kinds)
    assert {kind: found[kind] for kind in COUNTS} == COUNTS


@pytest.mark.parametrize(("name", "kind"), NAMED_AFTER)
def test_files_named_after_a_kind_are_of_it(name: str, kind: str) -> None:
    files = [path for path in FILES if path.match(name)]
    assert files
    assert [path.name for path in files if kind not in parse(path.read_bytes()).kinds] == []


def test_the_header_alone_says_nothing_that_the_whole_takes_back() -> None:
    for path in FILES:
        whole = parse(path.read_bytes())
        header = whole.header_alone()
        assert header.kinds <= whole.kinds <= header.kinds | header.undecided_kinds, path.name
