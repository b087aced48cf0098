"""Names of files, written down before the files are: a repeat finds its own, nobody gets another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from automailer.errors import TemporaryError
from automailer.journal.engine import Conflict, Database
from automailer.journal.model import Exists, FileClaim, FileName
from automailer.journal.tables import file_claim

__all__ = ["claim_files"]

# Numbers are for people; past this many files of one name, a digest of the key finds a free one at once.
_NUMBERED = 50
# What common file systems take in one name, in octets.
_NAME_OCTETS = 255
_ENDING_OCTETS = 32  # a longer one is no file type but a name with a dot in it
_DIGEST_DIGITS = 16
# Names taken by another process between looking and writing; each round one of the two gets on.
_ROUNDS = 20
_AT_ONCE = 200


def claim_files(
    database: Database, claims: Sequence[FileClaim], *, exists: Callable[[str], bool], now: datetime
) -> Mapping[str, FileName]:
    """Give every key the name of its file, in transactions that ask no file system anything.

    `exists` tells whether something stands at a path; it is asked before the transaction, and the unique path
    settles who was first.
    """
    names: dict[str, FileName] = {}
    for start in range(0, len(claims), _AT_ONCE):
        names |= _claim_some(database, claims[start : start + _AT_ONCE], exists, now)
    return names


def _claim_some(
    database: Database, claims: Sequence[FileClaim], exists: Callable[[str], bool], now: datetime
) -> dict[str, FileName]:
    for _ in range(_ROUNDS):
        with database.reading() as connection:
            names = _own(connection, claims)
            wanted = [claim for claim in claims if claim.key not in names]
            taken = _taken(connection, wanted)
        chosen = _choose(wanted, taken, exists)
        fresh = [claim for claim in wanted if not chosen[claim.key].skip]
        try:
            if fresh:
                with database.writing() as connection:
                    _write(connection, fresh, chosen, now)
        except Conflict:
            continue
        return {**names, **chosen}
    msg = f"{claims[0].folder}: the names of files are taken faster than they can be reserved"
    raise TemporaryError(msg)


def _own(connection: Connection, claims: Sequence[FileClaim]) -> dict[str, FileName]:
    keys = [claim.key for claim in claims]
    rows = connection.execute(select(file_claim.c.key, file_claim.c.path).where(file_claim.c.key.in_(keys)))
    return {row.key: FileName(path=row.path) for row in rows}


def _taken(connection: Connection, claims: Sequence[FileClaim]) -> set[str]:
    candidates = [path for claim in claims for path in islice(_candidates(claim), _NUMBERED)]
    rows = connection.scalars(select(file_claim.c.path).where(file_claim.c.path.in_(candidates)))
    return set(rows)


def _choose(
    claims: Sequence[FileClaim], taken: set[str], exists: Callable[[str], bool]
) -> dict[str, FileName]:
    chosen: dict[str, FileName] = {}
    given: set[str] = set()
    for claim in claims:
        name = _choose_one(claim, lambda path: path in taken or path in given or exists(path))
        chosen[claim.key] = name
        given.add(name.path)
    return chosen


def _choose_one(claim: FileClaim, occupied: Callable[[str], bool]) -> FileName:
    first = next(_candidates(claim))
    match claim.exists:
        case Exists.REPLACE:
            return FileName(path=first)
        case Exists.SKIP:
            return FileName(path=first, skip=occupied(first))
        case Exists.RENAME:
            return FileName(path=next(path for path in _candidates(claim) if not occupied(path)))


def _write(
    connection: Connection, claims: Sequence[FileClaim], chosen: Mapping[str, FileName], now: datetime
) -> None:
    replaced = [chosen[claim.key].path for claim in claims if claim.exists is Exists.REPLACE]
    if replaced:
        connection.execute(delete(file_claim).where(file_claim.c.path.in_(replaced)))
    # Of several claims to replace one path in one call, the last one's file stands at the end.
    rows: dict[str, dict[str, Any]] = {
        chosen[claim.key].path: {
            "path": chosen[claim.key].path,
            "key": claim.key,
            "sha256": claim.sha256,
            "size": claim.size,
            "at": now,
        }
        for claim in claims
    }
    connection.execute(insert(file_claim), list(rows.values()))


def _candidates(claim: FileClaim) -> Iterator[str]:
    """Give `name.ext`, `name-2.ext` …, then the name with a digest of the key, which never ends."""
    yield _path(claim, "")
    for number in range(2, _NUMBERED + 1):
        yield _path(claim, f"-{number}")
    digest = claim.key
    while True:
        digest = sha256(digest.encode("utf-8", "surrogatepass")).hexdigest()
        yield _path(claim, f"-{digest[:_DIGEST_DIGITS]}")


def _path(claim: FileClaim, suffix: str) -> str:
    stem, dot, extension = claim.name.rpartition(".")
    if not stem or len(extension.encode()) > _ENDING_OCTETS:
        stem, dot, extension = claim.name, "", ""
    room = _NAME_OCTETS - len(f"{suffix}{dot}{extension}".encode())
    if suffix and len(stem.encode()) > room:
        stem = stem.encode()[: max(room, 1)].decode(errors="ignore")
    return f"{claim.folder.rstrip('/')}/{stem}{suffix}{dot}{extension}"
