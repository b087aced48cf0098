"""Logs in to every server of the settings, to see whether it lets us in. No mail is touched."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from automailer.errors import AutomailerError
from automailer.mailbox import open_mailbox
from automailer.settings import MailboxSettings, ServerSettings, Settings, SmtpSettings
from automailer.smtp import examine
from automailer.worker.shop import WireHook

__all__ = ["Connection", "reach"]

_AT_ONCE = 16
"""Servers that are tried at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One server that was tried: what it is, and how it went; `error` "" is well."""

    kind: str
    name: str
    host: str
    detail: str = ""
    error: str = ""

    def document(self) -> dict[str, Any]:
        """As `check --connect --json` prints it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "host": self.host,
            "detail": self.detail,
            "error": self.error or None,
        }


def reach(settings: Settings, *, wire: WireHook | None = None) -> tuple[Connection, ...]:
    """Log in to every mailbox that is enabled and to every relay, side by side."""
    trials = [partial(_try_mailbox, box, wire) for box in settings.mailboxes.values() if box.enabled]
    trials += [partial(_try_relay, relay, wire) for relay in settings.smtp.values()]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reach") as pool:
        return tuple(pool.map(lambda trial: trial(), trials))


def _try_mailbox(box: MailboxSettings, wire: WireHook | None) -> Connection:
    def log_in() -> str:
        with open_mailbox(box, wire=wire) as client:
            count = client.stat().messages
            return f"logged in by {client.login}, {count} message{'s' * (count != 1)}"

    return _tried("mailbox", box, log_in)


def _try_relay(relay: SmtpSettings, wire: WireHook | None) -> Connection:
    def log_in() -> str:
        login = examine(relay, wire=wire).login
        return f"logged in by {login}" if login else "answers, no login"

    return _tried("smtp", relay, log_in)


def _tried(kind: str, server: ServerSettings, trial: Callable[[], str]) -> Connection:
    host = f"{server.host}:{server.port}"
    try:
        return Connection(kind=kind, name=server.name, host=host, detail=trial())
    except AutomailerError as exc:
        return Connection(kind=kind, name=server.name, host=host, error=str(exc))
