"""What is never downloaded, counted in octets on the wire between the program and Dovecot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from automailer.journal import open_journal, queries
from bench.delay import DelayProxy
from tests.acceptance.program import Program
from tests.acceptance.servers import Dovecot, DovecotUser

HEADER_OCTETS = 400
"""More than the header of a `letter` and all answers around it."""
BODY = b"".join(b"%04d %s\r\n" % (number % 10_000, b"filling " * 8) for number in range(28_200))


def letter(number: int, sender: str, *, text: bytes = b"") -> bytes:
    """A mail of 2 MB with an attachment."""
    return (
        b"Received: from a by b; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
        b"From: %s\r\nTo: ops@example.com\r\nSubject: large %d\r\n"
        % (sender.encode(), number)
        + b"Message-ID: <large-%d@example.net>\r\nDate: Mon, 23 Nov 2026 08:59:59 +0000\r\n" % number
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + b"--b\r\nContent-Type: text/plain\r\n\r\n%s\r\n" % text
        + b'--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="%d.csv"\r\n\r\n'
        % number
        + BODY
        + b"--b--\r\n"
    )


SIZE = len(letter(0, "a@example.org"))


@pytest.fixture
def user(dovecot: Dovecot) -> Iterator[DovecotUser]:
    """An account whose mail is gone from the disk afterwards."""
    user = dovecot.add_user()
    yield user
    for path in user.maildir.rglob("*.localhost*"):
        path.unlink()


def program(folder: Path, user: DovecotUser, proxy: DelayProxy, rules: str) -> Program:
    found = Program(folder=folder)
    found.write("rules.yaml", rules)
    mailbox = {
        "host": proxy.host,
        "port": proxy.port,
        "tls": "none",
        "username": user.name,
        "password": user.password,
        "poll": "60s",
        "rules": "rules.yaml",
    }
    found.settings({"state": "state/", "mailboxes": {"ops": mailbox}})
    return found


def fetched(folder: Path) -> list[str]:
    """How much of each message was fetched, as the journal has it."""
    state = folder / "state"
    with (
        open_journal(
            f"sqlite:///{state / 'automailer.db'}", state, clock=lambda: datetime.now(UTC)
        ) as journal,
        journal.reading() as connection,
    ):
        numbers = sorted(one.id for one in queries.messages(connection))
        details = [queries.message_detail(connection, number) for number in numbers]
    return [detail.trace.get("fetched", "message") for detail in details if detail is not None]


@pytest.mark.parametrize("round_trip_ms", [0, 40], ids=["loopback", "40 ms away"])
def test_200_messages_of_2_mb_that_a_header_rule_deletes_are_never_downloaded(
    tmp_path: Path, dovecot: Dovecot, user: DovecotUser, round_trip_ms: int
) -> None:
    for number in range(200):
        user.deliver(letter(number, "noise@example.org"))
    rules = 'rules: [{name: noise, when: {from: "noise@*"}, then: [delete]}]'
    with DelayProxy(dovecot.port, round_trip_ms=round_trip_ms) as proxy:
        automailer = program(tmp_path, user, proxy, rules)
        ran = automailer.poll()
    assert ran["mailboxes"][0]["deleted"] == 200
    assert user.mails() == []
    assert fetched(tmp_path) == ["headers"] * 200
    assert "octets, only the header was fetched" in automailer.run("messages", "show", "1").out
    assert proxy.received < 200 * HEADER_OCTETS
    assert proxy.pieces < 40  # commands are sent ahead: a round trip for each would be 400


def test_of_200_messages_only_the_50_are_downloaded_whose_attachments_are_saved(
    tmp_path: Path, dovecot: Dovecot, user: DovecotUser
) -> None:
    rules = """
    rules:
      - {name: noise, when: {from: "noise@*"}, then: [delete], stop: true}
      - {name: files, when: {subject: large}, then: [{save_attachments: {to: files}}, delete]}
    """
    for number in range(200):
        user.deliver(letter(number, "noise@example.org" if number % 4 else "sales@example.org"))
    with DelayProxy(dovecot.port, round_trip_ms=0) as proxy:
        ran = program(tmp_path, user, proxy, rules).poll()
    assert ran["mailboxes"][0]["deleted"] == 200
    assert 50 * SIZE < proxy.received < 50 * SIZE + 200 * HEADER_OCTETS
    assert fetched(tmp_path) == ["message", "headers", "headers", "headers"] * 50
    files = sorted((tmp_path / "files").iterdir())
    assert [path.name for path in files] == sorted(f"{number}.csv" for number in range(0, 200, 4))
    assert all(path.read_bytes() == BODY.removesuffix(b"\r\n") for path in files)


def test_a_rule_about_the_body_has_everything_downloaded(
    tmp_path: Path, dovecot: Dovecot, user: DovecotUser
) -> None:
    for number in range(20):
        user.deliver(letter(number, "ann@example.org", text=b"needle" if number % 2 else b"hay"))
    rules = "rules: [{name: needle, when: {body: needle}, then: [delete]}]"
    with DelayProxy(dovecot.port, round_trip_ms=0) as proxy:
        program(tmp_path, user, proxy, rules).poll()
    assert 20 * SIZE < proxy.received < 20 * (SIZE + 2 * HEADER_OCTETS)
    assert user.mails() == [letter(number, "ann@example.org", text=b"hay") for number in range(0, 20, 2)]
