"""When what runs: one job a mailbox, one a relay, and the housekeeping, by APScheduler."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from automailer.settings import Cron, MailboxSettings

__all__ = ["Schedule"]

DELIVER_EVERY = timedelta(seconds=5)
"""How late a mail's next attempt may be; a pass over an outbox with nothing due is one query."""
_DELIVER = "deliver "
HEARTBEAT_EVERY = timedelta(seconds=2)
LOOK_AFTER_HOUSE_EVERY = timedelta(hours=1)


class Schedule:
    """The jobs of one configuration. Each runs once at a time; runs that were missed come once."""

    def __init__(self, zone: tzinfo, *, jobs: int, ended: Callable[[], None]) -> None:
        """`jobs` may run at once; `ended` hears of every one that came to its end."""
        self._executor = ThreadPoolExecutor(jobs)
        self._scheduler = BackgroundScheduler(
            timezone=zone,
            executors={"default": self._executor},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
            daemon=True,
        )
        self._zone = zone
        self._scheduler.add_listener(lambda _: ended(), EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def add_poll(self, mailbox: MailboxSettings, job: Callable[[], object], *, now: datetime) -> None:
        """Poll a mailbox by its schedule; one with an interval is polled at once, too."""
        jitter = int(mailbox.jitter.total_seconds()) or None
        when = mailbox.poll
        first: dict[str, Any] = {}
        if isinstance(when, Cron):
            triggers = [
                CronTrigger(timezone=self._zone, jitter=jitter, **fields) for fields in when.triggers()
            ]
            trigger = OrTrigger(triggers) if len(triggers) > 1 else triggers[0]
        else:
            trigger = IntervalTrigger(seconds=when.total_seconds(), timezone=self._zone, jitter=jitter)
            first = {"next_run_time": now}
        self._scheduler.add_job(job, trigger, id=f"poll {mailbox.name}", **first)

    def add_delivery(self, relay: str, job: Callable[[], object], *, now: datetime) -> None:
        """Send what is due by one relay, often."""
        trigger = IntervalTrigger(seconds=DELIVER_EVERY.total_seconds(), timezone=self._zone)
        self._scheduler.add_job(job, trigger, id=f"{_DELIVER}{relay}", next_run_time=now)

    def deliver_soon(self, *, now: datetime) -> None:
        """Have every relay looked at for what a poll has queued."""
        with suppress(JobLookupError):  # it was shut down meanwhile
            for job in self._scheduler.get_jobs():
                if job.id.startswith(_DELIVER):
                    job.modify(next_run_time=now)

    def add_heartbeat(self, job: Callable[[], object]) -> None:
        """Show, however little there is to do, that jobs are run."""
        self._scheduler.add_job(job, IntervalTrigger(seconds=HEARTBEAT_EVERY.total_seconds()), id="heartbeat")

    def add_housekeeping(self, job: Callable[[], object], *, now: datetime) -> None:
        """Forget what is past its time."""
        trigger = IntervalTrigger(seconds=LOOK_AFTER_HOUSE_EVERY.total_seconds(), timezone=self._zone)
        self._scheduler.add_job(job, trigger, id="housekeeping", next_run_time=now)

    def next_run(self, mailbox: str) -> datetime | None:
        """When a mailbox is polled next."""
        job = self._scheduler.get_job(f"poll {mailbox}")
        found: datetime | None = job.next_run_time if job else None
        return found

    def start(self) -> None:
        """Begin to run jobs."""
        self._scheduler.start()

    def shut_down(self, *, wait: bool) -> None:
        """Start nothing more; with `wait`, until the running jobs are done."""
        # The scheduler's own waiting holds a lock for which a job that asks `next_run` waits in turn.
        self._scheduler.shutdown(wait=False)
        if wait:
            self._executor.shutdown(wait=True)
