"""AUTH: the strongest mechanism that both sides know, and the exchange of challenges (RFC 4954)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from automailer.errors import AuthError, ProtocolError, TemporaryError
from automailer.settings import SmtpAuth, SmtpSettings
from automailer.smtp.dialogue import Dialogue
from automailer.smtp.model import Reply
from automailer.smtp.replies import escape
from automailer.transport import Mechanism, mechanism

__all__ = ["Credentials", "choose", "credentials", "log_in", "offered"]

STRENGTH = ("SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN")
"""Strongest first. XOAUTH2 takes a token, not a password, and is used when it is asked for."""
MAX_CHALLENGES = 8
"""SCRAM needs three; some servers go on asking for ever."""
HIDDEN = "****"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who logs in and how; `secret` is a password, or a token for XOAUTH2."""

    username: str
    secret: str = field(repr=False)
    auth: SmtpAuth


def credentials(settings: SmtpSettings) -> Credentials | None:
    """Fetch the secret of a relay; None for a relay without a login."""
    token = settings.oauth.token if settings.oauth else None
    secret = token or settings.password
    if settings.username is None:
        return None
    if secret is None:
        msg = f"no token for {settings.username!r}: `oauth` has no `token`, and there is no password"
        raise AuthError(msg)
    auth = SmtpAuth.XOAUTH2 if token else settings.auth
    return Credentials(username=settings.username, secret=secret.reveal(), auth=auth)


def offered(dialogue: Dialogue) -> tuple[str, ...]:
    """The mechanisms that EHLO listed, in upper case."""
    return tuple(dict.fromkeys(dialogue.esmtp_features.get("auth", "").upper().split()))


def choose(wanted: SmtpAuth, offers: Sequence[str]) -> tuple[str, ...]:
    """The mechanisms to try, in order; AuthError when there is none that both sides know."""
    known = STRENGTH if wanted is SmtpAuth.AUTO else (wanted.value.upper(),)
    usable = tuple(name for name in known if name in offers)
    if not usable:
        listed = escape(", ".join(offers)) or "no login at all"
        msg = f"login by {wanted.value} is not possible: the server offers {listed}"
        raise AuthError(msg)
    return usable


def log_in(dialogue: Dialogue, who: Credentials) -> str:
    """Log in and return the mechanism used; AuthError when refused, TemporaryError when it may work later.

    Another mechanism is tried only where the server says that it does not know one that it listed: a wrong
    password tried in four ways is four steps towards a locked account.
    """
    dialogue.hide(who.secret.encode())
    refusals = []
    for name in choose(who.auth, offered(dialogue)):
        method = mechanism(
            name, username=who.username, secret=who.secret, nonce=lambda: secrets.token_urlsafe(18)
        )
        reply = _exchange(dialogue, method)
        if reply.code == 235:
            method.finish()
            return name
        refusals.append(f"{name}: {reply}")
        if reply.code // 100 == 4:
            msg = f"login as {who.username!r} deferred: {refusals[-1]}"
            raise TemporaryError(msg)
        if reply.code != 504:
            break
    msg = f"login as {who.username!r} refused: {'; '.join(refusals)}"
    raise AuthError(msg)


def _exchange(dialogue: Dialogue, method: Mechanism) -> Reply:
    initial = method.initial()
    dialogue.hide(_encode(initial or b"").encode())
    # An empty initial response is written "=" (RFC 4954 4).
    args = method.name if initial is None else f"{method.name} {_encode(initial) or '='}"
    reply = dialogue.command("AUTH", args, shown=f"AUTH {method.name} {HIDDEN}")
    for _ in range(MAX_CHALLENGES):
        if reply.code != 334:
            return reply
        answer = _encode(method.respond(_decode(dialogue.last_text)))
        dialogue.hide(answer.encode())
        reply = dialogue.command(answer, shown=HIDDEN)
    msg = f"AUTH {method.name}: more than {MAX_CHALLENGES} challenges"
    raise ProtocolError(msg)


def _encode(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _decode(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        msg = "a challenge that is not base64"
        raise ProtocolError(msg) from exc
