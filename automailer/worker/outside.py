"""The world around one message, as its rules may ask it: its signatures, programs. The same question is asked once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automailer.errors import TemporaryError
from automailer.message import Message
from automailer.rules import Program, Ran, Signature
from automailer.worker.domain_keys import MESSAGE_SECONDS, DomainKeys
from automailer.worker.programs import run_program

__all__ = ["World"]


@dataclass(slots=True, kw_only=True)
class World:
    """Answers for one message; `keys` outlive it. `alive` is called before each program, which may take minutes."""

    message: Message
    mailbox: str
    uidl: str
    folder: Path
    keys: DomainKeys
    alive: Callable[[], None]
    _signatures: tuple[Signature, ...] | None = None
    _ran: dict[Program, Ran | TemporaryError] = field(default_factory=dict)

    def signatures(self) -> tuple[Signature, ...]:
        """Every DKIM signature of the message, checked."""
        if self._signatures is None:
            from automailer.worker.signatures import check_signatures

            deadline = time.monotonic() + MESSAGE_SECONDS
            self._signatures = check_signatures(
                self.message.octets, lambda name: self.keys.key(name, deadline=deadline)
            )
        return self._signatures

    def run(self, program: Program) -> Ran:
        """Give the message to the program, as it came, and wait for its answer."""
        if program not in self._ran:
            self.alive()
            try:
                self._ran[program] = run_program(
                    program, self.message.octets, facts=self._facts(), folder=self.folder
                )
            except TemporaryError as exc:
                self._ran[program] = exc
        ran = self._ran[program]
        if isinstance(ran, TemporaryError):
            raise ran
        return ran

    def _facts(self) -> Mapping[str, str]:
        message = self.message
        return {
            "MAILBOX": self.mailbox,
            "UIDL": self.uidl,
            "MESSAGE_ID": message.message_id,
            "FROM": message.from_.address,
            "SUBJECT": message.subject,
            "SIZE": str(message.size),
        }
