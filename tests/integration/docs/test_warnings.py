"""docs/commands.md shows what `automailer check` says of an unwise rules file."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from automailer.cli import run_cli

PAGE = Path(__file__).resolve().parents[3] / "docs" / "commands.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("### Warnings\n")[2].partition("\n## ")[0]
SETTINGS = """
mailboxes:
  ops: {host: pop.example.com, username: ops, password: {env: OPS}, poll: 60s, rules: rules/reports.yaml}
smtp: {default: {host: smtp.example.com, from: ops@example.com}}
"""


def fenced(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_the_page_shows_what_check_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("rules", "templates"):
        (tmp_path / name).mkdir()
    (tmp_path / "automailer.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "rules" / "reports.yaml").write_text(fenced("yaml rules"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPS", "x")
    monkeypatch.setattr(sys, "argv", ["automailer", "-c", "automailer.yaml", "check"])
    assert run_cli() == 0
    assert capsys.readouterr().out == fenced("text")
