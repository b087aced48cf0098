"""A mail of which the listing alone is at hand: its size. Pure."""

from __future__ import annotations

from typing import NoReturn

from automailer.message.remembered import NotKnown

__all__ = ["Listed"]


class Listed:
    """A message as LIST gives it (RFC 1939 5); whoever reads more of it is told that it was not fetched."""

    complete = False

    def __init__(self, size: int) -> None:
        self.size = size

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Python's own questions
            raise AttributeError(name)
        reason = "not fetched"
        raise NotKnown(reason)
