"""A message as it comes to be dealt with, and what came of it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from automailer.actions import Planned
from automailer.journal import EffectKey
from automailer.message import Message
from automailer.worker.decide import Decided

__all__ = ["Arrival", "Outcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message to deal with. `number` is the session's, None when only the spool has it; `id` the journal's.

    `oversize`: it is larger than allowed, so that its header is all there will ever be. `spool` is the copy that an
    earlier try kept, `done` are its effects; `keeps`: one of them was refused in such a way that the message must stay.
    """

    mailbox: str
    uid: str
    occurrence: int
    number: int | None
    message: Message
    oversize: bool = False
    received: datetime
    id: int | None = None
    attempts: int = 0
    spool: str = ""
    done: Collection[EffectKey] = ()
    keeps: bool = False

    @property
    def key(self) -> str:
        """The same at every try: file claims and outbox entries hang on it."""
        facts = f"{self.mailbox}\0{self.uid}\0{self.occurrence}\0{self.message.header_digest}"
        return hashlib.sha256(facts.encode()).hexdigest()[:32]

    def token(self, effect: EffectKey, index: int) -> str:
        """Names one file or mail of one effect, everywhere and for ever."""
        facts = f"{self.key}\0{effect.rule}\0{effect.position}\0{index}"
        return hashlib.sha256(facts.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an arrival: the decision, or why there is none; `saved` and `errors` are by effect."""

    arrival: Arrival
    decided: Decided | None
    error: str = ""
    saved: Mapping[EffectKey, tuple[str, ...]] = field(default_factory=dict)
    errors: Mapping[EffectKey, str] = field(default_factory=dict)

    @property
    def planned(self) -> tuple[Planned, ...]:
        """Every action, in order."""
        return self.decided.planned if self.decided else ()

    @property
    def lacks_body(self) -> bool:
        """Whether the whole message might be dealt with otherwise, and can be had."""
        there_is_more = not (self.arrival.message.complete or self.arrival.oversize)
        return there_is_more and self.decided is not None and not self.decided.certain

    @property
    def problems(self) -> tuple[str, ...]:
        """Why it has to be tried again; empty when it is done."""
        own = (self.error,) if self.error else ()
        return own + tuple(filter(None, (self.error_of(planned) for planned in self.planned)))

    def error_of(self, planned: Planned) -> str:
        """Why this action could not be done now, or ""."""
        if planned.shadow:
            return ""
        return planned.error or self.errors.get(EffectKey(planned.rule, planned.position), "")
