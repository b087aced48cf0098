"""The names that templates and expressions see: read-only, lazy, and nothing behind them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from automailer.message import Address, Attachment, Bounce, Message

__all__ = ["KNOWN_NAMES", "MEMBERS", "View", "names"]

MAX_TEXT = 900_000
"""Characters of a message's text and HTML that templates see; longer ones come from machines, to be saved."""

KNOWN_NAMES = frozenset(
    (
        *("message", "match", "vars", "rule", "now"),
        *("attachment",),  # `to` and `as` of save_attachments
        *("group", "items", "count", "first", "last"),  # digests
        *("data", "files", "person"),  # reports
    )
)


class View(Mapping[str, Any]):
    """A read-only mapping whose values are read at first use; `message.subject` is `message["subject"]`."""

    __slots__ = ("_keys", "_label", "_read")

    def __init__(self, label: str, read: Callable[[str], Any], keys: Iterable[str]) -> None:
        self._label = label
        self._read = read
        self._keys = keys

    def __getitem__(self, key: str) -> Any:
        return self._read(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return sum(1 for _ in self._keys)

    def __repr__(self) -> str:
        return f"<{self._label}>"


class Addresses(tuple[Address, ...]):
    """Addresses that print as in a header."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self))


def names(  # noqa: PLR0913 - the names that users know, one argument each
    message: Message,
    *,
    mailbox: str,
    uidl: str,
    match: Mapping[str, str],
    vars: Mapping[str, Any],
    rule: str,
    now: datetime,
    **more: Any,
) -> dict[str, Any]:
    """Gather what a template sees of a message: `message`, `match`, `vars`, `rule.name`, `now` and `more`."""
    return {
        "message": _message_view(message, dict(zip(_CIRCUMSTANCES, (mailbox, uidl), strict=True))),
        "match": _fixed("match", match),
        "vars": _fixed("vars", vars),
        "rule": _fixed("rule", {"name": rule}),
        "now": now,
        **more,
    }


def _fixed(label: str, values: Mapping[str, Any]) -> View:
    return View(label, values.__getitem__, values.keys())


def _message_view(message: Message, circumstances: Mapping[str, str]) -> View:
    def read(key: str) -> Any:
        return circumstances[key] if key in circumstances else _OF_MESSAGE[key](message)

    return View("message", read, (*_OF_MESSAGE, *circumstances))


def _headers_view(message: Message) -> View:
    def read(name: str) -> str:
        value = message.header(name)
        if value is None:
            raise KeyError(name)
        return value

    return View("message.headers", read, {header.name: None for header in message.headers})


def _attachment_view(attachment: Attachment) -> View:
    return View("attachment", lambda key: _OF_ATTACHMENT[key](attachment), _OF_ATTACHMENT)


def _bounce_view(bounce: Bounce) -> View:
    return View("message.bounce", lambda key: _OF_BOUNCE[key](bounce), _OF_BOUNCE)


_OF_BOUNCE: dict[str, Callable[[Bounce], Any]] = {
    "recipients": lambda bounce: bounce.recipients,
    "action": lambda bounce: bounce.action,
    "status": lambda bounce: bounce.status,
    "reason": lambda bounce: bounce.reason,
}

_OF_MESSAGE: dict[str, Callable[[Message], Any]] = {
    "subject": lambda message: message.subject,
    "from": lambda message: message.from_,
    "to": lambda message: Addresses(message.addresses("To")),
    "cc": lambda message: Addresses(message.addresses("Cc")),
    "date": lambda message: message.date,
    "text": lambda message: message.text[:MAX_TEXT],
    "reply_text": lambda message: message.reply_text[:MAX_TEXT],
    "html": lambda message: message.html[:MAX_TEXT],
    "headers": _headers_view,
    "bounce": lambda message: _bounce_view(message.bounce),
    "attachments": lambda message: tuple(map(_attachment_view, message.attachments)),
    "size": lambda message: message.size,
    "id": lambda message: message.message_id,
}

_OF_ATTACHMENT: dict[str, Callable[[Attachment], Any]] = {
    "name": lambda attachment: attachment.name,
    "type": lambda attachment: attachment.type,
    "real_type": lambda attachment: attachment.real_type,
    "size": lambda attachment: attachment.size,
    "index": lambda attachment: attachment.index,
    "inline": lambda attachment: attachment.inline,
    "sha256": lambda attachment: attachment.sha256,
    "members": lambda attachment: attachment.members,
}

_CIRCUMSTANCES = ("mailbox", "uidl")

MEMBERS: Mapping[tuple[str, ...], frozenset[str]] = {
    ("message",): frozenset((*_OF_MESSAGE, *_CIRCUMSTANCES)),
    ("message", "from"): frozenset(("name", "address", "local", "domain")),
    ("message", "bounce"): frozenset(_OF_BOUNCE),
    ("rule",): frozenset(("name",)),
    ("attachment",): frozenset(_OF_ATTACHMENT),
}
"""What stands behind the dot of a name, where that is the same for every message."""
