"""Looks at what lies in a mailbox and says what is to be done about each message: fetch, leave, hold, recognise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from automailer.journal import (
    Journal,
    KnownUid,
    MailboxState,
    MessageRecord,
    MessageState,
    SeenRecord,
    UidKey,
)
from automailer.mailbox import Entry, Known, Pop3Client, Refused, compare, number_occurrences
from automailer.message import Message, parse
from automailer.settings import FirstPoll, MailboxSettings, UidsChanged

__all__ = ["Agenda", "Surveyor"]

_NO_UID = "header:"
"""What stands before the header's digest where the server gives a message no UID; no UID holds it by chance."""


@dataclass(slots=True, kw_only=True)
class Agenda:
    """What one listing asks for.

    `present` says where the messages lie that the journal has, by its number; of those `in_doubt` the server gave
    no header, so that it may be other mail. `skipped` lines could not be looked at and are left for the next poll.
    """

    entries: tuple[Entry, ...]
    known: Mapping[UidKey, KnownUid]
    fetch: list[Entry] = field(default_factory=list)
    oversize: list[Entry] = field(default_factory=list)
    seen: list[SeenRecord] = field(default_factory=list)
    held: list[MessageRecord] = field(default_factory=list)
    present: dict[int, Entry] = field(default_factory=dict)
    in_doubt: set[int] = field(default_factory=set)
    vanished: tuple[UidKey, ...] = ()
    first_contact: bool = False
    uids_changed: bool = False
    skipped: int = 0


