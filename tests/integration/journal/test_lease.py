"""One poller at a time; the lease of a killed process is taken over at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import automailer
from automailer.journal import Journal, LeaseLost, PollOutcome, is_dead, queries, this_owner

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=20)

HOLDER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from automailer.journal import open_journal, this_owner

now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
journal = open_journal(sys.argv[1], Path(sys.argv[2]), clock=lambda: now)
assert journal.claim_mailbox("ops", owner=this_owner(), now=now, lasts=timedelta(days=1))
print(this_owner(), flush=True)
sys.stdin.read()
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    root = Path(automailer.__file__).resolve().parent.parent
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def holder(journal: Journal, url: str, state: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(HOLDER, url, str(state))
    with process:
        yield process
        process.kill()


def test_a_lease_is_held_by_one_until_its_end(journal: Journal) -> None:
    assert journal.claim_mailbox("ops", owner="a", now=NOW)
    assert not journal.claim_mailbox("ops", owner="b", now=NOW)
    assert not journal.claim_mailbox("ops", owner="a", now=NOW)
    assert journal.claim_mailbox("other", owner="b", now=NOW)
    assert journal.claim_mailbox("ops", owner="b", now=LATER)


def test_a_released_lease_is_free_but_only_its_owner_releases_it(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner="a", now=NOW)
    journal.release_mailbox("ops", owner="b")
    assert not journal.claim_mailbox("ops", owner="b", now=NOW)
    journal.release_mailbox("ops", owner="a")
    assert journal.claim_mailbox("ops", owner="b", now=NOW)


def test_a_lease_is_extended_only_by_its_owner(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner="a", now=NOW)
    journal.extend_mailbox("ops", owner="a", now=LATER)
    assert not journal.claim_mailbox("ops", owner="b", now=LATER)
    with pytest.raises(LeaseLost):
        journal.extend_mailbox("ops", owner="b", now=LATER)


def test_the_lease_of_a_killed_process_is_taken_over_at_once(
    journal: Journal, holder: subprocess.Popen[str]
) -> None:
    assert holder.stdout is not None
    owner = holder.stdout.readline().strip()
    assert not is_dead(owner)
    assert not journal.claim_mailbox("ops", owner=this_owner(), now=NOW)
    holder.kill()
    holder.wait()
    assert is_dead(owner)
    assert journal.claim_mailbox("ops", owner=this_owner(), now=NOW)


def test_a_killed_process_that_nobody_has_waited_for_counts_as_dead(
    journal: Journal, holder: subprocess.Popen[str]
) -> None:
    assert holder.stdout is not None
    owner = holder.stdout.readline().strip()
    os.kill(holder.pid, 9)
    os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
    assert is_dead(owner)


def test_a_poll_that_fails_counts_and_one_that_succeeds_starts_over(journal: Journal) -> None:
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        assert journal.claim_mailbox("ops", owner="a", now=at)
        journal.poll_finished(PollOutcome(mailbox="ops", at=at, error="refused", next_poll=at), owner="a")
    state = journal.mailbox_state("ops")
    assert (state.failures, state.error, state.failing_since, state.last_success) == (3, "refused", NOW, None)

    assert journal.claim_mailbox("ops", owner="a", now=LATER)
    journal.poll_finished(PollOutcome(mailbox="ops", at=LATER), owner="a")
    state = journal.mailbox_state("ops")
    assert (state.failures, state.error, state.failing_since, state.last_success) == (0, "", None, LATER)
    with journal.reading() as connection:
        assert queries.mailboxes(connection)["ops"].state == state


def test_a_poll_that_lost_its_lease_says_nothing_about_the_mailbox(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner="slow", now=NOW)
    journal.claim_mailbox("ops", owner="quick", now=LATER)
    journal.poll_finished(PollOutcome(mailbox="ops", at=LATER, error="timed out"), owner="slow")
    assert journal.mailbox_state("ops").failures == 0
    assert journal.mailbox_state("ops").lease_owner == "quick"
