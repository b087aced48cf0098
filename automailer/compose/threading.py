"""Where a mail belongs in a conversation (RFC 5322 3.6.4). Pure."""

from __future__ import annotations

import re

from automailer.message import Address, Message

__all__ = ["forward_subject", "is_message_id", "make_message_id", "reply_subject", "threading"]

MAX_MESSAGE_ID = 250
"""Octets: a field with it still fits a line of 998, and nobody's is longer."""

MAX_REFERENCES = 20
"""Message-IDs in References: the first, which started it all, and the newest."""

MAX_SEARCHED = 20_000
"""Characters of a References field that are read."""

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_REPLY_WORDS = "re|aw|antw|sv|vs|odp|rif|回复|回覆|答复|答覆"
_FORWARD_WORDS = "fwd?|wg|tr|vl|vb|转发|轉寄"
_COLON = r"\s?[:\uff1a]\s*"
_REPLY = re.compile(rf"(?:(?:{_REPLY_WORDS})\s?(?:[\[(]\d{{1,3}}[\])])?{_COLON})+", re.IGNORECASE)
_FORWARD = re.compile(rf"(?:(?:{_FORWARD_WORDS}){_COLON})+", re.IGNORECASE)


def is_message_id(text: str) -> bool:
    """Tell whether it is one Message-ID in angle brackets, of printable ASCII and not too long."""
    return len(text) <= MAX_MESSAGE_ID and _MESSAGE_ID.fullmatch(text) is not None


def make_message_id(unique: str, from_: Address) -> str:
    """Make a Message-ID in the sender's domain, which is written in ASCII."""
    from automailer.compose.addresses import envelope_address

    return f"<{unique}@{envelope_address(from_.address).rpartition('@')[2].strip('[]')}>"


def threading(message: Message) -> tuple[str, tuple[str, ...]]:
    """Give In-Reply-To ("" where the message has no usable Message-ID) and References, bounded."""
    parent = message.message_id if is_message_id(message.message_id) else ""
    earlier = _message_ids(message, "References")
    if not earlier:
        answered = _message_ids(message, "In-Reply-To")
        earlier = answered if len(answered) == 1 else []
    chain = list(dict.fromkeys((*earlier, parent) if parent else earlier))
    if parent:
        chain.remove(parent)
        chain.append(parent)
    if len(chain) > MAX_REFERENCES:
        chain = [chain[0], *chain[1 - MAX_REFERENCES :]]
    return parent, tuple(chain)


def _message_ids(message: Message, name: str) -> list[str]:
    text = " ".join(message.header_all(name))[:MAX_SEARCHED]
    return [found for found in _MESSAGE_ID.findall(text) if is_message_id(found)]


def reply_subject(subject: str) -> str:
    """Put `Re: ` before a subject, in place of those that are there."""
    return f"Re: {_without(_REPLY, subject)}".strip()


def forward_subject(subject: str) -> str:
    """Put `Fwd: ` before a subject, in place of those that are there."""
    return f"Fwd: {_without(_FORWARD, subject)}".strip()


def _without(prefix: re.Pattern[str], subject: str) -> str:
    subject = subject.strip()
    found = prefix.match(subject)
    return subject[found.end() :] if found else subject
