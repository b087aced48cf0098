"""The import table of the design, the list of pure modules, and the sizes: the structure is kept by a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "automailer"

# What each part may import of ours; `worker` and `cli` compose, and may import everything.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "shipped": set(),
    "settings": {"errors"},
    "transport": {"settings", "errors"},
    "mailbox": {"transport", "settings", "errors"},
    "message": {"errors"},
    "templating": {"message", "errors"},
    "rules": {"message", "templating", "settings", "errors"},
    "compose": {"message", "templating", "errors"},
    "actions": {"rules", "compose", "templating", "message", "settings", "errors"},
    "smtp": {"transport", "settings", "errors"},
    "journal": {"message", "errors", "shipped"},
    "outbox": {"smtp", "journal", "settings", "errors"},
    "sandbox": {"errors"},
    "cautions": {"settings", "message", "rules", "actions", "compose", "templating", "errors"},
    "ruletests": {"settings", "message", "rules", "actions", "compose", "templating", "worker", "errors"},
}
COMPOSE = {"worker", "cli", "__main__", "__init__"}

# A module that says "Pure." has no socket, file, clock, randomness or log: those come in as arguments.
IMPURE = {
    "socket", "ssl", "os", "time", "random", "secrets", "uuid", "logging", "subprocess", "threading",
    "sqlalchemy", "smtplib", "tempfile", "shutil", "select", "signal", "structlog", "apscheduler", "fsspec",
}  # fmt: skip
ASKS_THE_CLOCK = {"now", "utcnow", "today"}

MOST_LINES = 350


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_part_imports_only_what_the_table_allows(path: Path) -> None:
    part = part_of(path)
    if part in COMPOSE:
        return
    allowed = MAY_IMPORT[part] | {part}
    ours = {name.split(".")[1] for name in imports(parsed(path)) if name.startswith("automailer.")}
    assert ours <= allowed


@pytest.mark.parametrize("path", modules(), ids=named)
def test_other_parts_are_imported_by_their_public_names(path: Path) -> None:
    part = part_of(path)
    if part in COMPOSE:
        return
    inner = {
        name
        for name in imports(parsed(path))
        if name.startswith("automailer.") and name.split(".")[1] != part and name.count(".") > 1
    }
    assert inner == set()


def test_the_table_names_every_part_and_has_no_cycle() -> None:
    assert {part_of(path) for path in modules()} == set(MAY_IMPORT) | COMPOSE
    left = dict(MAY_IMPORT)
    while left:
        free = {part for part, needs in left.items() if not needs & set(left)}
        assert free, f"a cycle among {sorted(left)}"
        left = {part: needs for part, needs in left.items() if part not in free}


def pure_modules() -> list[Path]:
    return [path for path in modules() if re.search(r"\bPure\b", ast.get_docstring(parsed(path)) or "")]


def test_the_cores_say_that_they_are_pure() -> None:
    said = {named(path) for path in pure_modules()}
    assert said >= {
        "automailer/mailbox/wire.py",
        "automailer/mailbox/session.py",
        "automailer/mailbox/auth.py",
        "automailer/mailbox/listing.py",
        "automailer/rules/model.py",
        "automailer/rules/evaluate.py",
        "automailer/compose/guards.py",
        "automailer/compose/octets.py",
        "automailer/actions/model.py",
        "automailer/actions/plan.py",
        "automailer/outbox/policy.py",
        "automailer/smtp/replies.py",
        "automailer/worker/record.py",
    }


@pytest.mark.parametrize("path", pure_modules(), ids=named)
def test_a_pure_module_touches_no_world(path: Path) -> None:
    tree = parsed(path)
    assert {name.split(".")[0] for name in imports(tree)} & IMPURE == set()
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = {
        f.attr
        for f in calls
        if isinstance(f, ast.Attribute)
        and isinstance(f.value, ast.Name)
        and f.attr in ASKS_THE_CLOCK
        and f.value.id in {"datetime", "date"}
    }
    assert asked == set()
    assert not any(isinstance(node, ast.Name) and node.id == "open" for node in ast.walk(tree))


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_module_stays_short(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= MOST_LINES


def test_every_exception_is_caught_in_one_place_only() -> None:
    found = [
        named(path)
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    ]
    assert found == ["automailer/worker/job.py"]
