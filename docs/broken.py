"""What tests/integration/message knows of broken mail, as tables: where we differ from other readers, and how often."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

__all__ = ["DISAGREEMENTS", "UPSTREAM", "broken", "rows_of"]

_FOLDER = Path(__file__).resolve().parent.parent / "tests" / "integration" / "message"
DISAGREEMENTS = _FOLDER / "disagreements.tsv"
UPSTREAM = _FOLDER / "upstream.tsv"

Rows = list[tuple[str, ...]]


def broken() -> dict[str, Callable[[], Rows]]:
    """Every table by name."""
    return {
        "disagreements": lambda: _reasons(DISAGREEMENTS),
        "upstream": _projects,
        "upstream disagreements": lambda: _reasons(UPSTREAM),
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file of tab-separated values, by the names in its first line."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _reasons(path: Path) -> Rows:
    rows = [row for row in rows_of(path) if row["reason"]]
    found = Counter(row["reason"] for row in rows)
    files = Counter(reason for reason, _ in {(row["reason"], row["file"]) for row in rows})
    return [
        ("reason", "files", "facts"),
        *((f"`{reason}`", str(files[reason]), str(count)) for reason, count in found.most_common()),
    ]


def _projects() -> Rows:
    rows = rows_of(UPSTREAM)
    projects = Counter(row["upstream"].partition(":")[0] for row in rows)
    met = Counter(row["upstream"].partition(":")[0] for row in rows if not row["reason"])
    return [
        ("project", "asserted", "met"),
        *((f"`{project}`", str(count), str(met[project])) for project, count in projects.most_common()),
    ]
