"""The client against aiosmtpd, a server that we did not write."""

from __future__ import annotations

from automailer.sandbox import SmtpFaults, SmtpSink
from automailer.settings import SmtpSettings
from automailer.smtp import Envelope, Outcome, Relay, examine

MAIL = "Subject: grüße\r\n\r\n.dot\r\n..\r\nüber\r\n".encode()


def _settings(sink: SmtpSink) -> SmtpSettings:
    return SmtpSettings.model_validate(
        {"host": sink.host, "port": sink.port, "tls": "none", "from": "ops@example.org"}
    )


def test_mail_arrives_whole_and_each_recipient_has_an_answer() -> None:
    people = ("ann@example.org", "temp@example.org", "perm@example.org", "jörg@example.org")
    faults = SmtpFaults(temporary=frozenset({"temp"}), permanent=frozenset({"perm"}))
    with SmtpSink(faults=faults) as sink, Relay(_settings(sink)) as relay:
        for _ in range(2):
            delivery = relay.deliver(Envelope(sender="", recipients=people, octets=MAIL))
    assert [delivery.results[person].outcome for person in people] == [
        Outcome.DELIVERED,
        Outcome.DEFERRED,
        Outcome.REFUSED,
        Outcome.DELIVERED,
    ]
    assert [mail.octets for mail in sink.received] == [MAIL, MAIL]
    assert sink.received[0].recipients == ("ann@example.org", "jörg@example.org")


def test_its_extensions_are_understood() -> None:
    with SmtpSink() as sink:
        findings = examine(_settings(sink))
    assert {"8bitmime", "smtputf8"} <= set(findings.extensions)
    assert findings.size_limit == 100_000_000
    assert (findings.tls, findings.login) == ("", "")
