"""The rule tests at the top of the tree run over the rules there, as a user runs them: each rule has one."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from automailer.cli import run_cli
from automailer.shipped import shipped

SETTINGS = """
lists: {oncall: [oncall@example.org]}
mailboxes:
  ops:
    host: pop.example.com
    username: ops@example.com
    password: {env: NOT_THERE}
    poll: 60s
    rules: [RULES]
smtp:
  default: {host: smtp.example.com, from: "Ops Desk <ops@example.com>"}
"""


def test_they_pass_and_leave_nothing_uncovered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("rules", "templates"):
        shutil.copytree(shipped(name), tmp_path / name)
    rules = ", ".join(f"rules/{file.name}" for file in sorted((tmp_path / "rules").glob("*.yaml")))
    (tmp_path / "automailer.yaml").write_text(SETTINGS.replace("RULES", rules), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["automailer", "test", "--json"])
    assert run_cli() == 0, capsys.readouterr()
    document = json.loads(capsys.readouterr().out)
    assert [test["name"] for test in document["tests"] if test["differences"]] == []
    for gaps in ("never_matched", "never_failed", "never_planned"):
        assert document["coverage"][gaps] == []
