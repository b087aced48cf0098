"""Every mail of the corpus, read by us and by the standard library: where the two differ is known, with its reason.

docs/broken-mail.md explains the reasons. Both ways it is a failure: a difference that is not listed, and a listed one
that is none any more.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from docs.broken import DISAGREEMENTS, rows_of
from tests.integration.message.views import differences, ours, theirs

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "mail"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []
PAGE = ROOT / "docs" / "broken-mail.md"

LISTED: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
for row in rows_of(DISAGREEMENTS):
    LISTED[row["file"]].append((row["what"], row["ours"], row["theirs"]))


@pytest.fixture(autouse=True)
def _corpus() -> None:
    if not FILES:
        pytest.skip("the corpus of test mails is not here")
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the list says what the parser of Python 3.11 does")


def _named(path: Path) -> str:
    return str(path.relative_to(CORPUS)) if FILES else "nothing"


@pytest.mark.parametrize("path", FILES or [Path()], ids=_named)
def test_the_differences_are_the_listed_ones(path: Path) -> None:
    octets = path.read_bytes()
    assert differences(ours(octets), theirs(octets)) == LISTED.get(_named(path), [])


def test_only_files_of_the_corpus_are_listed() -> None:
    assert set(LISTED) <= {_named(path) for path in FILES}


def test_the_page_tells_how_much_was_compared() -> None:
    seen = [ours(path.read_bytes()) for path in FILES]
    leaves = sum(name.startswith("octets") for facts in seen for name in facts)
    facts = sum(map(len, seen))
    said = re.search(r"([\d,]+) files, ([\d,]+) leaves, ([\d,]+) facts", PAGE.read_text("utf-8"))
    assert said is not None
    assert [*map(_number, said.groups())] == [len(FILES), leaves, facts]


def _number(text: str) -> int:
    return int(text.replace(",", ""))
