"""The whole program with its state in PostgreSQL: the demo's mail, two polls, nothing twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from automailer.sandbox import Pop3Server, SmtpSink, sample_mails
from automailer.shipped import shipped
from tests.postgres import new_database

SETTINGS = """\
state: state/
database: {url}
templates: {templates}
lists: {{oncall: [oncall@example.org]}}
mailboxes:
  ops:
    {{host: 127.0.0.1, port: {pop3}, tls: none, username: ops@example.com, password: sandbox, poll: 60s,
     rules: ["{rules}/common.yaml", "{rules}/ops.yaml"]}}
smtp:
  default: {{host: 127.0.0.1, port: {smtp}, tls: none, from: ops@example.com}}
"""


def automailer(folder: Path, *words: str, status: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "automailer", "-c", folder / "automailer.yaml", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout) if "--json" in words else done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path, postgres_server: str) -> Path:
    return tmp_path


def test_a_poll_on_postgresql_does_everything_once(folder: Path, postgres_server: str) -> None:
    with Pop3Server({"ops@example.com": "sandbox"}) as pop3, SmtpSink() as smtp:
        for mail in sample_mails():
            pop3.maildrop("ops@example.com").deliver(mail.octets)
        text = SETTINGS.format(
            url=new_database(postgres_server, "whole"),
            templates=shipped("templates"),
            rules=shipped("rules"),
            pop3=pop3.port,
            smtp=smtp.port,
        )
        (folder / "automailer.yaml").write_text(text, encoding="utf-8")
        assert "db upgrade" in automailer(folder, "poll", status=1)
        automailer(folder, "db", "upgrade")
        first, second = (automailer(folder, "poll", "--json") for _ in range(2))
        assert first["mailboxes"][0]["processed"] == len(sample_mails())
        assert first["outbox"] == {"sent": len(smtp.received), "queued": 0, "failed": 0, "error": None}
        assert second["mailboxes"][0]["new"] == 0
        assert second["outbox"]["sent"] == 0
        states = {one["state"] for one in automailer(folder, "messages", "list", "--json")}
        assert states == {"done"}
