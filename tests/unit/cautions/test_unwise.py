"""One folder for each family of warnings in tests/config/unwise; beside it all that `check` says, and nothing else.

Each has rules, too, that come near to it and are let alone.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from automailer.worker.check import check

UNWISE = Path(__file__).parents[2] / "config" / "unwise"
FOLDERS = sorted(path.parent for path in UNWISE.glob("*/automailer.yaml"))

_PLACED = re.compile(r"\S+:\d+:\d+: \S")


def test_there_are_unwise_folders_to_try() -> None:
    assert len(FOLDERS) >= 10


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_all_that_is_unwise_is_told_and_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("OPS_PASSWORD", "x")
    found = check(Path("automailer.yaml"))
    assert found.errors == []
    said = "\n".join(map(str, found.warnings))
    assert said == (folder / "expected.txt").read_text(encoding="utf-8").rstrip("\n")
    assert all(_PLACED.match(str(problem)) for problem in found.warnings)
