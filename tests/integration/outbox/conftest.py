"""A journal on disk, a clock that tests move, and mail to queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from automailer.journal import Journal, open_journal
from tests.integration.outbox.queue import Queue

START = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal("sqlite", tmp_path / "state", clock=lambda: START) as opened:
        yield opened


@pytest.fixture
def queue(journal: Journal) -> Queue:
    return Queue(database=journal.database, now=START)
