"""Servers that others can listen to, files that they can read or change: what `check` warns of in the settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cautions.build import warned

Write = Callable[[str], Path]

MAILBOX = "host: pop.example.com, username: ops, password: {env: OPS}, poll: 60s, rules: []"
SMALL = f"mailboxes:\n  ops: {{{MAILBOX}}}\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a settings file that nobody else can read."""

    def writer(text: str) -> Path:
        file = tmp_path / "automailer.yaml"
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
        (tmp_path / "templates").mkdir(exist_ok=True)
        return file

    return writer


def said(file: Path) -> list[str]:
    return [f"{problem.path}: {problem.message}" for problem in warned(file)]


def test_careful_settings_are_not_warned_of(write: Write) -> None:
    assert said(write(SMALL)) == []


@pytest.mark.parametrize(
    ("addition", "path"),
    [
        (", tls_verify: false", "mailboxes.ops.tls_verify"),
        (", tls: none", "mailboxes.ops.tls"),
        (", oauth: {provider: google}", "mailboxes.ops.oauth"),
    ],
)
def test_an_unwise_connection_is_warned_of(write: Write, addition: str, path: str) -> None:
    [warning] = said(write(SMALL.replace("60s", f"60s{addition}")))
    assert warning.startswith(f"{path}: ")


@pytest.mark.parametrize(
    "addition", [f", tls_verify: false, fingerprint: {'ab' * 32}", ", tls: none, host: 127.0.0.1"]
)
def test_a_pinned_certificate_and_this_machine_itself_are_not_warned_of(write: Write, addition: str) -> None:
    text = SMALL.replace("host: pop.example.com, ", "") if "host" in addition else SMALL
    assert said(write(text.replace("60s", f"60s{addition}"))) == []


def test_secrets_that_everyone_can_read_are_warned_of(write: Write, tmp_path: Path) -> None:
    relay = "smtp: {default: {host: h, from: a@b, username: u, password: {file: pw}}}\n"
    file = write(SMALL.replace("{env: OPS}", "hunter2") + relay)
    (tmp_path / "pw").write_text("x")
    (tmp_path / "pw").chmod(0o600)
    assert said(file) == []
    file.chmod(0o644)
    (tmp_path / "pw").chmod(0o644)
    plain, kept = said(file)
    assert plain.startswith("mailboxes.ops.password: stands in a file that every user")
    assert kept.startswith(f"smtp.default.password: {tmp_path / 'pw'} can be read by every user")


def test_a_state_folder_that_everyone_can_write_to_is_warned_of(write: Write, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    file = write(f"{SMALL}state: state/\n")
    state.chmod(0o777)
    assert said(file) == ["state: every user of this machine can put files into it, links too: chmod o-w"]
    state.chmod(0o701)
    assert said(file) == ["state: every user of this machine can look into it, where mail lies: chmod o-rx"]
    state.chmod(0o700)
    assert said(file) == []


def test_what_this_version_does_not_run_is_warned_of(write: Write) -> None:
    later = """\
web: {listen: "127.0.0.1:8025"}
operators: {notify: [{env: X}]}
reports: {daily: {to: a@example.com, template: daily}}
expect: {backup: {mailbox: ops, every: 1d}}
"""
    text = SMALL + later
    paths = [problem.path for problem in warned(write(text))]
    assert paths == ["operators", "web", "reports", "expect"]


OPEN = """
mailboxes:
  ops: {host: pop.example.com, username: ops, password: {env: OPS}, poll: 60s, rules: rules.yaml}
lists: {people: {file: people.txt}}
"""
RULES = """
include: more.yaml
rules:
  - name: ask a program
    when: {command: {run: [./spam]}}
    then: [tag: spam]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Settings and everything that they name, which nobody else can change."""
    (tmp_path / "templates").mkdir()
    files = {
        "automailer.yaml": OPEN,
        "rules.yaml": RULES,
        "more.yaml": "rules: []",
        "people.txt": "a@example.com",
    }
    for name, text in {**files, "templates/ack.txt.j2": "hello", "spam": "#!/bin/sh\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o744)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("automailer.yaml", ""),
        ("rules.yaml", "mailboxes.ops.rules"),
        ("more.yaml", "include"),
        ("people.txt", "lists.people.file"),
        ("templates/ack.txt.j2", "templates"),
        ("spam", "rules[0].when.command"),
    ],
)
def test_a_file_that_everyone_can_change_is_warned_of(
    name: str, path: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert said(folder / "automailer.yaml") == []
    (folder / name).chmod(0o746)
    [warning] = said(folder / "automailer.yaml")
    assert warning.startswith(f"{path}: ")
    assert warning.endswith(f"{name} can be changed by every user of this machine: chmod o-w")


def test_a_file_in_a_folder_that_everyone_can_change_is_warned_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "templates").chmod(0o777)
    assert said(folder / "automailer.yaml") == [
        "templates: templates can be changed by every user of this machine: chmod o-w"
    ]
    (folder / "templates").chmod(0o1777)  # as /tmp: what is in it belongs to its owners
    assert said(folder / "automailer.yaml") == []


def test_a_key_that_everyone_can_read_is_warned_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for name, mode in (("cert.pem", 0o644), ("key.pem", 0o644)):
        (folder / name).touch()
        (folder / name).chmod(mode)
    text = OPEN.replace("poll:", "client_cert: cert.pem, client_key: key.pem, poll:")
    (folder / "automailer.yaml").write_text(text, encoding="utf-8")
    [warning] = said(folder / "automailer.yaml")
    assert warning.startswith("mailboxes.ops.client_key: ")
