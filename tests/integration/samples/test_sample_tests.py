"""The rule tests at the top of the tree run over the rules there, as a user runs them: each rule has one."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from automailer.actions import ACTIONS
from automailer.cli import run_cli
from automailer.message import parse
from automailer.ruletests.expected import Action, Expectation, missing_fields
from automailer.ruletests.past import Past
from automailer.ruletests.planned import did
from automailer.sandbox import sample_mails
from automailer.shipped import shipped
from automailer.worker import Decider, assemble

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

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


def test_whatever_is_planned_can_be_expected_as_it_is_shown(tmp_path: Path) -> None:
    for name in ("rules", "templates"):
        shutil.copytree(shipped(name), tmp_path / name)
    rules = ", ".join(f"rules/{file.name}" for file in sorted((tmp_path / "rules").glob("*.yaml")))
    (tmp_path / "automailer.yaml").write_text(SETTINGS.replace("RULES", rules), encoding="utf-8")
    assembly = assemble(tmp_path / "automailer.yaml")
    decider = Decider(assembly, "ops", loop_id="", replies=Past())
    entry: TypeAdapter[Expectation] = TypeAdapter(Action)
    seen = set()
    for mail in sample_mails():
        for one in decider.decide(parse(mail.octets), uidl="", now=NOW).planned:
            found = did(one)
            fields = {name: value for name, value in found.fields.items() if name != "action"}
            if ACTIONS[one.action].always_short:
                fields = fields["values"]
            expected = entry.validate_python({one.action: fields})
            assert missing_fields(expected, found.fields, assembly.lists) == []
            seen.add(one.action)
    assert seen >= {
        "forward",
        "redirect",
        "reply",
        "send",
        "save_attachments",
        "tag",
        "set",
        "delete",
        "keep",
    }
