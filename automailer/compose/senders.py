"""Where a reply may go, and which senders are machines (RFC 3834 4, RFC 5230 4.6). Pure."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Literal

from automailer.compose.addresses import is_ascii_address, is_usable
from automailer.message import Address, Message

__all__ = ["ReplyTo", "is_daemon", "is_machine", "is_own", "reply_target"]

ReplyTo = Literal["reply_to", "from", "return_path"]

_DAEMONS = frozenset(
    (
        *("mailer-daemon", "daemon", "mailer", "postmaster", "uucp", "nobody"),
        *("listserv", "listproc", "majordomo", "mailman"),
    )
)
_LIST_ADDRESS = re.compile(r"owner-.+|.+-(?:request|owner|relay|bounces?|errors|outgoing)")
_MACHINES = frozenset(
    (
        *("autoreply", "auto-reply", "autoresponder", "auto-responder"),
        *("bounce", "bounces", "notification", "notifications"),
    )
)
_NO_REPLY = re.compile(r"(?:.*[-_.])?(?:no|do[-_.]?not|dont)[-_.]?reply(?:[-_.].*)?")


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


def is_daemon(address: Address) -> bool:
    """Tell whether a mail system or a list sends under the address: mailer-daemon, owner-…, …-request."""
    local = _without_detail(address.local.casefold())
    return local in _DAEMONS or _LIST_ADDRESS.fullmatch(local) is not None


def is_machine(address: Address) -> bool:
    """Tell whether no person reads mail to the address: those of `is_daemon`, noreply, notifications."""
    local = _without_detail(address.local.casefold())
    return is_daemon(address) or local in _MACHINES or _NO_REPLY.fullmatch(local) is not None


def is_own(address: Address, own_addresses: Set[str]) -> bool:
    """Tell whether the address is one of ours, letter case and `+detail` aside."""
    own = {entry.casefold() for entry in own_addresses}
    plain = f"{_without_detail(address.local.casefold())}@{address.domain}"
    return address.address.casefold() in own or plain in own


def _without_detail(local: str) -> str:
    return local.partition("+")[0] or local
