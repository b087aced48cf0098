"""Real mail servers, private and on free loopback ports, for tests and benches; they need root."""

from __future__ import annotations

from tests.acceptance.servers.dovecot import Dovecot, DovecotUser
from tests.acceptance.servers.machine import missing
from tests.acceptance.servers.postfix import DeliveredMail, Postfix

__all__ = ["DeliveredMail", "Dovecot", "DovecotUser", "Postfix", "missing"]
