"""A mailbox's listing against what is known of it: by UID, one by one, never by a high-water mark. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Comparison", "Entry", "Key", "Known", "compare", "listing_digest", "number_occurrences"]

# REFERENCE.md, `uids_changed`: a mailbox smaller than this is no case of changed UIDs.
CHANGED_KNOWN = 20
CHANGED_TENTHS = 9

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as it is listed in this session.

    `number` holds for this session only. `occurrence` counts from 0 the messages that share a UID (RFC 1939 7
    allows it for identical copies). `uid` is "" where the server gives none: the header's digest must tell
    such a message apart. `size` is the server's count, None when it gives none: advice, never a bound.
    """

    number: int
    uid: str
    occurrence: int = 0
    size: int | None = None

    @property
    def key(self) -> Key:
        return (self.uid, self.occurrence)


@dataclass(frozen=True, slots=True)
class Known:
    """What must be remembered of a message to recognise it.

    `size` as it was listed, None when it was not. `gone` is set when the server acknowledged its DELE, and
    when a later listing was without it; listed again, it may be another message under an old UID.
    """

    size: int | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The listing, divided. Every entry is in exactly one of `new`, `same`, `recheck` and `unidentified`.

    `recheck` holds known UIDs that were gone, have another size, or are shared with a message that went: the
    header's digest must say whether it is the same message, before anything is done or deleted. `vanished` are the
    keys that were expected and are not listed. `uids_changed` says that this looks like a migration, not like new mail.
    """

    new: tuple[Entry, ...]
    same: tuple[Entry, ...]
    recheck: tuple[Entry, ...]
    unidentified: tuple[Entry, ...]
    vanished: tuple[Key, ...]
    uids_changed: bool


def number_occurrences(messages: Iterable[tuple[int, str, int | None]]) -> tuple[Entry, ...]:
    """Entries for (number, uid, size) in that order, those that share a UID numbered from 0."""
    counts: dict[str, int] = {}
    entries = []
    for number, uid, size in messages:
        occurrence = counts.get(uid, 0) if uid else 0
        counts[uid] = occurrence + 1
        entries.append(Entry(number, uid, occurrence, size))
    return tuple(entries)


def compare(entries: Iterable[Entry], known: Mapping[Key, Known]) -> Comparison:
    """Divide a listing by what is known."""
    entries = tuple(entries)
    listed = {entry.key for entry in entries}
    # The occurrences behind a message that went have moved up by one.
    shaken = {key[0] for key, record in known.items() if record.gone or key not in listed}
    new: list[Entry] = []
    same: list[Entry] = []
    recheck: list[Entry] = []
    unidentified: list[Entry] = []
    for entry in entries:
        if not entry.uid:
            unidentified.append(entry)
        elif (record := known.get(entry.key)) is None:
            new.append(entry)
        elif entry.uid in shaken or _resized(entry, record):
            recheck.append(entry)
        else:
            same.append(entry)
    expected = [key for key, record in known.items() if not record.gone]
    vanished = tuple(key for key in expected if key not in listed)
    return Comparison(
        new=tuple(new),
        same=tuple(same),
        recheck=tuple(recheck),
        unidentified=tuple(unidentified),
        vanished=vanished,
        uids_changed=_changed(len(expected), len(vanished), len(entries), len(new) + len(unidentified)),
    )


def listing_digest(entries: Iterable[Entry]) -> str:
    """SHA-256 of what makes a listing, message numbers aside: equal digests, nothing to do."""
    digest = hashlib.sha256()
    lines = (f"{entry.uid}\0{entry.occurrence}\0{entry.size}" for entry in entries)
    digest.update("\n".join(lines).encode())
    return digest.hexdigest()


def _resized(entry: Entry, record: Known) -> bool:
    return entry.size is not None and record.size is not None and entry.size != record.size


def _changed(expected: int, vanished: int, listed: int, new: int) -> bool:
    return (
        expected >= CHANGED_KNOWN
        and listed > 0
        and vanished * 10 >= expected * CHANGED_TENTHS
        and new * 10 >= listed * CHANGED_TENTHS
    )
