"""docs/testing-rules.md shows what `automailer test` prints, places and counts aside."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from automailer.cli import run_cli

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "testing-rules.md").read_text(encoding="utf-8")

_NUMBERS = re.compile(r"\d+")


def fenced(kind: str) -> str:
    """The first block of this kind."""
    found = re.search(rf"^```{kind}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_the_page_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["automailer", "init"])
    run_cli()
    capsys.readouterr()
    rules = tmp_path / "rules" / "ops.yaml"
    text = rules.read_text(encoding="utf-8")
    assert '"{{ match.host }}: {{ match.what }}"' in text
    rules.write_text(
        text.replace('"{{ match.host }}: {{ match.what }}"', '"{{ match.host }} is down"'), "utf-8"
    )
    shutil.copytree(tmp_path / "rules" / "tests" / "messages", tmp_path / "tests" / "messages")
    (tmp_path / "tests" / "alerts.yaml").write_text(fenced("yaml tests"), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["automailer", "test", "tests/alerts.yaml"])
    assert run_cli() == 1
    printed = iter(_NUMBERS.sub("0", capsys.readouterr().out).splitlines())
    shown = _NUMBERS.sub("0", fenced("text")).splitlines()
    missing = [line for line in shown if line.strip() != "…" and line not in printed]  # in this order
    assert missing == []
