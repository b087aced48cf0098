"""What tests may ask of the world around a message: whether its signatures hold, what a program says of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

__all__ = ["Outside", "Program", "Ran", "Signature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM signature as it was checked: the result in the words of RFC 8601 2.7.1, the domain that signed."""

    result: str
    domain: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A program with its arguments, and how long it may take; no shell reads them."""

    words: tuple[str, ...]
    timeout: timedelta

    def __str__(self) -> str:
        return self.words[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a program ended: its exit status, and the first line that it complained with."""

    status: int
    complaint: str = ""


class Outside(Protocol):
    """The world around one message. The same question is asked of it once, however many rules have it."""

    def signatures(self) -> tuple[Signature, ...]:
        """Every DKIM signature of the message, checked; the keys are looked up in the DNS."""

    def run(self, program: Program) -> Ran:
        """Give the message to the program and wait for its answer.

        Raises:
            TemporaryError: it can't be started, took too long, or was killed.
        """
