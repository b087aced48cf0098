"""An embedded POP3 and SMTP server with sample mail: for the demo, for tests, for trying rules."""

from __future__ import annotations

from automailer.sandbox.faults import Pop3Faults, SmtpFaults
from automailer.sandbox.maildrop import Maildrop, StoredMail
from automailer.sandbox.pop3_server import Pop3Server
from automailer.sandbox.samples import SampleMail, sample_mails
from automailer.sandbox.smtp_sink import ReceivedMail, SmtpSink

__all__ = [
    "Maildrop",
    "Pop3Faults",
    "Pop3Server",
    "ReceivedMail",
    "SampleMail",
    "SmtpFaults",
    "SmtpSink",
    "StoredMail",
    "sample_mails",
]
