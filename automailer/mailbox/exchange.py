"""A login by AUTH: challenges and responses up to the server's yes or no (RFC 5034)."""

from __future__ import annotations

import base64
import binascii
import contextlib
import secrets

from automailer.errors import ProtocolError, TemporaryError
from automailer.mailbox import commands
from automailer.mailbox.dialogue import Dialogue
from automailer.mailbox.limits import MAX_CHALLENGES
from automailer.mailbox.session import Challenge, Reply
from automailer.transport import Mechanism, mechanism

__all__ = ["log_in_by_sasl"]

# RFC 5034 4: AUTH with its initial response fits 255 octets, CRLF included; else the server asks for it.
MAX_AUTH_LINE_OCTETS = 253
# Microsoft takes XOAUTH2 only in two steps.
_TWO_STEP = frozenset({"XOAUTH2"})
# What these say does not depend on the challenge, so that a prompt need not be base64.
_PROMPTED = frozenset({"PLAIN", "LOGIN", "XOAUTH2"})


def log_in_by_sasl(dialogue: Dialogue, name: str, *, username: str, secret: str) -> Reply:
    """The server's last word; a yes is believed only from a server that proved itself where it can."""
    used = mechanism(name, username=username, secret=secret, nonce=lambda: secrets.token_hex(16))
    initial = None if name in _TWO_STEP else used.initial()
    encoded = None if initial is None else base64.b64encode(initial)
    if encoded is not None and len(b"AUTH  ") + len(name) + len(encoded) > MAX_AUTH_LINE_OCTETS:
        used = mechanism(name, username=username, secret=secret, nonce=lambda: secrets.token_hex(16))
        encoded = None
    if encoded is not None:
        dialogue.transcript.hide(encoded)
    event = dialogue.ask(commands.auth(name, encoded))
    for _ in range(MAX_CHALLENGES):
        if isinstance(event, Reply) and not _is_prompt(event, used, asked=encoded is None):
            return _finished(dialogue, event, used)
        text = event.text if isinstance(event, Challenge) else b""
        event = _respond(dialogue, used, text)
    msg = f"the server asks for ever in AUTH {name}"
    raise _distrusted(dialogue, ProtocolError(msg))


def _is_prompt(reply: Reply, used: Mechanism, *, asked: bool) -> bool:
    """True for +OK where + was meant (Outlook): nothing was said yet that a server could accept."""
    return reply.status.ok and asked and not used.complete


def _finished(dialogue: Dialogue, reply: Reply, used: Mechanism) -> Reply:
    if reply.status.ok:
        try:
            used.finish()
        except ProtocolError as exc:
            raise _distrusted(dialogue, exc) from exc
    return reply


def _respond(dialogue: Dialogue, used: Mechanism, text: bytes) -> Challenge | Reply:
    try:
        response = used.respond(_decoded(text, used.name))
    except ProtocolError as exc:
        with contextlib.suppress(TemporaryError):
            dialogue.respond(b"*")
        raise _distrusted(dialogue, exc) from exc
    encoded = base64.b64encode(response)
    if encoded:
        dialogue.transcript.hide(encoded)
    return dialogue.respond(encoded)


def _distrusted(dialogue: Dialogue, exc: ProtocolError) -> ProtocolError:
    dialogue.close()
    return ProtocolError(f"{dialogue.where}: {exc}")


def _decoded(text: bytes, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        if name in _PROMPTED:
            return b""
        msg = f"the challenge of AUTH {name} is not base64"
        raise ProtocolError(msg) from exc
