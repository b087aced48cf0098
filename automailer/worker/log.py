"""Sets up structured logs: an event name plus fields, JSON off a terminal. Goes to stderr."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import suppress
from typing import TextIO

import structlog

__all__ = ["configure_log", "logger"]

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_log(*, level: str = "info", form: str = "auto", stream: TextIO | None = None) -> None:
    """Log to `stream` (default: stderr) as `console`, `json`, or by what the stream is (`auto`)."""
    out = stream or sys.stderr
    console = form == "console" or (form == "auto" and out.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty(), pad_event_to=24)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=not console),
            structlog.processors.format_exc_info,
            _one_line,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: _Lines(stream),
        cache_logger_on_first_use=False,
    )


def logger(**fields: object) -> structlog.typing.FilteringBoundLogger:
    """A logger with fields bound, once for each mailbox or message."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(**fields)
    return bound


class _Lines:
    """Writes each record as one line, to the stream or to whatever stderr is at that moment."""

    _lock = threading.Lock()

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        """A log that nobody takes any more (its pipe is dead, the disk full) is no reason to leave mail undone."""
        out = self._stream or sys.stderr
        with self._lock, suppress(OSError, ValueError):
            out.write(f"{line}\n")
            out.flush()

    debug = info = warning = error = critical = msg


def _one_line(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A mail's text can't forge a record or move the cursor: control characters are shown escaped."""
    return {key: _escaped(value) for key, value in event.items()}


def _escaped(value: object) -> object:
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(
        char if char.isprintable() or char == "\n" else f"\\x{ord(char):02x}" for char in value
    ).replace("\n", "\\n")
