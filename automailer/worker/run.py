"""The daemon: schedules, polls, sends; SIGHUP reads the files again, SIGTERM ends cleanly, systemd is told."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType

from automailer.errors import AutomailerError, ConfigError, PermanentError
from automailer.worker.assembly import Assembly, assemble
from automailer.worker.deliver import RelaySenders
from automailer.worker.housekeeping import keep_house
from automailer.worker.log import logger
from automailer.worker.notify import notify, watchdog_interval
from automailer.worker.poll import poll_mailbox
from automailer.worker.programs import end_programs
from automailer.worker.pulse import Pulse
from automailer.worker.schedule import Schedule
from automailer.worker.shop import Shop

__all__ = ["run"]

GRACE = timedelta(seconds=8)
"""How long a window in work may take to end after a signal; after SIGTERM, what is not done by then is done at the
next start."""
_TICK = timedelta(seconds=5)


def run(shop: Shop, path: Path) -> None:
    """Run until SIGTERM or SIGINT; `path` is the settings file, read again at SIGHUP."""
    with _signals() as received:
        daemon = _Daemon(shop)
        daemon.start()
        notify("READY=1", f"MAINPID={os.getpid()}")
        interval = watchdog_interval()
        wait = min(_TICK, interval).total_seconds() if interval else _TICK.total_seconds()
        while True:
            caught = _next(received, wait)
            if caught == signal.SIGHUP:
                daemon = _reload(daemon, path)
            elif caught is not None:
                break
            elif daemon.pulse.take():
                notify("WATCHDOG=1")
        notify("STOPPING=1")
        logger().info("stopping", signal=signal.Signals(caught).name)
        daemon.end()


class _Daemon:
    """The jobs of one configuration."""

    def __init__(self, shop: Shop) -> None:
        self.endings: tuple[threading.Thread, ...] = ()
        """What waits for jobs to end, of earlier configurations too."""
        self.shop = replace(shop, stop=threading.Event())
        settings = shop.assembly.settings
        self._senders = RelaySenders(self.shop)
        jobs = len(shop.assembly.mailboxes) + len(self._senders.names) + 2
        self.pulse = Pulse(time.monotonic)
        self.schedule = Schedule(settings.zone, jobs=jobs, ended=self.pulse.beat)

    def start(self) -> None:
        """Plan every job and begin."""
        now = self.shop.clock()
        mailboxes = self.shop.assembly.mailboxes
        for name, mailbox in mailboxes.items():
            self.schedule.add_poll(mailbox, self._poll_job(name), now=now)
        for relay in self._senders.names:
            self.schedule.add_delivery(relay, self._deliver_job(relay), now=now)
        self.schedule.add_heartbeat(self.shop.journal.status)
        self.schedule.add_housekeeping(lambda: keep_house(self.shop), now=now)
        self.schedule.start()
        logger().info("started", mailboxes=list(mailboxes), relays=list(self._senders.names))

    def stop(self) -> bool:
        """Begin nothing new, and wait for the windows in work, within seconds; False when something hangs longer."""
        self.shop.stop.set()
        ending = threading.Thread(target=self._finish, daemon=True)
        ending.start()
        latest = time.monotonic() + GRACE.total_seconds()
        for each in (*self.endings, ending):
            each.join(max(latest - time.monotonic(), 0))
        self.endings = tuple(each for each in (*self.endings, ending) if each.is_alive())
        return not self.endings

    def _finish(self) -> None:
        self.schedule.shut_down(wait=True)
        self._senders.close()

    def end(self) -> None:
        """Stop; whatever hangs is cut off.

        It is undone on the server and taken up again at the next start: that is what the journal is for.
        """
        if not self.stop():
            logger().warning("stopped in the midst of a job", grace_seconds=GRACE.total_seconds())
            sys.stderr.flush()
            end_programs()
            os._exit(0)  # threads can't be ended, the process can

    def _poll_job(self, name: str) -> Callable[[], object]:
        def job() -> None:
            with self.pulse.watched(f"poll {name}") as came_on:
                result = poll_mailbox(
                    self.shop,
                    name,
                    progress=lambda *_: came_on(),
                    next_poll=lambda: self.schedule.next_run(name),
                )
            if result.processed:
                self.schedule.deliver_soon(now=self.shop.clock())

        return job

    def _deliver_job(self, relay: str) -> Callable[[], object]:
        def job() -> None:
            self._senders.deliver(relay)

        return job


def _reload(daemon: _Daemon, path: Path) -> _Daemon:
    """A daemon of the files as they are now; a broken file keeps the old one running, and says so."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
    try:
        assembly = assemble(path)
        _check_same_journal(daemon.shop.assembly, assembly)
        fresh = _Daemon(replace(daemon.shop, assembly=assembly))
    except ConfigError as exc:
        for problem in exc.problems:
            logger().error("settings wrong", problem=str(problem))
        logger().error("old settings kept", problems=len(exc.problems))
        notify("READY=1")
        return daemon
    except AutomailerError as exc:
        logger().error("old settings kept", error=str(exc))
        notify("READY=1")
        return daemon
    if not daemon.stop():
        # Its mailbox stays leased to it until then, so that the two never poll it both.
        logger().warning("a job of the old settings hangs", grace_seconds=GRACE.total_seconds())
    fresh.endings = daemon.endings
    fresh.start()
    notify("READY=1")
    return fresh


def _check_same_journal(old: Assembly, new: Assembly) -> None:
    before, after = old.settings, new.settings
    if (before.state, before.database_url()) != (after.state, after.database_url()):
        reason = "`state` and `database` can't change while the program runs: restart it"
        raise PermanentError(reason)


def _next(received: queue.SimpleQueue[int], wait_seconds: float) -> int | None:
    try:
        return received.get(timeout=wait_seconds)
    except queue.Empty:
        return None


@contextmanager
def _signals() -> Iterator[queue.SimpleQueue[int]]:
    """The signals that the daemon lives by, as they come; the old handlers return at the end."""
    received: queue.SimpleQueue[int] = queue.SimpleQueue()

    def put(number: int, _frame: FrameType | None) -> None:
        received.put(number)

    before = {number: signal.signal(number, put) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
