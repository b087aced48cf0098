"""The POP3 client against a real Dovecot: every login over every transport, octets, UIDs, deleting, locks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automailer.errors import AuthError, ProtocolError
from automailer.mailbox import Refused, Verdict, doctor, open_mailbox
from automailer.settings import MailboxSettings
from tests.acceptance.servers import Dovecot
from tests.acceptance.servers.dovecot import DovecotUser

STRANGE = [
    b"Subject: header alone\r\n",
    b"\r\n.\r\n..\r\n.x\r\n",
    b"Subject: long\r\n\r\n" + b"x" * 100_000 + b"\r\n",
    b"Subject: injection (A03)\r\n\r\n" + b"x" * 2049 + b"+OK 1 4242\r\n+OK\r\nSubject: forged\r\n\r\n..\r\n",
    b"Subject: \xe4\xff\r\n\r\n8 bits \x80\xff\r\n",
    b"Subject: large\r\n\r\n" + b"0123456789abcdef\r\n" * 200_000,
]
"""Mail whose octets a server like this gives back as they are."""


def settings(server: Dovecot, user: DovecotUser, **more: Any) -> MailboxSettings:
    """A mailbox behind implicit TLS, checked against the server's own certificate."""
    tls = more.get("tls", "implicit")
    written: dict[str, Any] = {
        "host": server.host,
        "port": server.tls_port if tls == "implicit" else server.port,
        "tls": tls,
        "ca_file": server.certificate,
        "username": user.name,
        "password": user.password,
        "poll": "60s",
        "rules": [],
        "timeout": "20s",
    }
    return MailboxSettings.model_validate(written | more)


@pytest.fixture(scope="module")
def patient_dovecot(dovecot: Dovecot) -> Iterator[Dovecot]:
    """One that does not make an address wait ever longer after wrong passwords."""
    extra = "service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n"
    with tempfile.TemporaryDirectory(prefix="automailer-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Dovecot(folder, dovecot.certificate, extra=extra) as server:
            yield server


@pytest.mark.parametrize("tls", ["implicit", "starttls", "none"])
@pytest.mark.parametrize(
    ("auth", "login"),
    [
        ("auto", "SCRAM-SHA-256"),
        ("plain", "PLAIN"),
        ("login", "LOGIN"),
        ("cram-md5", "CRAM-MD5"),
        ("scram-sha-256", "SCRAM-SHA-256"),
        ("apop", "APOP"),
    ],
)
def test_every_login_works_over_every_transport(dovecot: Dovecot, tls: str, auth: str, login: str) -> None:
    user = dovecot.add_user(password="päss wörd")
    with open_mailbox(settings(dovecot, user, tls=tls, auth=auth)) as client:
        assert client.login == login
        assert client.stat().messages == 0
        assert client.listing() == ()


@pytest.mark.parametrize("auth", ["auto", "plain", "login", "cram-md5", "scram-sha-256", "apop"])
def test_a_wrong_password_is_told_as_one(patient_dovecot: Dovecot, auth: str) -> None:
    user = patient_dovecot.add_user()
    with pytest.raises(AuthError, match="login refused"):
        open_mailbox(settings(patient_dovecot, user, auth=auth, password="wrong"))


def test_a_certificate_that_nobody_vouches_for_is_refused(dovecot: Dovecot) -> None:
    user = dovecot.add_user()
    for tls in ("implicit", "starttls"):
        with pytest.raises(ProtocolError, match="certificate refused"):
            open_mailbox(settings(dovecot, user, tls=tls, ca_file=None))


def test_strange_mail_comes_as_it_lies_there_and_goes_when_it_is_deleted(dovecot: Dovecot) -> None:
    user = dovecot.add_user()
    for octets in STRANGE:
        user.deliver(octets)
    with open_mailbox(settings(dovecot, user)) as client:
        entries = client.listing()
        assert len({entry.uid for entry in entries}) == len(STRANGE)
        for number, found in client.retrieve(range(1, len(STRANGE) + 1), max_octets=10_000_000):
            assert not isinstance(found, Refused)
            with found:
                assert bytes(found.octets) == STRANGE[number - 1]
        assert client.delete([1, 3]) == {1, 3}
        assert isinstance(client.top(1, 0), Refused)
    assert len(user.mails()) == len(STRANGE) - 2


def test_without_quit_nothing_is_deleted(dovecot: Dovecot) -> None:
    user = dovecot.add_user()
    user.deliver(STRANGE[0])
    client = open_mailbox(settings(dovecot, user))
    assert client.delete([1]) == {1}
    client.close()
    assert user.mails() == [STRANGE[0]]


def test_headers_come_by_top_and_uids_stay_from_session_to_session(dovecot: Dovecot) -> None:
    user = dovecot.add_user()
    for number in range(250):
        user.deliver(b"Subject: %d\r\n\r\nbody\r\n" % number)
    with open_mailbox(settings(dovecot, user)) as client:
        first = client.listing()
        headers = dict(client.headers(entry.number for entry in first))
        client.delete([1, 2])
    assert headers == {number + 1: b"Subject: %d\r\n\r\n" % number for number in range(250)}
    with open_mailbox(settings(dovecot, user)) as client:
        assert [entry.uid for entry in client.listing()] == [entry.uid for entry in first[2:]]


def test_the_doctor_finds_nothing_wrong(dovecot: Dovecot) -> None:
    user = dovecot.add_user()
    user.deliver(STRANGE[0])
    found = {finding.name: finding for finding in doctor(settings(dovecot, user, tls="starttls"))}
    assert Verdict.FAILED not in {finding.verdict for finding in found.values()}
    assert {found[name].verdict for name in ("tls", "login", "uidl", "pipelining", "top")} == {Verdict.GOOD}
    assert "until" in found["certificate"].text
