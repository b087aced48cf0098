"""The programs that are compared: each takes a whole mailbox into a fresh folder and leaves it there."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

USER = "bench"
PASSWORD = "secret"

_MPOP = """
account bench
host 127.0.0.1
port {port}
user {user}
password {password}
auth user
tls off
keep on
received_header off
uidls_file {folder}/uidls
delivery maildir {folder}/maildir
"""
_FDM = """
set default-user "root"
set lock-file "{folder}/lock"
account "bench" pop3 server "127.0.0.1" port {port} user "{user}" pass "{password}"
  new-only cache "{folder}/cache" keep
action "in" maildir "{folder}/maildir"
match all action "in"
"""
_SETTINGS = """
state: state/
mailboxes:
  bench:
    host: 127.0.0.1
    port: {port}
    tls: none
    username: {user}
    password: {password}
    poll: 60s
    rules: [rules.yaml]
"""
_RULES = r"""
rules:
  - {name: critical, when: {subject: '/^\[CRIT\] (?P<host>\S+) (?P<what>.+)/'}, then: [tag: critical]}
  - {name: warning, when: {subject: '/^\[WARN(ING)?\] (?P<host>\S+)/'}, then: [tag: warning]}
  - {name: invoice, when: {subject: [invoice, order]}, then: [tag: invoice]}
  - {name: board, when: {from: "*@board.example.com"}, then: [tag: board]}
  - {name: newsletter, when: {kind: list}, then: [tag: newsletter]}
  - {name: answers, when: {kind: auto_reply}, then: [tag: auto-reply]}
  - {name: large, when: {size: ">5MB"}, then: [tag: large]}
  - {name: ticket, when: {header: {X-Ticket: '/^[A-Z]+-\d+$/'}}, then: [tag: ticket]}
  - {name: files, when: {has_attachment: true}, then: [tag: files]}
  - {name: backup, when: {body: '/backup (failed|finished) at \d\d:\d\d/'}, then: [tag: backup]}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One program: `prepare` writes its configuration and gives its command, `fetched` counts the mails."""

    name: str
    does: str
    prepare: Callable[[Path, int], list[str]]
    fetched: Callable[[Path, str], int]


def clients() -> tuple[Client, ...]:
    """Automailer first; the others are measured against it."""
    return (
        Client(name="automailer", does="10 rules, journal", prepare=_automailer, fetched=_processed),
        Client(name="fdm", does="maildir", prepare=_fdm, fetched=_delivered),
        Client(name="mpop", does="maildir", prepare=_mpop, fetched=_delivered),
    )


def _automailer(folder: Path, port: int) -> list[str]:
    settings = folder / "automailer.yaml"
    settings.write_text(_SETTINGS.format(port=port, user=USER, password=PASSWORD))
    settings.chmod(0o600)
    (folder / "rules.yaml").write_text(_RULES)
    return [sys.executable, "-m", "automailer", "--config", str(settings), "poll", "--json"]


def _processed(_: Path, stdout: str) -> int:
    mailboxes: list[dict[str, int]] = json.loads(stdout)["mailboxes"]
    return sum(mailbox["processed"] for mailbox in mailboxes)


def _mpop(folder: Path, port: int) -> list[str]:
    return ["mpop", "--quiet", f"--file={_configure(_MPOP, folder, port)}", "bench"]


def _fdm(folder: Path, port: int) -> list[str]:
    return ["fdm", "-q", "-f", str(_configure(_FDM, folder, port)), "fetch"]


def _configure(template: str, folder: Path, port: int) -> Path:
    folder.chmod(0o777)  # fdm keeps its cache as a user of its own when root starts it
    for part in ("", "tmp", "new", "cur"):
        (folder / "maildir" / part).mkdir(mode=0o700)
    path = folder / "configuration"
    path.write_text(template.format(port=port, user=USER, password=PASSWORD, folder=folder))
    os.chmod(path, 0o600)
    return path


def _delivered(folder: Path, _: str) -> int:
    return len(list((folder / "maildir" / "new").iterdir()))
