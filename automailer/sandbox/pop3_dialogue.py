"""The server's side of one POP3 session (RFC 1939, 2449, 2595): a line in, a reply out. No sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from automailer.sandbox.faults import Pop3Faults
from automailer.sandbox.maildrop import Maildrop, StoredMail

__all__ = ["Dialogue", "Reply", "Then"]


class Then(Enum):
    """What the connection does behind a reply."""

    GO_ON = "go on"
    START_TLS = "start TLS"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Reply:
    """Octets to send, and what to do then."""

    octets: bytes
    then: Then = Then.GO_ON


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a user logs in with and gets."""

    password: str
    maildrop: Maildrop


class Dialogue:
    """One session: AUTHORIZATION until PASS is accepted, then TRANSACTION; QUIT enters UPDATE."""

    def __init__(
        self, accounts: Mapping[str, Account], faults: Callable[[], Pop3Faults], *, offers_tls: bool
    ) -> None:
        self._accounts = accounts
        self._faults = faults
        self._offers_tls = offers_tls
        self._user = ""
        self._maildrop: Maildrop | None = None
        self._mails: tuple[StoredMail, ...] = ()
        self._deleted: set[int] = set()
        self._retrieved: set[int] = set()

    def greeting(self) -> Reply:
        """The first line, unasked."""
        if self._faults().unavailable:
            return Reply(b"-ERR [SYS/TEMP] not now, try again later\r\n", Then.CLOSE)
        return _ok("sandbox ready")

    def answer(self, line: bytes) -> Reply:
        """The reply to one command line, given without its line end."""
        verb, _, argument = line.decode("utf-8", "replace").partition(" ")
        verb = verb.upper()
        if verb in self._faults().missing:
            return _error("unknown command")
        commands = self._authorization() if self._maildrop is None else self._transaction()
        command = commands.get(verb)
        return command(argument) if command else _error("unknown command, or not in this state")

    def _authorization(self) -> Mapping[str, Callable[[str], Reply]]:
        return {
            "CAPA": self._capa,
            "STLS": self._stls,
            "USER": self._take_user,
            "PASS": self._pass,
            "QUIT": lambda _: Reply(b"+OK bye\r\n", Then.CLOSE),
        }

    def _transaction(self) -> Mapping[str, Callable[[str], Reply]]:
        return {
            "CAPA": self._capa,
            "STAT": self._stat,
            "LIST": self._list,
            "UIDL": self._uidl,
            "TOP": self._top,
            "RETR": self._retr,
            "DELE": self._dele,
            "RSET": self._rset,
            "NOOP": lambda _: _ok(),
            "QUIT": self._quit,
        }

    def _capa(self, _: str) -> Reply:
        offered = [
            "USER",
            "UIDL",
            "TOP",
            "RESP-CODES",
            "AUTH-RESP-CODE",
            "PIPELINING",
            "IMPLEMENTATION sandbox",
        ]
        if self._offers_tls and self._maildrop is None:
            offered.append("STLS")
        if self._faults().hide_retrieved:
            offered.append("EXPIRE 0")
        missing = self._faults().missing
        return _lines("capabilities follow", [name for name in offered if name not in missing])

    def _stls(self, _: str) -> Reply:
        if not self._offers_tls:
            return _error("no TLS here")
        self._offers_tls = False
        self._user = ""
        return Reply(b"+OK begin TLS\r\n", Then.START_TLS)

    def _take_user(self, name: str) -> Reply:
        self._user = name
        return _ok()

    def _pass(self, password: str) -> Reply:
        account = self._accounts.get(self._user)
        if account is None or account.password != password:
            return _error("[AUTH] user or password is wrong")
        if self._faults().in_use:
            return _error("[IN-USE] another session has this mailbox")
        self._maildrop = account.maildrop
        self._mails = tuple(mail for mail in account.maildrop.mails() if not mail.hidden)[
            : self._faults().shows
        ]
        return _ok(f"{len(self._mails)} messages")

    def _listed(self) -> dict[int, StoredMail]:
        return {
            number: mail for number, mail in enumerate(self._mails, 1) if mail.serial not in self._deleted
        }

    def _find(self, argument: str) -> tuple[int, StoredMail] | None:
        number = int(argument) if argument.isdecimal() and argument.isascii() else 0
        mail = self._listed().get(number)
        return (number, mail) if mail else None

    def _size(self, mail: StoredMail) -> int:
        return len(mail.octets) + self._faults().size_error

    def _stat(self, _: str) -> Reply:
        listed = self._listed().values()
        return _ok(f"{len(listed)} {sum(self._size(mail) for mail in listed)}")

    def _list(self, argument: str) -> Reply:
        return self._listing(argument, lambda mail: str(self._size(mail)))

    def _uidl(self, argument: str) -> Reply:
        return self._listing(argument, lambda mail: mail.uid)

    def _listing(self, argument: str, show: Callable[[StoredMail], str]) -> Reply:
        if not argument:
            return _lines("", [f"{number} {show(mail)}" for number, mail in self._listed().items()])
        found = self._find(argument)
        return _ok(f"{found[0]} {show(found[1])}") if found else _no_such_message()

    def _top(self, argument: str) -> Reply:
        number, _, lines = argument.partition(" ")
        found = self._find(number)
        if found is None or not lines.isdecimal():
            return _no_such_message()
        if found[0] in self._faults().refuse_top:
            return _error("[SYS/TEMP] message can not load")
        if found[0] in self._faults().drop_in_top:
            return Reply(b"+OK\r\n", Then.CLOSE)
        head, blank, body = found[1].octets.partition(b"\r\n\r\n")
        first = b"".join(body.splitlines(keepends=True)[: int(lines)])
        return Reply(b"+OK\r\n" + _stuffed(head + blank + first) + b".\r\n")

    def _retr(self, argument: str) -> Reply:
        found = self._find(argument)
        if found is None:
            return _no_such_message()
        number, mail = found
        faults = self._faults()
        if number in faults.refuse_retr:
            return _error("[SYS/TEMP] message can not load")
        text = b"+OK\r\n" + _stuffed(mail.octets)
        if number in faults.drop_in_retr:
            return Reply(text[: len(text) // 2], Then.CLOSE)
        self._retrieved.add(mail.serial)
        return Reply(text + b".\r\n")

    def _dele(self, argument: str) -> Reply:
        found = self._find(argument)
        if found is None:
            return _no_such_message()
        self._deleted.add(found[1].serial)
        return _ok()

    def _rset(self, _: str) -> Reply:
        self._deleted.clear()
        return _ok()

    def _quit(self, _: str) -> Reply:
        faults = self._faults()
        if faults.quit_refused and self._deleted:
            return Reply(b"-ERR some deleted messages not removed\r\n", Then.CLOSE)
        if self._maildrop is not None:
            self._maildrop.remove(self._deleted)
            if faults.hide_retrieved:
                self._maildrop.hide(self._retrieved)
        return Reply(b"" if faults.quit_lost else b"+OK bye\r\n", Then.CLOSE)


def _ok(text: str = "") -> Reply:
    return Reply(f"+OK {text}".rstrip().encode() + b"\r\n")


def _error(text: str) -> Reply:
    return Reply(f"-ERR {text}".encode() + b"\r\n")


def _no_such_message() -> Reply:
    return _error("no such message")


def _lines(text: str, lines: list[str]) -> Reply:
    return Reply(_ok(text).octets + "".join(f"{line}\r\n" for line in lines).encode() + b".\r\n")


def _stuffed(octets: bytes) -> bytes:
    """Dot-stuffed and ended by CRLF (RFC 1939, section 3)."""
    stuffed = octets.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if not stuffed or stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
