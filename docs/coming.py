"""The rows of docs/coming-from/*.yaml: what Sieve, fdm and procmail say, what we say, and the mails that show it.

A row has `theirs`, and of ours `when` and `then`, or `rules`, or none where we can't say it; `note` says what differs.
`yes` are mails for which both hold, `no` such for which neither does, `only_ours` and `only_theirs` those that show
where the two differ. `does`, `not`, `refused` and `matched` are what is expected of `message`. A mail is written as
in rule tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automailer.settings import read_document

__all__ = ["LANGUAGES", "MAILS", "Row", "coming", "rows_of"]

Rows = list[tuple[str, ...]]

FOLDER = Path(__file__).resolve().parent / "coming-from"
LANGUAGES = ("sieve", "fdm", "procmail")
MAILS = ("yes", "no", "only_ours", "only_theirs")

_OURS = ("when", "then", "rules")
_EXPECTED = ("does", "not", "refused", "matched")
_AROUND = ("message", "now", "before")
_KEYS = frozenset(("theirs", "note", "unrun", *_OURS, *MAILS, *_EXPECTED, *_AROUND))
_SAME = "the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: `part` is its table, `fields` what stands in the file."""

    language: str
    part: str
    fields: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.language}: {self.theirs.splitlines()[-1]}"

    @property
    def theirs(self) -> str:
        """What they write."""
        return str(self.fields["theirs"]).rstrip()

    @property
    def ours(self) -> str:
        """What we write, "" where we can't."""
        written = (str(self.fields[key]).rstrip() for key in _OURS if key in self.fields)
        return "\n".join(written)

    @property
    def note(self) -> str:
        """What differs."""
        return str(self.fields.get("note", _SAME)).strip()

    def mails(self) -> Iterator[tuple[Any, bool, bool]]:
        """Each mail, whether their test holds, and whether ours does."""
        for key in MAILS:
            for mail in self.fields.get(key, ()):
                yield mail, key in ("yes", "only_theirs"), key in ("yes", "only_ours")


def rows_of(language: str) -> list[Row]:
    """Every row of a language, in order.

    Raises:
        ValueError: a row has a key that is none, or shows nothing.
    """
    parts: Mapping[str, list[dict[str, Any]]] = read_document(FOLDER / f"{language}.yaml").data
    rows = [Row(language=language, part=part, fields=row) for part, rows in parts.items() for row in rows]
    for row in rows:
        if unknown := set(row.fields) - _KEYS:
            msg = f"{row}: {unknown}"
            raise ValueError(msg)
    return rows


def coming() -> dict[str, Callable[[], Rows]]:
    """Every table by name."""
    tables: dict[str, Callable[[], Rows]] = {}
    for language in LANGUAGES:
        rows = rows_of(language)
        for part in dict.fromkeys(row.part for row in rows):
            tables[f"{language} {part}"] = _table([row for row in rows if row.part == part])
    return tables


def _table(rows: list[Row]) -> Callable[[], Rows]:
    return lambda: [
        (rows[0].language, "Automailer", "meaning"),
        *((_code(row.theirs), _code(row.ours), row.note) for row in rows),
    ]


def _code(text: str) -> str:
    """Each line as code of its own."""
    return "<br>".join(_quoted(line) for line in text.splitlines()) or "–"


def _quoted(line: str) -> str:
    indent = "&emsp;" * ((len(line) - len(line.lstrip())) // 2)
    ticks = "``" if "`" in line else "`"
    return f"{indent}{ticks}{line.strip()}{ticks}"
