"""Starting is quick: a command imports what it needs and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[3]
_HEAVY = (
    "sqlalchemy",
    "alembic",
    "pydantic",
    "jinja2",
    "re2",
    "rich",
    "structlog",
    "apscheduler",
    "aiosmtpd",
    "yaml",
)


def _imported(*words: str, cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "automailer", *words],
        cwd=cwd,
        env={"PYTHONPATH": str(_ROOT), "HOME": str(cwd)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }


def test_help_imports_no_heavy_library(tmp_path: Path) -> None:
    assert not _imported("--help", cwd=tmp_path).intersection(_HEAVY)


def test_inspect_needs_neither_settings_nor_database(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"Subject: x\n\ny\n")
    # typer itself reads a list of arguments by way of pydantic
    assert not _imported("inspect", "a.eml", cwd=tmp_path).intersection(_HEAVY) - {"pydantic"}


@pytest.mark.parametrize(
    ("words", "spared"),
    [
        (["poll"], {"apscheduler", "aiosmtpd", "automailer.sandbox"}),
        (
            ["messages", "list", "--json"],
            {"apscheduler", "aiosmtpd", "jinja2", "alembic", "automailer.worker"},
        ),
    ],
)
def test_commands_import_only_their_own(tmp_path: Path, words: list[str], spared: set[str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "automailer", "init"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(_ROOT)},
        capture_output=True,
        check=True,
    )
    settings = tmp_path / "automailer.yaml"
    text = settings.read_text(encoding="utf-8").replace("    poll: 60s", "    enabled: false\n    poll: 60s")
    settings.write_text(text, encoding="utf-8")
    assert not _imported(*words, cwd=tmp_path).intersection(spared)
