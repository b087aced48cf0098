"""An open mailbox: list, look, fetch, delete, leave. One thread uses one client."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from automailer.mailbox import commands
from automailer.mailbox.dialogue import Clock, Dialogue, Weighed
from automailer.mailbox.header import header_section
from automailer.mailbox.limits import DRAIN_OCTETS
from automailer.mailbox.listing import Entry, number_occurrences
from automailer.mailbox.opening import Opening
from automailer.mailbox.refusal import Refused, refused, session_refused
from automailer.mailbox.replies import (
    Capabilities,
    Stat,
    parse_capabilities,
    parse_size,
    parse_sizes,
    parse_stat,
    parse_uid,
    parse_uids,
)
from automailer.mailbox.session import Reply
from automailer.mailbox.spool import Retrieved, Spool
from automailer.mailbox.transcript import WireHook
from automailer.mailbox.wire import Command
from automailer.settings import MailboxSettings

__all__ = ["Pop3Client", "open_mailbox"]

# A whole listing may take as many time-outs; one that drips line by line is given up then.
LISTING_TIMEOUTS = 10
# What a message weighs in the window when LIST said nothing of it; most mail is smaller.
USUAL_OCTETS = 64 * 1024
HEADER_OCTETS = 8 * 1024


def open_mailbox(
    settings: MailboxSettings,
    *,
    clock: Clock = time.monotonic,
    wire: WireHook | None = None,
    spool: Path | None = None,
    heard: Callable[[], object] | None = None,
) -> Pop3Client:
    """Connect and log in; use it in a `with`, whose clean end says QUIT and whose failing end does not.

    `clock` counts seconds for the time-outs, `wire` hears the dialogue with secrets masked, `spool` is the
    folder for messages over 1 MB while they are looked at. `heard` is called, once logged in, whenever octets came;
    what it raises ends the session.
    """
    opening = Opening(settings, clock=clock, wire=wire)
    dialogue = opening.run()
    if heard is not None:
        dialogue.heard = heard
    return Pop3Client(dialogue, opening, spool=spool)


class Pop3Client:
    """A mailbox in the transaction state (RFC 1939 5).

    Message numbers are those of `listing` and hold for this session only. After a TemporaryError or a
    ProtocolError the connection is closed, and nothing that was deleted in this session is gone.
    """

    def __init__(self, dialogue: Dialogue, opening: Opening, *, spool: Path | None) -> None:
        self._dialogue = dialogue
        self._spool = spool
        self._sizes: dict[int, int] = {}
        self._deleted: set[int] = set()
        self._top_works: bool | None = None
        self.login = opening.login
        """The login that was used: a SASL mechanism, USER or APOP."""
        self.capabilities = opening.before_login
        """What the server says it can; None when it has no CAPA."""
        self._capabilities_due = opening.before_login is not None
        self._take_capabilities(opening.before_login)
        if self._capabilities_due and not dialogue.pipelining:
            # Gmail announces PIPELINING only after the login.
            self._note_capabilities(dialogue.exchange([commands.CAPA])[0])

    @property
    def reading(self) -> int | None:
        """After an error: the number of the message whose reply was awaited, None when it was none."""
        command = self._dialogue.reading
        return command.number or None if command is not None else None

    @property
    def takes_retrieved(self) -> bool:
        """True when messages that were fetched may be gone from the next listing, deleted or not."""
        return self.capabilities is not None and self.capabilities.takes_retrieved

    def stat(self) -> Stat:
        """How much there is (RFC 1939 5)."""
        return parse_stat(self._ok(commands.STAT).status)

    def listing(self) -> tuple[Entry, ...]:
        """Every message, by number. Without UIDL at the server all UIDs are "".

        UIDL rules: what only LIST has came in between the two, and is left for the next poll.
        """
        wanted = [commands.UIDL, commands.LIST]
        if self._capabilities_due:
            wanted.insert(0, commands.CAPA)
        total = LISTING_TIMEOUTS * self._dialogue.timeout
        replies = self._dialogue.exchange(wanted, total=total)
        if self._capabilities_due:
            self._note_capabilities(replies.pop(0))
        try:
            entries = self._entries(*replies)
        except BaseException:
            self.close()
            raise
        self._sizes = {entry.number: entry.size for entry in entries if entry.size is not None}
        return entries

    def entry(self, number: int) -> Entry | Refused:
        """One message, by UIDL and LIST with its number; its occurrence can't be told and is 0."""
        uid, size = self._dialogue.exchange([commands.one_uid(number), commands.one_size(number)])
        if not uid.status.ok and not size.status.ok:
            return refused(number, uid.status)
        return Entry(
            number=number,
            uid=parse_uid(uid.status) if uid.status.ok else "",
            size=parse_size(size.status) if size.status.ok else None,
        )

    def top(self, number: int, lines: int) -> bytes | Refused:
        """The header section and so many lines of the body, as the server gives them."""
        reply = self._dialogue.exchange([commands.top(number, lines)])[0]
        return reply.data if reply.status.ok else refused(number, reply.status)

    def headers(
        self, numbers: Iterable[int], *, max_octets: int = DRAIN_OCTETS
    ) -> Generator[tuple[int, bytes | Refused], None, None]:
        """Each message's header section up to its blank line, first all that TOP gives.

        Where TOP is missing, refused or gives no blank line the message is fetched whole, unless it is larger
        than `max_octets`.
        """
        rest: list[int] = []
        with closing(self._tops(list(numbers), rest)) as replies:
            for reply in replies:
                number = reply.command.number
                header = header_section(reply.data) if reply.status.ok else None
                if header is None:
                    rest.append(number)
                else:
                    yield number, header
        for number, found in self.retrieve(rest, max_octets=max_octets):
            if isinstance(found, Refused):
                yield number, found
            else:
                with found:
                    octets = bytes(found.octets[:DRAIN_OCTETS])
                header = header_section(octets)
                yield number, octets if header is None else header

    def retrieve(
        self, numbers: Iterable[int], *, max_octets: int
    ) -> Iterator[tuple[int, Retrieved | Refused]]:
        """Each message whole, a window of them in flight; close each before the next is asked for.

        A message that the server refuses, or that is larger than `max_octets`, is told and does not stop the
        others. Those whose listed size is larger already are never asked for, and come first.
        """
        fitting: list[int] = []
        for number in numbers:
            if self._sizes.get(number, 0) > max_octets:
                yield number, _oversize(number, self._sizes[number])
            else:
                fitting.append(number)
        spools: dict[int, Spool] = {}
        try:
            with closing(self._dialogue.stream(self._retrievals(fitting, spools, max_octets))) as replies:
                for reply in replies:
                    yield reply.command.number, _outcome(reply, spools.pop(reply.command.number))
        finally:
            for spool in spools.values():
                spool.close()

    def delete(self, numbers: Iterable[int]) -> frozenset[int]:
        """Mark messages as deleted; those that the server acknowledged. They go when QUIT is answered."""
        numbers = list(numbers)
        wanted = [(commands.delete(number), 64) for number in numbers if number not in self._deleted]
        for reply in self._dialogue.stream(wanted):
            if reply.status.ok:
                self._deleted.add(reply.command.number)
        return frozenset(self._deleted.intersection(numbers))

    def reset(self) -> None:
        """Take back every `delete` of this session."""
        self._ok(commands.RSET)
        self._deleted.clear()

    def noop(self) -> None:
        """Keep the session alive while something slow is done."""
        self._ok(commands.NOOP)

    def quit(self) -> bool:
        """Leave, and have the server delete; False when it says that not all of it was deleted (RFC 1939 6).

        A TemporaryError means that the outcome is unknown: the next listing tells.
        """
        reply = self._dialogue.exchange([commands.QUIT])[0]
        self.close()
        return reply.status.ok

    def leave(self) -> None:
        """Leave everything on the server as it was, what was fetched or deleted in this session included."""
        if self.takes_retrieved:
            # QUIT alone makes such a server take away what was fetched (RFC 2449 6.7).
            self.close()
        else:
            self.reset()
            self.quit()

    def close(self) -> None:
        """Drop the connection without QUIT: nothing is deleted."""
        self._dialogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._dialogue.usable:
            self.quit()
        else:
            self.close()

    def _ok(self, command: Command) -> Reply:
        reply = self._dialogue.exchange([command])[0]
        if not reply.status.ok:
            raise session_refused(reply.status, self._dialogue.where, command.verb)
        return reply

    def _note_capabilities(self, reply: Reply) -> None:
        self._capabilities_due = False
        if reply.status.ok:
            self._take_capabilities(parse_capabilities(reply.data))

    def _take_capabilities(self, capabilities: Capabilities | None) -> None:
        self.capabilities = capabilities
        self._dialogue.pipelining = capabilities is not None and "PIPELINING" in capabilities

    def _announces(self, name: str) -> bool:
        return self.capabilities is not None and name in self.capabilities

    def _entries(self, uidl: Reply, sizes: Reply) -> tuple[Entry, ...]:
        octets = parse_sizes(sizes.data) if sizes.status.ok else {}
        if uidl.status.ok:
            uids = parse_uids(uidl.data)
        elif self._announces("UIDL") or uidl.status.code:
            # It has UIDs and won't say them now: without them every message would look new.
            raise session_refused(uidl.status, self._dialogue.where, "UIDL")
        elif sizes.status.ok:
            uids = dict.fromkeys(octets, "")
        else:
            raise session_refused(sizes.status, self._dialogue.where, "LIST")
        return number_occurrences((number, uids[number], octets.get(number)) for number in sorted(uids))

    def _tops(self, numbers: list[int], rest: list[int]) -> Generator[Reply, None, None]:
        """Answers to TOP; the numbers to which a server without TOP gave none are added to `rest`."""
        if self._top_works is None and not self._announces("TOP") and numbers:
            # One alone first: some servers hang up after a handful of errors.
            first = self._dialogue.exchange([commands.top(numbers[0], 0)])[0]
            self._top_works = first.status.ok
            numbers = numbers[1:]
            yield first
        if self._top_works is False:
            rest.extend(numbers)
            return
        yield from self._dialogue.stream((commands.top(number, 0), HEADER_OCTETS) for number in numbers)

    def _retrievals(
        self, numbers: Iterable[int], spools: dict[int, Spool], max_octets: int
    ) -> Iterator[Weighed]:
        for number in numbers:
            spools[number] = spool = Spool(self._spool)
            command = commands.retrieve(number, spool.write, max_octets=max_octets)
            yield command, self._sizes.get(number, USUAL_OCTETS)


def _outcome(reply: Reply, spool: Spool) -> Retrieved | Refused:
    number = reply.command.number
    if reply.status.ok and not reply.oversize:
        return spool.finish()
    spool.close()
    return _oversize(number, reply.octets) if reply.status.ok else refused(number, reply.status)


def _oversize(number: int, octets: int) -> Refused:
    return Refused(number=number, text=f"larger than allowed: {octets} octets", oversize=True)
