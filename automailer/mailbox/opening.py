"""From nothing to an open mailbox: greeting, CAPA, STLS, login; each step can be looked at afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable

from automailer.errors import AuthError, AutomailerError, ProtocolError, TemporaryError
from automailer.mailbox import commands
from automailer.mailbox.auth import APOP, USER, Offer, apop_digest, apop_stamp, logins
from automailer.mailbox.dialogue import Clock, Dialogue
from automailer.mailbox.exchange import log_in_by_sasl
from automailer.mailbox.refusal import login_refused, session_refused
from automailer.mailbox.replies import Capabilities, parse_capabilities
from automailer.mailbox.session import Reply
from automailer.mailbox.transcript import WireHook
from automailer.settings import MailboxAuth, MailboxSettings, Tls

__all__ = ["Opening"]


class Opening:
    """The steps in their order, and what each of them found."""

    def __init__(
        self, settings: MailboxSettings, *, clock: Clock = time.monotonic, wire: WireHook | None = None
    ) -> None:
        self.settings = settings
        self.greeting = ""
        self.before_tls: Capabilities | None = None
        self.before_login: Capabilities | None = None
        self.login = ""
        self._clock = clock
        self._wire = wire
        self._ask_capabilities = True
        self._secret = ""
        self._dialogue: Dialogue | None = None

    @property
    def dialogue(self) -> Dialogue:
        """The dialogue, once `connect` was called."""
        if self._dialogue is None:
            msg = "not connected"
            raise ValueError(msg)
        return self._dialogue

    def run(self) -> Dialogue:
        """All steps; on failure the connection is closed.

        A server that hangs or closes at CAPA is asked once more without it (fetchmail's "repoll").
        """
        self._secret = self._reveal()
        self.introduce()
        self.finish()
        return self.dialogue

    def introduce(self) -> None:
        """Everything before the login."""
        try:
            self._introduce()
        except TemporaryError:
            if not (self._ask_capabilities and self._died_of_capa()):
                raise
            self._ask_capabilities = False
            self._introduce()

    def finish(self) -> None:
        """The login."""
        self._guarded(self._log_in)

    def _introduce(self) -> None:
        self._dialogue = Dialogue(self.settings, clock=self._clock, wire=self._wire)
        self._guarded(self._greet)
        self._guarded(self._encrypt)

    def _greet(self) -> None:
        """Read the greeting, behind TLS where that comes first, and what the server can."""
        dialogue = self.dialogue
        if self.settings.tls is Tls.IMPLICIT:
            dialogue.connection.encrypt()
        reply = dialogue.greeting()
        self.greeting = reply.status.text
        if not reply.status.ok:
            raise session_refused(reply.status, dialogue.where, "session")
        self.before_login = self._capabilities()

    def _encrypt(self) -> None:
        """STLS where the settings ask for it; there is no going on without (RFC 2595 4)."""
        if self.settings.tls is not Tls.STARTTLS:
            return
        dialogue = self.dialogue
        self.before_tls = self.before_login
        if self.before_tls is not None and "STLS" not in self.before_tls:
            msg = f"{dialogue.where}: `tls: starttls` is asked for, and the server does not offer STLS"
            raise ProtocolError(msg)
        reply = dialogue.exchange([commands.STLS])[0]
        if not reply.status.ok:
            msg = f"{dialogue.where}: STLS refused: {reply.status.text}"
            raise ProtocolError(msg)
        dialogue.encrypt()
        self.before_login = self._capabilities()

    def _offer(self) -> Offer:
        """What the server offers for the login."""
        return Offer(
            capabilities=self.before_login,
            stamp=apop_stamp(self.greeting),
            encrypted=self.dialogue.connection.tls is not None,
        )

    def _reveal(self) -> str:
        oauth = self.settings.oauth
        secret = oauth.token if oauth is not None and oauth.token is not None else self.settings.password
        if secret is None:
            msg = f"no password and no token for {self.settings.username!r}"
            raise AuthError(msg)
        return secret.reveal()

    @property
    def _wanted(self) -> str:
        oauth = self.settings.oauth
        if self.settings.auth is MailboxAuth.AUTO and oauth is not None and oauth.token is not None:
            return MailboxAuth.XOAUTH2.value
        return self.settings.auth.value

    def _log_in(self) -> None:
        dialogue = self.dialogue
        secret, self._secret = self._secret or self._reveal(), ""
        dialogue.transcript.hide(secret.encode())
        choices = logins(self._wanted, self._offer(), clear_allowed=self.settings.tls is Tls.NONE)
        for position, name in enumerate(choices, start=1):
            self.login = name
            try:
                self._log_in_by(name, secret)
            except AuthError:
                if position == len(choices):
                    raise
            else:
                dialogue.session.authenticated()
                return

    def _log_in_by(self, name: str, secret: str) -> None:
        username = self.settings.username or ""
        if name == USER:
            replies = self._user_and_password(username, secret)
        elif name == APOP:
            digest = apop_digest(apop_stamp(self.greeting), secret)
            replies = self.dialogue.exchange([commands.apop(username, digest)])
        else:
            replies = [log_in_by_sasl(self.dialogue, name, username=username, secret=secret)]
        refusal = next((reply for reply in replies if not reply.status.ok), None)
        if refusal is not None:
            raise self._refused(name, refusal)

    def _user_and_password(self, username: str, secret: str) -> list[Reply]:
        user, password = commands.user(username), commands.password(secret)
        if self.before_login is not None and "PIPELINING" in self.before_login:
            self.dialogue.pipelining = True
            return self.dialogue.exchange([user, password])
        replies = self.dialogue.exchange([user])
        return replies + self.dialogue.exchange([password]) if replies[0].status.ok else replies

    def _refused(self, name: str, reply: Reply) -> AutomailerError:
        seconds = self.before_login.login_delay_seconds if self.before_login is not None else None
        error = login_refused(reply.status, self.dialogue.where, delay_seconds=seconds)
        if not isinstance(error, AuthError):
            return error
        # Servers announce these for accounts whose passwords they keep in a form that only PLAIN can use.
        digest = self.settings.auth is MailboxAuth.AUTO and name in {"SCRAM-SHA-256", "CRAM-MD5"}
        hint = " (if the password is right, try `auth: plain`)" if digest else ""
        return AuthError(f"{error} [{name}]{hint}")

    def _capabilities(self) -> Capabilities | None:
        if not self._ask_capabilities:
            return None
        reply = self.dialogue.exchange([commands.CAPA])[0]
        return parse_capabilities(reply.data) if reply.status.ok else None

    def _died_of_capa(self) -> bool:
        reading = self._dialogue.reading if self._dialogue is not None else None
        return reading is commands.CAPA

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except BaseException:
            self.dialogue.close()
            raise
