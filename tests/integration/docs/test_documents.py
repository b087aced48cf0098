"""The JSON documents of docs/commands.md have the keys that the commands print."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automailer.cli import run_cli
from automailer.sandbox import sample_mails
from automailer.worker.demo import demo
from automailer.worker.log import configure_log
from docs.commands import every_command

PAGE = Path(__file__).resolve().parents[3] / "docs" / "commands.md"
MORE = "…"
"""A key that says: others may stand here, too."""

_DOCUMENT = re.compile(r"<!-- document: (?P<name>[^>]+) -->\n```json\n(?P<text>.*?)```", re.DOTALL)

SHOWN = {found["name"]: json.loads(found["text"]) for found in _DOCUMENT.finditer(PAGE.read_text("utf-8"))}
ARGUMENTS = {
    "check": ["--connect"],
    "inspect": ["mail.eml"],
    "explain": ["mail.eml"],
    "replay": ["ops", "--all"],
    "mailbox show": ["ops"],
    "mailbox top": ["ops", "1"],
    "mailbox doctor": ["ops"],
    "smtp doctor": ["default"],
    "messages show": ["1"],
    "outbox show": ["1"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo after its first poll, its servers still up; new mail waits."""
    configure_log(level="error")
    with demo(tmp_path_factory.mktemp("documents") / "demo") as running:
        running.poll()
        mails = sample_mails()
        for mail in mails:
            running.pop3.maildrop("ops@example.com").deliver(mail.octets)
        [invoice] = [mail for mail in mails if b"invoice-4711.pdf" in mail.octets]
        (running.folder / "mail.eml").write_bytes(invoice.octets)
        yield running.folder


def has_json(command: Any) -> bool:
    return any("--json" in option.opts for option in command.params)


def test_every_command_with_a_document_shows_it() -> None:
    assert set(SHOWN) == {name for name, command in every_command().items() if has_json(command)}


@pytest.mark.parametrize("name", SHOWN)
def test_a_document_has_the_keys_that_are_shown(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["automailer", *name.split(), *ARGUMENTS.get(name, ()), "--json"])
    run_cli()
    assert differences(SHOWN[name], json.loads(capsys.readouterr().out)) == []


def test_problems_have_the_keys_that_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "automailer.yaml").write_text("mailboxes: {ops: {prot: 1}}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["automailer", "check", "--json"])
    run_cli()
    shown, real = SHOWN["check"]["errors"], json.loads(capsys.readouterr().out)["errors"]
    assert real
    assert differences(shown, real) == []


def differences(shown: Any, real: Any, where: str = "") -> list[str]:
    """Keys that only one of them has; of lists, every real entry against the one that is shown."""
    if isinstance(shown, list) and isinstance(real, list):
        return [one for entry in real if shown for one in differences(shown[0], entry, f"{where}[]")]
    if not isinstance(shown, dict) or not isinstance(real, dict) or not shown:
        return []
    unsaid = set() if MORE in shown else set(real) - set(shown)
    missing = set(shown) - set(real) - {MORE}
    found = [f"{where}.{key}: not shown" for key in unsaid]
    found += [f"{where}.{key}: not there" for key in missing]
    both = sorted(set(shown) & set(real))
    return found + [one for key in both for one in differences(shown[key], real[key], f"{where}.{key}")]
