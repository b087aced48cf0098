"""A mailbox in memory, shared by the threads of the POP3 server."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, replace

__all__ = ["Maildrop", "StoredMail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """One mail as the server keeps it; `serial` tells apart mails that share a UID."""

    serial: int
    uid: str
    octets: bytes
    hidden: bool = False


class Maildrop:
    """The mails of one user, oldest first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: tuple[StoredMail, ...] = ()
        self._serial = 0

    def deliver(self, octets: bytes, *, uid: str | None = None) -> str:
        """Append a mail (CRLF line ends) and give its UID; `uid` may repeat one that is there, or be empty."""
        with self._lock:
            self._serial += 1
            name = f"sandbox-{self._serial:06}" if uid is None else uid
            mail = StoredMail(serial=self._serial, uid=name, octets=octets)
            self._mails = (*self._mails, mail)
        return mail.uid

    def mails(self) -> tuple[StoredMail, ...]:
        """Everything that lies here, hidden mails too."""
        with self._lock:
            return self._mails

    def remove(self, serials: Collection[int]) -> None:
        """Delete the mails with these serials; unknown ones are ignored."""
        with self._lock:
            self._mails = tuple(mail for mail in self._mails if mail.serial not in serials)

    def hide(self, serials: Collection[int]) -> None:
        """Stop listing the mails with these serials, without deleting them."""
        with self._lock:
            self._mails = tuple(
                replace(mail, hidden=True) if mail.serial in serials else mail for mail in self._mails
            )

    def change_uids(self, prefix: str) -> None:
        """Give every mail a new UID, as a migration to another server does."""
        with self._lock:
            self._mails = tuple(replace(mail, uid=f"{prefix}{mail.serial:06}") for mail in self._mails)