class Surveyor:
    """Surveys one mailbox in one session."""

    def __init__(
        self, client: Pop3Client, journal: Journal, settings: MailboxSettings, *, now: datetime
    ) -> None:
        self._client = client
        self._journal = journal
        self._settings = settings
        self._now = now

    def listing(self) -> tuple[Entry, ...]:
        """The session's listing; a message without UID is known by its header's digest."""
        entries = self._client.listing()
        nameless = [entry for entry in entries if not entry.uid]
        if not nameless:
            return entries
        headers = self._headers(nameless)
        named = ((entry.number, self._name(entry, headers), entry.size) for entry in entries)
        return number_occurrences((number, uid, size) for number, uid, size in named if uid)

    def survey(self, entries: tuple[Entry, ...], state: MailboxState) -> Agenda:
        """Divide the listing into what is to be done."""
        known = self._journal.known(self._settings.name)
        first_contact = state.first_polled_at is None
        comparison = compare(entries, _remembered(known))
        agenda = Agenda(entries=entries, known=known, first_contact=first_contact)
        agenda.present = {known[UidKey(*entry.key)].message: entry for entry in comparison.same}
        agenda.vanished = tuple(UidKey(*key) for key in comparison.vanished)
        new = [*comparison.new, *self._other_content(comparison.recheck, agenda)]
        if comparison.uids_changed and self._is_migration(entries, known):
            self._recognise(new, agenda)
        elif first_contact and self._settings.first_poll is not FirstPoll.ALL:
            self._divide(self._recent(new, agenda), agenda)
        else:
            self._divide(new, agenda)
        return agenda

    def same_content(self, entries: Iterable[Entry], known: Mapping[UidKey, KnownUid]) -> list[Entry]:
        """Those of the known entries whose header still is the one that was dealt with."""
        wanted = list(entries)
        headers = self._headers(wanted)
        return [
            entry
            for entry in wanted
            if entry.number in headers
            and headers[entry.number].header_digest == known[UidKey(*entry.key)].header_digest
        ]

    def _is_migration(self, entries: tuple[Entry, ...], known: Mapping[UidKey, KnownUid]) -> bool:
        """Whether the UIDs changed even when what we wished away is left out of the count."""
        if self._settings.uids_changed is not UidsChanged.HOLD:
            return False
        staying = {key: one for key, one in known.items() if not one.leaving}
        return compare(entries, _remembered(staying)).uids_changed

    def _divide(self, new: Sequence[Entry], agenda: Agenda) -> None:
        limit = self._settings.max_message_size
        for entry in new:
            (agenda.oversize if (entry.size or 0) > limit else agenda.fetch).append(entry)

    def _other_content(self, suspicious: Sequence[Entry], agenda: Agenda) -> list[Entry]:
        """Known UIDs with other mail under them; those with known mail go to `seen`, whatever their size says."""
        headers = self._headers(suspicious)
        other: list[Entry] = []
        for entry in suspicious:
            message, known = headers.get(entry.number), agenda.known[UidKey(*entry.key)]
            if message is None:
                agenda.skipped += 1
                agenda.in_doubt.add(known.message)
            elif message.header_digest == known.header_digest or not known.header_digest:
                self._recognised(entry, message, known, agenda)
            else:
                other.append(entry)
        return self._not_moved(other, headers, agenda)

    def _not_moved(
        self, entries: Sequence[Entry], headers: Mapping[int, Message], agenda: Agenda
    ) -> list[Entry]:
        """Those of the entries that are not known mail under a UID that was another's until now."""
        old = self._known_mail(headers[entry.number] for entry in entries)
        other: list[Entry] = []
        for entry in entries:
            message = headers[entry.number]
            found = old.get((message.message_id, message.header_digest))
            if found is None or found.message in agenda.present:
                other.append(entry)
            else:
                self._recognised(entry, message, found, agenda)
        return other

    def _recent(self, new: Sequence[Entry], agenda: Agenda) -> list[Entry]:
        """At first contact: the mail to act on, its age unknown included; the rest is left alone for ever."""
        headers = self._headers(new)
        limit = self._settings.first_poll
        recent: list[Entry] = []
        for entry in new:
            message = headers.get(entry.number)
            if isinstance(limit, timedelta) and (
                message is None or _came(message, self._now) >= self._now - limit
            ):
                recent.append(entry)
            else:
                agenda.seen.append(self._seen(entry, message.header_digest if message else "", None))
        return recent

    def _recognise(self, new: Sequence[Entry], agenda: Agenda) -> None:
        """After a migration: recognise by Message-ID and header what can be, hold the others for a person.

        Where the server takes away what was fetched, Gmail among them, it looks like this after every poll: then the
        others are new mail.
        """
        headers = self._headers(new)
        old = self._known_mail(headers.values())
        unknown: list[Entry] = []
        for entry in new:
            message = headers.get(entry.number)
            found = old.get((message.message_id, message.header_digest)) if message else None
            if message is None or found is None:
                unknown.append(entry)
            else:
                self._recognised(entry, message, found, agenda)
        if self._client.takes_retrieved:
            self._divide(unknown, agenda)
        else:
            agenda.uids_changed = True
            agenda.held += [self._held(entry, headers.get(entry.number)) for entry in unknown]

    def _known_mail(self, messages: Iterable[Message]) -> Mapping[tuple[str, str], KnownUid]:
        facts = {(message.message_id, message.header_digest) for message in messages}
        return self._journal.recognise(self._settings.name, facts) if facts else {}

    def _recognised(self, entry: Entry, message: Message, known: KnownUid, agenda: Agenda) -> None:
        agenda.seen.append(self._seen(entry, message.header_digest, known))
        agenda.present[known.message] = entry

    def _seen(self, entry: Entry, digest: str, known: KnownUid | None) -> SeenRecord:
        return SeenRecord(
            uid=entry.uid,
            occurrence=entry.occurrence,
            size=entry.size or 0,
            at=self._now,
            header_digest=digest,
            known=known,
        )

    def _held(self, entry: Entry, message: Message | None) -> MessageRecord:
        return MessageRecord(
            uid=entry.uid,
            occurrence=entry.occurrence,
            header_digest=message.header_digest if message else "",
            message_id=message.message_id if message else "",
            subject=message.subject if message else "",
            from_=message.from_.address if message else "",
            size=entry.size or 0,
            received=self._now,
            state=MessageState.HELD,
            error="nearly all UIDs of this mailbox changed: `automailer mailbox release` lets it be processed",
        )

    def _headers(self, entries: Iterable[Entry]) -> dict[int, Message]:
        """Header sections by message number; what the server refuses is left out."""
        sizes = {entry.number: entry.size for entry in entries}
        found = self._client.headers(sizes)
        return {
            number: parse(octets, size=sizes[number] or len(octets), complete=False)
            for number, octets in found
            if not isinstance(octets, Refused)
        }

    def _name(self, entry: Entry, headers: Mapping[int, Message]) -> str:
        if entry.uid:
            return entry.uid
        message = headers.get(entry.number)
        return f"{_NO_UID}{message.header_digest}" if message else ""


def _remembered(known: Mapping[UidKey, KnownUid]) -> dict[tuple[str, int], Known]:
    return {key: Known(size=one.size, gone=one.vanished_at is not None) for key, one in known.items()}


def _came(message: Message, now: datetime) -> datetime:
    """When it was delivered, as far as its header says."""
    return message.received_at or message.date or now
