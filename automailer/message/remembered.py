"""What is left of a mail whose octets nobody kept: who wrote it, its subject, its size, its Message-ID. Pure.

It stands in for a `Message`, and whoever asks it for more is told that nobody knows: an answer that rests on a guess
would be worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from automailer.errors import PermanentError
from automailer.message.address import parse_addresses
from automailer.message.model import Address

__all__ = ["NotKnown", "Remembered"]


class NotKnown(PermanentError):
    """Something was asked of a mail that is only remembered."""


@dataclass(frozen=True, slots=True)
class _Sender:
    """An address whose display name is not known."""

    address: str

    @property
    def name(self) -> str:
        """Not known."""
        _not_known("the sender's name")

    @property
    def local(self) -> str:
        """The part before the last @."""
        return Address("", self.address).local

    @property
    def domain(self) -> str:
        """The part behind it, in lower case."""
        return Address("", self.address).domain

    def __str__(self) -> str:
        return self.address


class Remembered:
    """A message of which only these facts are known; everything else raises `NotKnown`.

    `sender` is the first address of From, or what stood in its place; it is believed only where it is an address.
    """

    complete = False

    def __init__(self, *, subject: str, sender: str, size: int, message_id: str) -> None:
        self.size = size
        self._subject = subject
        self._sender = sender
        self._message_id = message_id

    @property
    def subject(self) -> str:
        """The decoded subject; one that is empty may as well have been missing."""
        return self._subject or _not_known("its subject")

    @property
    def message_id(self) -> str:
        """With angle brackets."""
        return self._message_id or _not_known("its Message-ID")

    @property
    def from_(self) -> _Sender:
        """The sender, without a name."""
        found = parse_addresses(self._sender.encode("utf-8", "replace")).addresses
        if [str(one) for one in found] != [self._sender] or not found[0].address:
            _not_known("its sender")
        return _Sender(self._sender)

    def addresses(self, name: str) -> tuple[_Sender, ...]:
        """The sender, for From alone."""
        return (self.from_,) if name.lower() == "from" else _not_known(f"its {name}")

    def header(self, name: str) -> str:
        """The subject or the Message-ID."""
        if name.lower() == "subject":
            return self.subject
        return self.message_id if name.lower() == "message-id" else _not_known(f"its {name}")

    def header_all(self, name: str) -> tuple[str, ...]:
        """The same; a second field of that name would count for nothing."""
        return (self.header(name),)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Python's own questions
            raise AttributeError(name)
        _not_known(f"its {name}")


def _not_known(what: str) -> NoReturn:
    reason = f"not kept: {what}"
    raise NotKnown(reason)
