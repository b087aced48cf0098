"""A dialogue as people may see it: every line, no secret. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from automailer.mailbox.session import Challenge, Event, Reply
from automailer.mailbox.wire import Shape, Status, printable

__all__ = ["HIDDEN", "Transcript", "WireHook"]

WireHook = Callable[[str, bytes], None]
"""Hears of each line, without CRLF, and its direction: `C` what we say, `S` what the server says."""
HIDDEN = "****"
# The words of a command that stay readable; what follows is secret.
_READABLE_WORDS = {b"PASS": 1, b"AUTH": 2, b"APOP": 2}


class Transcript:
    """Knows the secrets of a dialogue, tells the hook of each line, and cleans what a server echoes."""

    def __init__(self, hook: WireHook | None) -> None:
        self._hook = hook
        self._secrets: list[str] = []

    def hide(self, secret: bytes) -> None:
        """From now on this never shows, whoever says it."""
        if text := printable(secret):
            self._secrets.append(text)

    def clean(self, text: str) -> str:
        """The text with every secret hidden."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def clean_status(self, status: Status) -> Status:
        return replace(status, text=self.clean(status.text)) if status.text else status

    def sent(self, octets: bytes, *, secret: bool = False) -> None:
        """Commands, or with `secret` a response of a SASL dialogue."""
        if self._hook is None:
            return
        for line in octets.removesuffix(b"\r\n").split(b"\r\n"):
            self._hook("C", HIDDEN.encode() if secret and line != b"*" else _masked(line))

    def received(self, event: Event) -> None:
        if self._hook is None:
            return
        if isinstance(event, Challenge):
            # A challenge tells nothing, but a server's complaint may quote the token.
            self._say(f"+ {printable(event.text)}")
            return
        word = "+OK" if event.status.ok else "-ERR"
        self._say(f"{word} {event.status.text}".rstrip())
        if event.status.ok and event.command.bound is not None:
            self._say_lines(event)

    def _say_lines(self, reply: Reply) -> None:
        if reply.command.shape is Shape.MESSAGE:
            self._say(f"[{reply.octets} octets]")
        else:
            for line in reply.data.splitlines():
                self._say(printable(line))
        self._say(".")

    def _say(self, text: str) -> None:
        if self._hook is not None:
            self._hook("S", self.clean(text).encode())


def _masked(line: bytes) -> bytes:
    words = line.split(b" ")
    readable = _READABLE_WORDS.get(words[0], len(words))
    return b" ".join([*words[:readable], HIDDEN.encode()]) if len(words) > readable else line
