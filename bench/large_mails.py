"""Large mails that a rule about their sender deletes: what each program downloads for that, and how long it takes."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.clients import PASSWORD, USER
from bench.delay import DelayProxy
from bench.measure import TIME, Measurement, run
from tests.acceptance.servers import Dovecot, DovecotUser, missing
from tests.certificate import self_signed

_RESULTS = Path(__file__).parent / "large_mails.md"
_MAILS = 200
_OCTETS = 2_000_000
_SETTINGS = """
state: state/
mailboxes:
  bench:
    {{host: 127.0.0.1, port: {port}, tls: none, username: {user}, password: {password}, poll: 1h, rules: rules.yaml}}
"""
_RULES = 'rules: [{name: noise, when: {from: "noise@*"}, then: [delete]}]'
_FDM = """
set default-user "root"
set lock-file "{folder}/lock"
account "bench" pop3 server "127.0.0.1" port {port} user "{user}" pass "{password}"
match "^From:.*noise@" in headers action drop
match all action keep
action "keep" keep
"""
_HEAD = """# Delete by header: {mails} mails of 2 MB

A private Dovecot (maildir, no TLS) and a rule that deletes all mail of one sender. Octets are what the server sent,
counted by a proxy between the two; start-up is included. `python -m bench.large_mails`

| | octets received | seconds | largest process |
| --- | --- | --- | --- |
"""


def main() -> int:
    """Measure, print, write; 2 when a program is missing."""
    if reason := missing("dovecot", "openssl", "fdm") or (
        "" if Path(TIME).exists() else "not installed: time"
    ):
        print(reason, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="automailer-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Dovecot(folder / "dovecot", self_signed(folder)) as server:
            user = server.add_user(USER, PASSWORD)
            rows = [_row(server, user, folder, *program) for program in _PROGRAMS]
    text = _HEAD.format(mails=_MAILS) + "".join(rows)
    print(text)
    _RESULTS.write_text(text, "utf-8")
    return 0


def _row(
    server: Dovecot, user: DovecotUser, folder: Path, name: str, prepare: Callable[[Path, int], list[str]]
) -> str:
    for number in range(_MAILS):
        user.deliver(_mail(number))
    with (
        tempfile.TemporaryDirectory(dir=folder) as own,
        DelayProxy(server.port, round_trip_ms=0) as proxy,
    ):
        measured: Measurement = run(prepare(Path(own), proxy.port))
        received = proxy.received
    if left := len(user.mails()):
        message = f"{name} left {left} mails"
        raise RuntimeError(message)
    return f"| {name} | {received:,} | {measured.wall:.2f} | {measured.peak_kb // 1000} MB |\n"


def _automailer(folder: Path, port: int) -> list[str]:
    settings = folder / "automailer.yaml"
    settings.write_text(_SETTINGS.format(port=port, user=USER, password=PASSWORD))
    settings.chmod(0o600)
    (folder / "rules.yaml").write_text(_RULES)
    return [sys.executable, "-m", "automailer", "--config", str(settings), "poll", "--json"]


def _fdm(folder: Path, port: int) -> list[str]:
    folder.chmod(0o777)
    path = folder / "configuration"
    path.write_text(_FDM.format(port=port, user=USER, password=PASSWORD, folder=folder))
    os.chmod(path, 0o600)
    return ["fdm", "-q", "-f", str(path), "fetch"]


_PROGRAMS = (("automailer", _automailer), ("fdm", _fdm))


def _mail(number: int) -> bytes:
    head = (
        f"From: noise@example.org\r\nTo: ops@example.org\r\nSubject: dump {number}\r\n"
        f"Message-ID: <{number}.large@example.org>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0100\r\n\r\n"
    )
    line = b"%076d\r\n" % number
    return head.encode() + line * (_OCTETS // len(line))


if __name__ == "__main__":
    sys.exit(main())
