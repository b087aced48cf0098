"""The POP3 dialogue as a state machine: commands out, octets in, events out (RFC 1939 3 to 6). Pure.

Sending queues an expectation and replies are paired with them in order, so pipelining (RFC 2449 6.6) is only
a matter of sending before the reply is there. After an error nothing more is believed: the session is BROKEN.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from automailer.errors import ProtocolError, TemporaryError
from automailer.mailbox.data import DataReader
from automailer.mailbox.limits import MAX_STATUS_LINE_OCTETS
from automailer.mailbox.wire import Command, Shape, Status, parse_status, printable

__all__ = ["Challenge", "Event", "Reply", "Session", "State"]


class State(Enum):
    """Where the dialogue stands; BROKEN is final."""

    GREETING = "greeting"
    AUTHORIZATION = "authorization"
    TRANSACTION = "transaction"
    UPDATE = "update"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Reply:
    """A command's answer, complete.

    `data` are the lines of a reply whose command has no sink, `octets` counts them, dots removed; `oversize`
    tells that more came than the command's bound allows and what came beyond was dropped.
    """

    command: Command
    status: Status
    data: bytes = b""
    octets: int = 0
    oversize: bool = False


@dataclass(frozen=True, slots=True)
class Challenge:
    """The server asks for a response in a SASL dialogue; `text` is what stands behind its +."""

    command: Command
    text: bytes


Event = Reply | Challenge

_GREETING = Command(b"")
_ALLOWED = {
    State.AUTHORIZATION: frozenset({b"CAPA", b"STLS", b"USER", b"PASS", b"APOP", b"AUTH", b"QUIT"}),
    State.TRANSACTION: frozenset(
        {b"CAPA", b"STAT", b"LIST", b"UIDL", b"TOP", b"RETR", b"DELE", b"RSET", b"NOOP", b"QUIT"}
    ),
}


class Session:
    """One connection's dialogue, from the greeting to QUIT's answer."""

    def __init__(self) -> None:
        self.state = State.GREETING
        self._expected: deque[Command] = deque([_GREETING])
        self._asking: Command | None = None
        self._reader: DataReader | None = None
        self._pieces: list[bytes] = []
        self._status = Status(ok=True)
        self._rest = b""
        self._crlf = False

    @property
    def reading(self) -> Command | None:
        """The command whose answer comes next; None when none is awaited."""
        return self._expected[0] if self._expected else None

    @property
    def in_lines(self) -> bool:
        """True between the status line of a multi-line reply and its end."""
        return self._reader is not None

    def send(self, commands: Iterable[Command]) -> bytes:
        """The octets to write for these commands, in one piece."""
        octets = bytearray()
        for command in commands:
            self._check_allowed(command)
            self._expected.append(command)
            octets += command.line
            octets += b"\r\n"
        return bytes(octets)

    def answer(self, response: bytes) -> bytes:
        """The octets to write for a response (base64) to the challenge that came last."""
        if self._asking is None:
            msg = "no challenge to answer"
            raise ValueError(msg)
        self._expected.append(self._asking)
        self._asking = None
        return response + b"\r\n"

    def receive(self, octets: bytes) -> list[Event]:
        """What these octets complete, in order; raises when the server breaks the protocol."""
        if self.state is State.BROKEN:
            msg = "the dialogue is broken, nothing more is read"
            raise ProtocolError(msg)
        events: list[Event] = []
        try:
            self._receive(self._rest + octets if self._rest else octets, events)
        except (ProtocolError, TemporaryError):
            self.state = State.BROKEN
            raise
        return events

    def authenticated(self) -> None:
        """The login was accepted (RFC 1939 4): the mailbox is open."""
        self._asking = None
        self._move(State.AUTHORIZATION, State.TRANSACTION)

    def secured(self) -> None:
        """TLS stands (RFC 2595 4): all that the server said before is forgotten."""
        self._move(State.AUTHORIZATION, State.AUTHORIZATION)
        self._crlf = False

    def break_off(self) -> None:
        """The connection is gone or not to be believed."""
        self.state = State.BROKEN

    def _move(self, source: State, target: State) -> None:
        if self.state is not source or self._expected or self._rest:
            msg = f"octets before their time in state {self.state.value}: {printable(self._rest)!r}"
            self.state = State.BROKEN
            raise ProtocolError(msg)
        self.state = target

    def _check_allowed(self, command: Command) -> None:
        verb = command.line.split(b" ", 1)[0]
        if verb not in _ALLOWED.get(self.state, frozenset()):
            msg = f"{command.verb} can't be sent in state {self.state.value}"
            raise ValueError(msg)
        last = self._expected[-1] if self._expected else None
        if self._asking is not None or (last is not None and _ends_a_group(last)):
            msg = f"{command.verb} can't follow before the last answer is there"
            raise ValueError(msg)

    def _receive(self, buffer: bytes, events: list[Event]) -> None:
        position = 0
        while position < len(buffer):
            if self._reader is not None:
                position, done = self._reader.feed(buffer, position)
                if not done:
                    break
                self._finish_lines(self._reader, events)
            else:
                end = buffer.find(b"\n", position)
                if end < 0 or end - position > MAX_STATUS_LINE_OCTETS:
                    break
                position = self._take_line(buffer, position, end, events)
        self._rest = buffer[position:]
        if self._reader is None and len(self._rest) > MAX_STATUS_LINE_OCTETS:
            msg = f"status line too long: {printable(self._rest[:80])!r}…"
            raise ProtocolError(msg)

    def _take_line(self, buffer: bytes, start: int, end: int, events: list[Event]) -> int:
        """Take the line that ends before the LF at `end`; the position where reading goes on."""
        crlf = end > start and buffer[end - 1] == 13
        self._crlf |= crlf
        line = buffer[start : end - 1] if crlf else buffer[start:end]
        command = self._expect(line)
        if command.shape is Shape.DIALOGUE and line[:1] == b"+" and line[:3].upper() != b"+OK":
            self._asking = command
            events.append(Challenge(command, line[1:].strip()))
            return end + 1
        self._status = status = self._parse(command, line)
        if status.ok and command.bound is not None:
            self._expected.appendleft(command)
            sink = command.sink or self._pieces.append
            self._reader = DataReader(sink, command.bound, crlf=self._crlf, missing_cr=not crlf)
            return end - 1 if crlf else end
        self._settle(command, status)
        events.append(Reply(command, status))
        return end + 1

    def _expect(self, line: bytes) -> Command:
        if self._expected:
            return self._expected.popleft()
        if line[:4].upper() == b"-ERR":
            # Autologout (RFC 1939 3) and shutdown come unasked.
            msg = f"server ends the session: {printable(line)!r}"
            raise TemporaryError(msg)
        msg = f"server speaks unasked: {printable(line)!r}"
        raise ProtocolError(msg)

    def _parse(self, command: Command, line: bytes) -> Status:
        try:
            return parse_status(line)
        except ProtocolError as exc:
            # It stays the command that is read: whoever asks what broke must not be told the next one.
            self._expected.appendleft(command)
            if command is not _GREETING:
                raise
            msg = f"not a POP3 server: it greets with {printable(line)!r}{_hint(line)}"
            raise ProtocolError(msg) from exc

    def _settle(self, command: Command, status: Status) -> None:
        """Move on by what was answered."""
        if command is _GREETING:
            self.state = State.AUTHORIZATION if status.ok else State.BROKEN
        elif command.line == b"QUIT":
            self.state = State.UPDATE
        elif command.shape is Shape.DIALOGUE and status.ok:
            # Outlook and others say +OK where + is meant: an answer to it is possible until `authenticated`.
            self._asking = command

    def _finish_lines(self, reader: DataReader, events: list[Event]) -> None:
        command = self._expected.popleft()
        if reader.oversize and command.shape is Shape.LISTING:
            msg = f"reply to {command.verb} is too long: {reader.octets} octets"
            raise ProtocolError(msg)
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._reader = None
        self._crlf |= reader.crlf
        events.append(Reply(command, self._status, data, reader.octets, reader.oversize))


def _ends_a_group(command: Command) -> bool:
    """True for commands after whose answer the dialogue is another one."""
    return command.shape is Shape.DIALOGUE or command.line in {b"STLS", b"QUIT"}


def _hint(line: bytes) -> str:
    if line[:2] in {b"\x15\x03", b"\x16\x03"}:
        return " (it speaks TLS at once: `tls: implicit` may be meant)"
    return ""
