"""The one place where any exception is caught: around a job, so that one mailbox's trouble stays its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from automailer.errors import AutomailerError
from automailer.worker.log import logger

__all__ = ["guarded"]

T = TypeVar("T")


def guarded(job: Callable[[], T], *, name: str, failed: Callable[[Exception], T]) -> T:
    """Run a job; whatever goes wrong is logged, handed to `failed`, and ends there."""
    try:
        return job()
    except Exception as exc:
        log = logger(job=name)
        if isinstance(exc, AutomailerError):
            log.error("job failed", error=str(exc))
        else:
            log.exception("job broke", error=repr(exc))
        return failed(exc)
