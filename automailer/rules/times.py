"""A time that is a part of a test: how long a program may take, how far is looked back. Pure."""

from __future__ import annotations

from datetime import timedelta

from automailer.rules.refusal import short
from automailer.rules.site import Site
from automailer.settings import format_duration, parse_duration

__all__ = ["read_time"]


def read_time(value: object, site: Site, *, most: timedelta, example: str) -> timedelta:
    """More than nothing and at most `most`; `example` shows a person how it is written.

    Raises:
        ConfigError: it is no such time.
    """
    if not isinstance(value, str):
        site.refuse(f"expected a time such as {example}, found {short(value)!r}")
    try:
        time = parse_duration(value)
    except ValueError as exc:
        site.refuse(str(exc), cause=exc)
    if not timedelta() < time <= most:
        site.refuse(f"expected more than 0s and at most {format_duration(most)}, found {value!r}")
    return time
