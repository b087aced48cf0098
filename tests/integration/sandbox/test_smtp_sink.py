"""The sandbox's SMTP server, seen by the standard library's client."""

from __future__ import annotations

import smtplib

import pytest

from automailer.sandbox import ReceivedMail, SmtpFaults, SmtpSink

MAIL = b"Subject: hello\r\n\r\n.dots stay\r\n"


def test_an_accepted_mail_is_kept_with_its_envelope_and_octets() -> None:
    with SmtpSink() as sink, smtplib.SMTP(sink.host, sink.port, timeout=10) as client:
        client.sendmail("", ["a@example.org", "b@example.org"], MAIL)
        assert sink.received == (
            ReceivedMail(sender="", recipients=("a@example.org", "b@example.org"), octets=MAIL),
        )


def test_recipients_fail_by_their_local_part() -> None:
    with SmtpSink() as sink, smtplib.SMTP(sink.host, sink.port, timeout=10) as client:
        refused = client.sendmail(
            "me@example.org", ["temp@example.org", "ok@example.org", "perm@example.org"], MAIL
        )
        assert {address: code for address, (code, _) in refused.items()} == {
            "temp@example.org": 450,
            "perm@example.org": 550,
        }
        assert [mail.recipients for mail in sink.received] == [("ok@example.org",)]


def test_a_mail_can_be_refused_after_its_text() -> None:
    faults = SmtpFaults(data_reply="451 4.3.0 try again later")
    with SmtpSink(faults=faults) as sink, smtplib.SMTP(sink.host, sink.port, timeout=10) as client:
        with pytest.raises(smtplib.SMTPDataError, match="try again later"):
            client.sendmail("me@example.org", ["ok@example.org"], MAIL)
        assert sink.received == ()
        sink.faults = SmtpFaults()
        client.sendmail("me@example.org", ["ok@example.org"], MAIL)
        assert len(sink.received) == 1


def test_a_stopped_server_refuses_connections_and_comes_back_on_its_port() -> None:
    with SmtpSink() as sink:
        port = sink.port
        client = smtplib.SMTP(sink.host, port, timeout=10)
        sink.stop()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()
        client.close()
        with pytest.raises(ConnectionRefusedError):
            smtplib.SMTP(sink.host, port, timeout=10)
        sink.start()
        assert sink.port == port
        with smtplib.SMTP(sink.host, port, timeout=10) as again:
            again.sendmail("me@example.org", ["ok@example.org"], MAIL)
        assert len(sink.received) == 1
