"""What docs/coming-from/*.yaml says of theirs is so: Sieve, fdm and procmail are asked, where they are installed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from automailer.ruletests.message import raw_octets, written_octets
from automailer.ruletests.model import WrittenMessage
from docs.coming import LANGUAGES, MAILS, Row, rows_of
from tests.integration.docs.peers import PEERS, PROGRAMS, compiles

NOW = datetime(2026, 1, 5, 12, tzinfo=ZoneInfo("Europe/Berlin"))
ROWS = [row for language in LANGUAGES for row in rows_of(language) if "unrun" not in row.fields]
ASKED = [row for row in ROWS if any(key in row.fields for key in MAILS)]
SCRIPTS = [row for row in ROWS if row.language == "sieve" and row.theirs.endswith((";", "}"))]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a user who is not root can enter."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def octets_of(mail: Any) -> bytes:
    return raw_octets(mail) if isinstance(mail, str) else written_octets(WrittenMessage(**mail), now=NOW)


def skip_without(language: str) -> None:
    if shutil.which(PROGRAMS[language]) is None:
        pytest.skip(f"{PROGRAMS[language]} is not installed")


@pytest.mark.parametrize("row", ASKED, ids=str)
def test_their_test_holds_where_the_row_says_so(row: Row, folder: Path) -> None:
    skip_without(row.language)
    holds = PEERS[row.language]
    wrong = [
        mail for mail, theirs, _ in row.mails() if holds(row.theirs, octets_of(mail), folder) is not theirs
    ]
    assert wrong == []


@pytest.mark.parametrize("row", SCRIPTS, ids=str)
def test_their_script_is_one(row: Row, folder: Path) -> None:
    skip_without("sieve")
    assert compiles(f"{row.theirs}\n", folder)
