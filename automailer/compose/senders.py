"""Where a reply may go, and which senders are our own (RFC 3834 4). Pure."""

from __future__ import annotations

from collections.abc import Set
from typing import Literal

from automailer.compose.addresses import is_ascii_address, is_usable
from automailer.message import Address, Message, local_part

__all__ = ["ReplyTo", "is_own", "reply_target"]

ReplyTo = Literal["reply_to", "from", "return_path"]


def reply_target(message: Message, to: ReplyTo = "reply_to") -> Address | None:
    """Give the one address that a reply goes to; None when there is none, several, or it is unusable.

    `reply_to` is Reply-To, and From where that names nobody.
    """
    if to == "return_path":
        return _only(message.addresses("Return-Path"))
    named = message.addresses("Reply-To") if to == "reply_to" else ()
    return _only(named or message.addresses("From"))


def _only(addresses: tuple[Address, ...]) -> Address | None:
    unique = {address.address.casefold(): address for address in reversed(addresses)}
    if len(unique) != 1:
        return None
    (address,) = unique.values()
    return address if is_usable(address) and is_ascii_address(address.address) else None


def is_own(address: Address, own_addresses: Set[str]) -> bool:
    """Tell whether the address is one of ours, letter case and `+detail` aside."""
    own = {entry.casefold() for entry in own_addresses}
    plain = f"{local_part(address)}@{address.domain}"
    return address.address.casefold() in own or plain in own
