"""A session on a connection: waits with patience, windows of commands, errors that name the server."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator

from automailer.errors import AutomailerError, ProtocolError, TemporaryError
from automailer.mailbox.connection import Connection
from automailer.mailbox.limits import WINDOW_COMMANDS, WINDOW_OCTETS
from automailer.mailbox.patience import Patience
from automailer.mailbox.session import Event, Reply, Session, State
from automailer.mailbox.transcript import Transcript, WireHook
from automailer.mailbox.wire import Command
from automailer.settings import MailboxSettings
from automailer.transport import place

__all__ = ["Clock", "Dialogue", "Weighed"]

Clock = Callable[[], float]
"""Seconds that only go forward, as `time.monotonic` gives them."""
Weighed = tuple[Command, int]
"""A command, and about how many octets its answer has."""


class Dialogue:
    """One connection from greeting to end. After any error it is closed, and nothing more is believed."""

    def __init__(self, settings: MailboxSettings, *, clock: Clock, wire: WireHook | None) -> None:
        self.where = place(settings)
        self.timeout = settings.timeout.total_seconds()
        self.session = Session()
        self.transcript = Transcript(wire)
        self.pipelining = False
        self.connection = Connection(settings)
        self.heard: Callable[[], object] = lambda: None
        """Is called whenever octets came."""
        self._clock = clock
        self._streaming = False
        self._abandoned = 0
        self._ready: deque[Event] = deque()

    @property
    def usable(self) -> bool:
        """True while commands can be sent."""
        return self.session.state in {State.AUTHORIZATION, State.TRANSACTION}

    @property
    def reading(self) -> Command | None:
        """The command whose answer was awaited last: after an error, the one that it hit."""
        return self.session.reading

    def close(self) -> None:
        """Drop the connection without QUIT."""
        self.session.break_off()
        self.connection.close()

    def encrypt(self) -> None:
        """Begin TLS; whatever the server said before its time ends the dialogue (CVE-2021-39272)."""
        try:
            self.session.secured()
        except ProtocolError as exc:
            self.close()
            raise self._placed(exc) from exc
        try:
            self.connection.encrypt()
        except AutomailerError:
            self.close()
            raise

    def exchange(self, commands: Iterable[Command], *, total: float | None = None) -> list[Reply]:
        """The replies to these commands, sent in one group where the server can take it."""
        commands = list(commands)
        groups = [commands] if self.pipelining else [[command] for command in commands]
        replies: list[Reply] = []
        patience = Patience(self.timeout, total=total)
        for group in groups:
            self._send(group)
            replies.extend(self._next_reply(patience) for _ in group)
        return replies

    def greeting(self) -> Reply:
        """What the server says first."""
        return self._next_reply(Patience(self.timeout))

    def ask(self, command: Command) -> Event:
        """The answer to AUTH: a challenge, or the end of it."""
        self._send([command])
        return self._next(Patience(self.timeout))

    def respond(self, response: bytes) -> Event:
        """The answer to a response (base64) of a SASL dialogue."""
        octets = self.session.answer(response)
        self.transcript.sent(octets, secret=True)
        self._write(octets)
        return self._next(Patience(self.timeout))

    def stream(self, commands: Iterable[Weighed]) -> Generator[Reply, None, None]:
        """The replies to these commands in their order, a window of them always in flight.

        Closed early, it leaves the replies still to come to be dropped before the next command's.
        """
        source = iter(commands)
        weights: deque[int] = deque()
        patience = Patience(self.timeout)
        waiting: Weighed | None = next(source, None)
        self._check_idle()
        self._streaming = True
        try:
            while waiting is not None or weights:
                waiting = self._refill(source, waiting, weights)
                reply = self._next_reply(patience)
                weights.popleft()
                yield reply
        finally:
            self._abandoned = len(weights)
            self._streaming = False

    def _refill(
        self, source: Iterator[Weighed], waiting: Weighed | None, weights: deque[int]
    ) -> Weighed | None:
        """Send what the window has room for, in one group; the command that has to wait."""
        most = WINDOW_COMMANDS if self.pipelining else 1
        if len(weights) > most // 2:
            return waiting
        group: list[Command] = []
        octets = sum(weights)
        while waiting is not None and len(weights) < most and (not weights or octets < WINDOW_OCTETS):
            command, weight = waiting
            group.append(command)
            weights.append(weight)
            octets += weight
            waiting = next(source, None)
        if group:
            self._write_commands(group)
        return waiting

    def _check_idle(self) -> None:
        if self._streaming:
            msg = "the replies of a window are still being read"
            raise ValueError(msg)

    def _send(self, commands: Iterable[Command]) -> None:
        self._check_idle()
        self._write_commands(commands)

    def _write_commands(self, commands: Iterable[Command]) -> None:
        octets = self.session.send(commands)
        self.transcript.sent(octets)
        self._write(octets)

    def _write(self, octets: bytes) -> None:
        try:
            self.connection.send(octets)
        except (ProtocolError, TemporaryError) as exc:
            self.close()
            raise self._placed(exc) from exc

    def _next_reply(self, patience: Patience) -> Reply:
        event = self._next(patience)
        if not isinstance(event, Reply):
            self.close()
            msg = f"{self.where}: challenge outside of a login"
            raise ProtocolError(msg)
        return event

    def _next(self, patience: Patience) -> Event:
        while True:
            while not self._ready:
                self._ready.extend(self._receive(patience))
                self.heard()
            event = self._ready.popleft()
            if not self._abandoned:
                return event
            self._abandoned -= 1

    def _receive(self, patience: Patience) -> list[Event]:
        try:
            return self._wait(patience)
        except (ProtocolError, TemporaryError) as exc:
            self.close()
            # Without a cause: its text may hold what the server echoes of a secret.
            raise self._placed(exc) from None

    def _wait(self, patience: Patience) -> list[Event]:
        budget = patience.budget
        before = self._clock()
        octets = self.connection.receive(budget)
        seconds = self._clock() - before
        events = self.session.receive(octets) if octets else []
        in_lines = self.session.in_lines
        patience.spend(seconds, len(octets), in_lines=in_lines, progressed=bool(events))
        reason = patience.give_up()
        if not octets and budget >= self.timeout:
            reason = f"no answer within {budget:g} s{self._hint()}"
        elif not octets:
            reason = reason or "no answer in time"
        if reason and not events:
            raise TemporaryError(reason)
        cleaned: list[Event] = []
        for event in events:
            self.transcript.received(event)
            cleaned.append(self._cleaned(event))
        return cleaned

    def _hint(self) -> str:
        if self.session.state is State.GREETING and self.connection.tls is None:
            return " (a port that begins with TLS wants `tls: implicit`)"
        return ""

    def _cleaned(self, event: Event) -> Event:
        if isinstance(event, Reply) and not event.status.ok:
            status = self.transcript.clean_status(event.status)
            return Reply(event.command, status, event.data, event.octets, event.oversize)
        return event

    def _placed(self, exc: ProtocolError | TemporaryError) -> ProtocolError | TemporaryError:
        """The same error with the server's name and what was going on, secrets hidden."""
        command = self.reading
        doing = f"{command.verb}: " if command is not None and command.line else ""
        return type(exc)(self.transcript.clean(f"{self.where}: {doing}{exc}"))
