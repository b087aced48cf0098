"""SASL mechanisms as both protocols use them (RFC 4422): challenges in, responses out, no base64. Pure.

A mechanism is used for one login. `initial()` is what may go with the AUTH command, or None when the server
speaks first; `respond()` answers each challenge; `finish()` is called when the server has said yes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any, Protocol

from automailer.errors import PermanentError, ProtocolError

__all__ = ["MECHANISMS", "Mechanism", "mechanism"]

# PBKDF2 runs this often at the server's word: a million rounds take about half a second.
MAX_SCRAM_ITERATIONS = 1_000_000


class Mechanism(Protocol):
    """One login by one mechanism."""

    @property
    def name(self) -> str: ...

    @property
    def complete(self) -> bool:
        """True when all was said that the server needs, and the server verified where that is possible."""

    def initial(self) -> bytes | None:
        """The first response, None when the server must speak first."""

    def respond(self, challenge: bytes) -> bytes:
        """The answer to a challenge; an empty challenge asks for the initial response."""

    def finish(self) -> None:
        """Accept the server's yes; raises ProtocolError when the server did not prove itself."""


def mechanism(name: str, *, username: str, secret: str, nonce: Callable[[], str]) -> Mechanism:
    """A fresh mechanism of that name (letter case aside); `nonce` gives random printable ASCII for SCRAM.

    The secret of XOAUTH2 is the access token.
    """
    for what, value in (("username", username), ("password", secret)):
        if "\0" in value:
            msg = f"{what} holds a NUL, which no login can carry"
            raise PermanentError(msg)
    if name.upper() == _ScramSha256.name:
        return _ScramSha256(username, secret, nonce)
    if name.upper() in _SIMPLE:
        return _SIMPLE[name.upper()](username, secret)
    msg = f"unknown login mechanism {name!r}: expected one of {', '.join(MECHANISMS)}"
    raise PermanentError(msg)


class _OneShot:
    """A mechanism that says all it has in one response, whatever the server asks first."""

    name = ""

    def __init__(self, response: bytes) -> None:
        self._response = response
        self.complete = False

    def initial(self) -> bytes | None:
        self.complete = True
        return self._response

    def respond(self, challenge: bytes) -> bytes:
        self.complete = True
        return self._response

    def finish(self) -> None:
        """Nothing to verify."""


class _Plain(_OneShot):
    """RFC 4616."""

    name = "PLAIN"

    def __init__(self, username: str, secret: str) -> None:
        super().__init__(f"\0{username}\0{secret}".encode())


class _XOAuth2(_OneShot):
    """Google's and Microsoft's bearer token; a refusal comes as a challenge, answered with nothing."""

    name = "XOAUTH2"

    def __init__(self, username: str, secret: str) -> None:
        if "\1" in username + secret:
            msg = "username or token holds an octet 0x01, which XOAUTH2 uses between its fields"
            raise PermanentError(msg)
        super().__init__(f"user={username}\1auth=Bearer {secret}\1\1".encode())

    def respond(self, challenge: bytes) -> bytes:
        if self.complete and challenge.strip():
            return b""
        return super().respond(challenge)


class _Login:
    """The undocumented LOGIN: the first prompt wants the user, the second the password, however worded."""

    name = "LOGIN"

    def __init__(self, username: str, secret: str) -> None:
        self._answers = [secret.encode(), username.encode()]

    @property
    def complete(self) -> bool:
        return not self._answers

    def initial(self) -> bytes | None:
        return None

    def respond(self, challenge: bytes) -> bytes:
        if not self._answers:
            msg = "server asks for more than a user and a password in AUTH LOGIN"
            raise ProtocolError(msg)
        return self._answers.pop()

    def finish(self) -> None:
        """Nothing to verify."""


class _CramMd5:
    """RFC 2195."""

    name = "CRAM-MD5"

    def __init__(self, username: str, secret: str) -> None:
        self._username = username.encode()
        self._secret = secret.encode()
        self.complete = False

    def initial(self) -> bytes | None:
        return None

    def respond(self, challenge: bytes) -> bytes:
        if self.complete or not challenge:
            msg = "server sends no usable challenge in AUTH CRAM-MD5"
            raise ProtocolError(msg)
        self.complete = True
        digest = hmac.new(self._secret, challenge, hashlib.md5).hexdigest()
        return self._username + b" " + digest.encode()

    def finish(self) -> None:
        """Nothing to verify."""


class _ScramSha256:
    """RFC 5802 and 7677, without channel binding; the server's signature is verified."""

    name = "SCRAM-SHA-256"

    def __init__(self, username: str, secret: str, nonce: Callable[[], str]) -> None:
        from scramp import ScramClient, ScramException  # heavy: loaded only when a server offers it

        try:
            self._client: Any = ScramClient(["SCRAM-SHA-256"], username, secret, c_nonce=nonce())
        except ScramException as exc:
            msg = f"user or password can't be used with SCRAM-SHA-256: {exc}"
            raise PermanentError(msg) from exc
        self._steps = [self._server_final, self._server_first]
        self._first = str(self._client.get_client_first()).encode()

    @property
    def complete(self) -> bool:
        return not self._steps

    def initial(self) -> bytes | None:
        return self._first

    def respond(self, challenge: bytes) -> bytes:
        from scramp import ScramException

        if not challenge and len(self._steps) == 2:
            return self._first
        if not self._steps:
            msg = "server sends more challenges than SCRAM-SHA-256 has"
            raise ProtocolError(msg)
        try:
            return self._steps.pop()(challenge.decode())
        except (ScramException, ValueError) as exc:
            msg = f"server fails at SCRAM-SHA-256: {exc}"
            raise ProtocolError(msg) from exc

    def _server_first(self, challenge: str) -> bytes:
        rounds = re.search(r"(?:^|,)i=(\d{1,20})", challenge)
        if rounds and int(rounds[1]) > MAX_SCRAM_ITERATIONS:
            msg = f"{rounds[1]} iterations asked for, expected at most {MAX_SCRAM_ITERATIONS}"
            raise ValueError(msg)
        self._client.set_server_first(challenge)
        return str(self._client.get_client_final()).encode()

    def _server_final(self, challenge: str) -> bytes:
        self._client.set_server_final(challenge)
        return b""

    def finish(self) -> None:
        if self._steps:
            msg = "server accepts the login without proving that it knows the password (SCRAM-SHA-256)"
            raise ProtocolError(msg)


_SIMPLE: dict[str, Callable[[str, str], Mechanism]] = {
    "PLAIN": _Plain,
    "LOGIN": _Login,
    "CRAM-MD5": _CramMd5,
    "XOAUTH2": _XOAuth2,
}
MECHANISMS = (_ScramSha256.name, *_SIMPLE)
