"""How much of a message it takes to decide about it: its line in the listing, its header, or all of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import cast

from automailer.errors import ConfigError, TemporaryError
from automailer.message import Listed, Message, NotKnown, Remembered
from automailer.worker.decide import Decided

__all__ = ["Depth", "needed"]


class Depth(Enum):
    """How much of a message is at hand, or has to be: LIST knows its size, HEADERS comes by TOP, MESSAGE by RETR."""

    LIST = "list"
    HEADERS = "headers"
    MESSAGE = "message"


def needed(decide: Callable[[Message], Decided], message: Message) -> Depth | None:
    """The least from which `decide` makes what it makes of the message; None of one that is only remembered.

    A poll fetches the header even where the listing would do: the journal names the message by it, and it is the
    witness beside the UID.
    """
    if isinstance(message, Remembered):
        return None
    if _suffices(decide, cast("Message", Listed(message.size))):
        return Depth.LIST
    return Depth.HEADERS if _suffices(decide, message.header_alone()) else Depth.MESSAGE


def _suffices(decide: Callable[[Message], Decided], part: Message) -> bool:
    try:
        return decide(part).certain
    except NotKnown:
        return False
    except (TemporaryError, ConfigError):  # it broke before it came to anything that is not there
        return True
