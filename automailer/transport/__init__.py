"""What POP3 and SMTP share below their commands: TCP, SOCKS, TLS and the SASL mechanisms."""

from __future__ import annotations

from automailer.transport.certificate import certificate_end
from automailer.transport.connect import connect
from automailer.transport.endpoint import Endpoint, place
from automailer.transport.sasl import MECHANISMS, Mechanism, mechanism
from automailer.transport.tls import certificate_of, secure

__all__ = [
    "MECHANISMS",
    "Endpoint",
    "Mechanism",
    "certificate_end",
    "certificate_of",
    "connect",
    "mechanism",
    "place",
    "secure",
]
