"""The servers that the acceptance tests stand on do what they promise."""

from __future__ import annotations

import poplib
import smtplib
import ssl

import pytest

from tests.acceptance.servers import Dovecot, Postfix

MAIL = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: hello\r\n\r\nbody\r\n.\r\n"


def test_dovecot_serves_mail_behind_stls(dovecot: Dovecot) -> None:
    user = dovecot.add_user()
    user.deliver(MAIL)
    client = poplib.POP3(dovecot.host, dovecot.port, timeout=20)
    capabilities = client.capa()
    assert {"STLS", "PIPELINING", "UIDL", "TOP"} <= capabilities.keys()
    assert {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"} <= set(capabilities["SASL"])
    client.stls(ssl.create_default_context(cafile=dovecot.certificate))
    client.user(user.name)
    client.pass_(user.password)
    assert b"\r\n".join(client.retr(1)[1]) + b"\r\n" == MAIL
    client.dele(1)
    client.quit()
    assert user.mails() == []


def test_dovecot_serves_mail_over_tls_in_the_order_of_delivery(dovecot: Dovecot) -> None:
    user = dovecot.add_user()
    for number in range(12):
        user.deliver(b"Subject: %d\r\n\r\n" % number)
    trust = ssl.create_default_context(cafile=dovecot.certificate)
    client = poplib.POP3_SSL(dovecot.host, dovecot.tls_port, timeout=20, context=trust)
    client.user(user.name)
    client.pass_(user.password)
    assert [client.top(number, 0)[1][0] for number in range(1, 13)] == [b"Subject: %d" % n for n in range(12)]
    client.quit()
    assert len(user.mails()) == 12


def test_dovecot_takes_apop(dovecot: Dovecot) -> None:
    user = dovecot.add_user(password="päss wörd")
    client = poplib.POP3(dovecot.host, dovecot.port, timeout=20)
    assert client.apop(user.name, user.password).startswith(b"+OK")
    client.quit()


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
def test_postfix_delivers_what_a_user_submits_over_tls(
    postfix: Postfix, dovecot: Dovecot, implicit: bool
) -> None:
    user = dovecot.add_user()
    trust = ssl.create_default_context(cafile=postfix.certificate)
    client: smtplib.SMTP
    if implicit:
        client = smtplib.SMTP_SSL(postfix.host, postfix.tls_port, timeout=20, context=trust)
    else:
        client = smtplib.SMTP(postfix.host, postfix.port, timeout=20)
        client.starttls(context=trust)
    with client:
        client.login(user.name, user.password)
        client.sendmail("a@example.com", ["b@example.org", "c@example.net"], MAIL)
    mails = postfix.wait_for(2)
    assert {mail.recipient for mail in mails} == {"b@example.org", "c@example.net"}
    assert all(mail.sender == "a@example.com" and b"Subject: hello" in mail.octets for mail in mails)


def test_postfix_wants_tls_and_a_login(postfix: Postfix) -> None:
    with smtplib.SMTP(postfix.host, postfix.port, timeout=20) as client:
        client.ehlo()
        assert not client.has_extn("auth")
        assert client.mail("a@example.com")[0] == 530
        client.starttls(context=ssl.create_default_context(cafile=postfix.certificate))
        client.ehlo()
        assert client.has_extn("auth")
        client.mail("a@example.com")
        assert client.rcpt("b@example.org")[0] == 554


def test_postfix_fails_by_recipient_and_by_subject(postfix: Postfix) -> None:
    with smtplib.SMTP(postfix.host, postfix.plain_port, timeout=20) as client:
        recipients = ["temp@example.org", "full@example.org", "perm@example.org", "ok@example.org"]
        refused = client.sendmail("a@example.com", recipients, MAIL)
        assert [refused[address][0] for address in recipients[:3]] == [450, 452, 550]
        with pytest.raises(smtplib.SMTPDataError, match="content refused"):
            client.sendmail("a@example.com", ["ok@example.org"], b"Subject: REJECTME\r\n\r\n")
    assert [mail.recipient for mail in postfix.wait_for(1)] == ["ok@example.org"]


def test_postfix_goes_down_and_comes_back_on_its_ports(postfix: Postfix) -> None:
    postfix.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(postfix.host, postfix.plain_port, timeout=20)
    postfix.start()
    with smtplib.SMTP(postfix.host, postfix.plain_port, timeout=20) as client:
        client.sendmail("a@example.com", ["ok@example.org"], MAIL)
    assert len(postfix.wait_for(1)) == 1
