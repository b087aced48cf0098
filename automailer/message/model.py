"""The vocabulary of a mail as the rest of the program sees it. Pure.

Whatever the octets, a `Message` comes out; what is broken in them is a fact in `defects`, not an exception.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Address", "Header"]

_SPECIALS = re.compile(r'[()<>\[\]:;@\\,"]')


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of an address header (RFC 5322 3.4), decoded: `name` may be empty, `address` is the addr-spec.

    An address that can't be parsed keeps its text in `name` and has an empty `address`.
    """

    name: str
    address: str

    @property
    def local(self) -> str:
        """The part before the last @, as written."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """The part behind the last @, in lower case; "" when there is none."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""

    def __str__(self) -> str:
        return f"{_phrase(self.name)} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Header:
    """One field: its `name` as written, `value` unfolded, decoded, cut to a limit, without control characters."""

    name: str
    value: str


def _phrase(name: str) -> str:
    """The name in quotes where it has to be, so that it can't be read as an address (RFC 5322 3.2.4)."""
    if not _SPECIALS.search(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
