"""A relay: one connection to an SMTP server, opened when needed, kept, opened again when it went stale."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

from automailer.errors import ProtocolError, TemporaryError
from automailer.settings import SmtpSettings, Tls
from automailer.smtp.dialogue import ConnectionLostError, Dialogue
from automailer.smtp.handover import HandOver, NotBegunError
from automailer.smtp.login import credentials, log_in
from automailer.smtp.model import Delivery, Envelope, Outcome, Reply, Result, WireHook
from automailer.transport import connect, secure

__all__ = ["Relay"]

MAX_IDLE_SECONDS = 60.0
"""A connection that rested longer is not trusted: relays and firewalls drop it without a word."""
MAX_AGE_SECONDS = 600.0
"""Long-lived connections pin a client to one machine of a relay behind many addresses."""
QUIT_SECONDS = 5.0
"""For the answer to QUIT, on which nothing depends."""


class Relay:
    """One SMTP server, spoken to over one kept connection; for one thread at a time.

    Once `stop` is set, an answer that does not come within seconds is not waited for.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        wire: WireHook | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._settings = settings
        self._wire = wire
        self._stop = stop
        self._dialogue: Dialogue | None = None
        self._unclean = False
        self._opened_at = 0.0
        self._used_at = 0.0
        self.mechanism = ""

    def deliver(self, envelope: Envelope, *, before_data: Callable[[], None] = lambda: None) -> Delivery:
        """Hand one mail over; `before_data` is called when all but the final dot has been sent.

        Raises TemporaryError, AuthError or ProtocolError when the server could not be made ready, which says
        nothing of this mail.
        """
        kept = self._kept()
        if kept is not None:
            # A kept connection may have been closed long ago, unseen: that is no failure yet.
            with contextlib.suppress(NotBegunError):
                return self._hand_over(kept, envelope, before_data)
        try:
            return self._hand_over(self.open(), envelope, before_data)
        except NotBegunError as exc:
            result = Result(outcome=Outcome.DEFERRED, reason=str(exc))
            return Delivery(results=dict.fromkeys(envelope.recipients, result), trouble=str(exc))

    def open(self) -> Dialogue:
        """Connect anew, secure the connection and log in."""
        self.abandon()
        dialogue = self._greeted()
        try:
            if self._settings.tls is Tls.STARTTLS:
                dialogue = self._start_tls(dialogue)
            self._log_in(dialogue)
        except BaseException:
            dialogue.close()
            raise
        self._dialogue = dialogue
        self._opened_at = self._used_at = time.monotonic()
        self._unclean = False
        return dialogue

    def close(self) -> None:
        """Say QUIT and hang up; nothing that happens on the way matters any more."""
        dialogue, self._dialogue = self._dialogue, None
        if dialogue is None:
            return
        with contextlib.suppress(TemporaryError, ProtocolError):
            dialogue.issue("QUIT")
            dialogue.reply(timeout=QUIT_SECONDS)
        dialogue.close()

    def close_if_stale(self) -> None:
        """Say QUIT to a server that would soon lose patience with a connection that says nothing."""
        if self._is_stale():
            self.close()

    def abandon(self) -> None:
        """Hang up without a word."""
        if self._dialogue is not None:
            self._dialogue.close()
            self._dialogue = None

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hand_over(self, dialogue: Dialogue, envelope: Envelope, before_data: Callable[[], None]) -> Delivery:
        # Until all went well: an exception on the way leaves a connection of which nothing is known.
        self._unclean = True
        try:
            delivery = HandOver(dialogue, envelope, before_data=before_data).run()
        except BaseException:
            self.abandon()
            raise
        self._used_at = time.monotonic()
        self._unclean = not delivery.all_delivered
        if delivery.trouble:
            self.abandon()
        return delivery

    def _kept(self) -> Dialogue | None:
        """The kept connection, its last mail cleared away; None when there is none that can be used."""
        self.close_if_stale()
        try:
            if self._dialogue and self._unclean and self._dialogue.command("RSET").code != 250:
                self.abandon()
        except (ConnectionLostError, ProtocolError):
            self.abandon()
        return self._dialogue

    def _is_stale(self) -> bool:
        now = time.monotonic()
        return now - self._used_at > MAX_IDLE_SECONDS or now - self._opened_at > MAX_AGE_SECONDS

    def _greeted(self) -> Dialogue:
        sock: socket.socket = connect(self._settings)
        if self._settings.tls is Tls.IMPLICIT:
            sock = secure(sock, self._settings)
        dialogue = self._dialogue_over(sock)
        try:
            _expect(dialogue.reply(), 220, "greeting")
            _expect(dialogue.greet(), 250, "EHLO")
        except BaseException:
            dialogue.close()
            raise
        return dialogue

    def _start_tls(self, dialogue: Dialogue) -> Dialogue:
        """Go over to TLS, or fail: a server that takes the offer back may be a thief in the middle."""
        if not dialogue.has_extn("starttls"):
            msg = "the server does not offer STARTTLS, and nothing is sent in clear"
            raise ProtocolError(msg)
        _expect(dialogue.command("STARTTLS"), 220, "STARTTLS")
        if dialogue.has_unread:
            # Clear text put in behind the 220 would be taken for the secured server's words (CVE-2011-0411).
            msg = "the server sent clear text behind its answer to STARTTLS"
            raise ProtocolError(msg)
        secured = self._dialogue_over(secure(dialogue.give_up_socket(), self._settings))
        try:
            _expect(secured.greet(), 250, "EHLO")
        except BaseException:
            secured.close()
            raise
        return secured

    def _log_in(self, dialogue: Dialogue) -> None:
        found = credentials(self._settings)
        if found is not None:
            self.mechanism = log_in(dialogue, found)

    def _dialogue_over(self, sock: socket.socket) -> Dialogue:
        return Dialogue(
            sock,
            our_name=_our_name(sock),
            timeout=self._settings.timeout.total_seconds(),
            wire=self._wire,
            stop=self._stop,
        )


def _our_name(sock: socket.socket) -> str:
    """Our address as a literal (RFC 5321 4.1.4): always true, and no name server is asked for it."""
    address = str(sock.getsockname()[0])
    return f"[IPv6:{address.partition('%')[0]}]" if ":" in address else f"[{address}]"


def _expect(reply: Reply, code: int, step: str) -> None:
    if reply.code != code:
        msg = f"{step}: {reply}"
        raise TemporaryError(msg)
