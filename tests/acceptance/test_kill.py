"""`kill -9` in the midst of the work: nothing is lost, nothing is saved or queued twice."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.bureau import Bureau, open_bureau
from tests.acceptance.program import Running, eventually
from tests.acceptance.servers import Dovecot, Postfix

Come = Callable[[Running], bool]

CONNECTIONS = 2
"""Of the relay: so many mails may be between DATA and its answer when the program is killed."""
MOST_RECIPIENTS = 2
"""Of one mail: so often is it delivered."""


def said(text: str, times: int = 1) -> Come:
    """So often in what it says on stderr, the dialogues included."""
    return lambda running: running.err.count(text) >= times


def more_files(bureau: Bureau, count: int) -> Come:
    begin = len(bureau.program.files("files"))
    return lambda _: len(bureau.program.files("files")) >= begin + count


def more_rows(bureau: Bureau, table: str) -> Come:
    begin = bureau.count(table)
    return lambda _: bureau.count(table) > begin


def more_mails(bureau: Bureau, count: int) -> Come:
    begin = len(bureau.postfix.delivered())
    return lambda _: len(bureau.postfix.delivered()) >= begin + count


def moment(seed: int) -> Come:
    """Whenever: a moment in the second after the first fetch began."""
    delay = random.Random(seed).random()
    began: list[float] = []

    def come(running: Running) -> bool:
        if not began and "RETR" in running.err:
            began.append(time.monotonic())
        return bool(began) and time.monotonic() >= began[0] + delay

    return come


def kill_at(bureau: Bureau, come: Come) -> None:
    """Poll, and kill the poll once it has come so far."""
    with bureau.program.start("poll", "--wire") as running:
        eventually(lambda: come(running) or not running.alive, what="the poll comes so far")
        assert running.alive, f"it ended before\n{running.err[-2000:]}"
        running.kill()
        assert running.wait().status == -signal.SIGKILL


def test_killed_at_ten_points_it_still_does_everything_once(
    tmp_path: Path, dovecot: Dovecot, postfix: Postfix
) -> None:
    bureau = open_bureau(tmp_path, dovecot, postfix)
    kill_at(bureau, said("UIDL"))
    kill_at(bureau, said("RETR ", 60))
    kill_at(bureau, more_rows(bureau, "file_claim"))
    kill_at(bureau, more_files(bureau, 1))
    kill_at(bureau, more_files(bureau, 25))
    kill_at(bureau, more_rows(bureau, "outbox"))
    kill_at(bureau, said('"event": "message"'))
    kill_at(bureau, said("DELE "))
    kill_at(bureau, said("QUIT"))
    kill_at(bureau, moment(1))
    bureau.program.poll()
    bureau.program.poll()
    bureau.check(handed_over_again=CONNECTIONS * MOST_RECIPIENTS)
    assert len(bureau.keys()) == len(set(bureau.keys()))
    assert bureau.program.poll()["outbox"]["sent"] == 0


def test_killed_while_it_sends_no_mail_is_lost_and_none_is_made_anew(
    tmp_path: Path, dovecot: Dovecot, postfix: Postfix
) -> None:
    bureau = open_bureau(tmp_path, dovecot, postfix)
    kill_at(bureau, said("DATA"))
    kill_at(bureau, more_mails(bureau, 1))
    kill_at(bureau, said("RCPT TO", 40))
    kill_at(bureau, more_mails(bureau, 30))
    bureau.program.poll()
    bureau.program.poll()
    bureau.check(handed_over_again=4 * CONNECTIONS * MOST_RECIPIENTS)
