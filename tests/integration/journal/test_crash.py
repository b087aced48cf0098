"""A process killed at any moment leaves whole windows, and the next one goes on where it stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

import automailer
from automailer.journal import open_journal, tables, this_owner

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MESSAGES = 20

WRITER = """
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from automailer.journal import *

now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
journal = open_journal(sys.argv[1], Path(sys.argv[2]), clock=lambda: now)
owner = this_owner()
assert journal.claim_mailbox("ops", owner=owner, now=now)
done = EffectRecord(rule="r", position=0, action="forward", state=EffectState.DONE, at=now)
for number in count(len(journal.known("ops")) // 20):
    with journal.window("ops", owner=owner, now=now) as window:
        for uid in (f"{number}-{n}" for n in range(20)):
            mail = OutboxRecord(key=uid, kind="forward", octets=b"x", created=now, recipients=("a@x.org",))
            window.add(MessageRecord(
                uid=uid, received=now, state=MessageState.DONE, effects=(done,), outbox=(mail,)
            ))
    print(number, flush=True)
"""


def run_and_kill(url: str, state: Path, windows: int) -> None:
    root = Path(automailer.__file__).resolve().parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(state)],
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for _ in range(windows):
            assert process.stdout.readline()
        process.kill()


@pytest.mark.timeout(120)
def test_killed_again_and_again_windows_stay_whole_and_nothing_is_twice(url: str, state: Path) -> None:
    for windows in (1, 3, 2):
        run_and_kill(url, state, windows)
    with open_journal(url, state, clock=lambda: NOW) as journal:
        with journal.reading() as connection:
            written = (tables.message, tables.uid, tables.effect, tables.outbox, tables.outbox_content)
            counts = {
                table.name: connection.scalar(select(func.count()).select_from(table)) for table in written
            }
        assert len(set(counts.values())) == 1
        assert counts["message"] is not None
        assert counts["message"] >= 6 * MESSAGES
        assert counts["message"] % MESSAGES == 0
        assert journal.claim_mailbox("ops", owner=this_owner(), now=NOW)
