"""What `mailbox doctor` tells of servers that are well and of servers that are not."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from automailer.mailbox import Finding, Verdict, doctor
from tests.integration.certificates import Forge
from tests.integration.mailbox.scripted import Script, ScriptedServer, Step, login, mailbox

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUIT: Step = (b"QUIT", b"+OK\r\n")


def verdicts(findings: list[Finding]) -> dict[str, Verdict]:
    return {finding.name: finding.verdict for finding in findings}


def texts(findings: list[Finding]) -> dict[str, str]:
    return {finding.name: finding.text for finding in findings}


def examined(capabilities: bytes = b"", *, header: bytes = b"Subject: x\r\n\r\n") -> Script:
    return [
        *login(capabilities),
        (b"STAT", b"+OK 2 20\r\n"),
        (b"UIDL", b"+OK\r\n1 same\r\n2 same\r\n.\r\n"),
        (b"LIST", b"+OK\r\n1 10\r\n2 10\r\n.\r\n"),
        (b"TOP 2 0", b"+OK\r\n" + header + b".\r\n"),
        QUIT,
    ]


def test_everything_that_can_be_learnt_is_told_and_nothing_fails() -> None:
    with ScriptedServer([examined()]) as server:
        found = doctor(mailbox(server), now=lambda: NOW)
    assert texts(found)["greeting"] == "ready"
    assert texts(found)["login"] == "me by USER"
    assert texts(found)["stat"] == "2 messages, 20 octets"
    assert verdicts(found)["tls"] is Verdict.WARNING
    assert verdicts(found)["pipelining"] is Verdict.NOTE
    assert verdicts(found)["uidl"] is Verdict.NOTE
    assert Verdict.FAILED not in verdicts(found).values()


@pytest.mark.parametrize(
    ("received", "verdict"),
    [
        (b"Mon, 23 Nov 2026 09:59:00 +0000", Verdict.GOOD),
        (b"Mon, 23 Nov 2026 13:59:00 +0400", Verdict.GOOD),
        (b"Mon, 23 Nov 2026 12:00:00 +0000", Verdict.WARNING),
        (b"no date at all", Verdict.NOTE),
    ],
)
def test_a_clock_that_runs_ahead_shows_in_the_last_message(received: bytes, verdict: Verdict) -> None:
    header = (
        b"Received: from a by b\r\n\twith SMTP; " + received + b"\r\nReceived: x; y\r\nSubject: x\r\n\r\n"
    )
    with ScriptedServer([examined(header=header)]) as server:
        assert verdicts(doctor(mailbox(server), now=lambda: NOW))["clock"] is verdict


def test_case_5_2_15_a_server_that_takes_what_was_fetched_is_told_of() -> None:
    with ScriptedServer([examined(b"EXPIRE 0\r\n")]) as server:
        assert verdicts(doctor(mailbox(server), now=lambda: NOW))["expire"] is Verdict.NOTE


def test_a_step_that_fails_is_the_last_finding() -> None:
    script: Script = [*login()[:-2], (b"PASS secret", b"-ERR [AUTH] no\r\n")]
    with ScriptedServer([script]) as server:
        found = doctor(mailbox(server))
    assert found[-1].verdict is Verdict.FAILED
    assert "login refused" in found[-1].text
    assert texts(found)["greeting"] == "ready"


def test_a_server_that_is_not_there_is_one_finding() -> None:
    with ScriptedServer([]) as server:
        settings = mailbox(server)
    assert [finding.verdict for finding in doctor(settings)] == [Verdict.FAILED]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")
@pytest.mark.parametrize(
    ("trust", "told", "days", "verdict"),
    [
        ("ca_file", "commonName=localhost", 60, Verdict.GOOD),
        ("ca_file", "commonName=localhost", 3, Verdict.WARNING),
        ("fingerprint", "pinned", 60, Verdict.GOOD),
        ("fingerprint", "pinned", 3, Verdict.WARNING),
        ("fingerprint", "pinned", -1, Verdict.WARNING),
        ("tls_verify", "not checked", 60, Verdict.WARNING),
    ],
)
def test_a_certificate_is_told_with_its_end_and_fingerprint(
    tmp_path: Path, trust: str, told: str, days: int, verdict: Verdict
) -> None:
    certificate = Forge(tmp_path).make("localhost", days=days)
    value = {"ca_file": certificate.cert, "fingerprint": certificate.fingerprint, "tls_verify": False}[trust]
    now = datetime.now(UTC)
    with ScriptedServer([examined()], tls=certificate.server_context(), implicit=True) as server:
        found = doctor(mailbox(server, tls="implicit", **{trust: value}), now=lambda: now)
    text = texts(found)["certificate"]
    assert text.startswith(told)
    assert f"until {now + timedelta(days=days):%Y-%m-%d}" in text
    assert certificate.fingerprint in text
    assert verdicts(found)["certificate"] is verdict
    assert texts(found)["tls"].startswith("TLSv1.")
