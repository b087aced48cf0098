"""What is known of the place where a rule stands before any mail comes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Circumstances"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """A mailbox and a time: `now` is aware, in the settings' time zone.

    `empty` names the lists that have no entry and never get one. `unmatched` tells of earlier rules why none of them
    can have matched when this one is tried.
    """

    mailbox: str
    now: datetime
    empty: Set[str] = frozenset()
    unmatched: Mapping[str, str] = field(default_factory=dict)
