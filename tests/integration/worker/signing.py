"""Signs mail with keys made for one test run, and serves them by a DNS server on loopback."""

from __future__ import annotations

import base64
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import Any

import dkim
import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

__all__ = ["BROKEN", "SILENT", "DnsServer", "Key", "make_key", "sign"]

SILENT = b"(silent)"
"""As a record: no answer ever comes."""

BROKEN = b"(broken)"
"""As a record: SERVFAIL."""


@dataclass(frozen=True)
class Key:
    """A private key in PEM, and the record of its public half."""

    pem: bytes
    record: bytes


@lru_cache
def make_key(bits: int = 1024) -> Key:
    """A new RSA key, one for each length."""
    pem = _openssl("genrsa", str(bits))
    public = base64.b64encode(_openssl("rsa", "-pubout", "-outform", "DER", given=pem))
    return Key(pem, b"v=DKIM1; k=rsa; p=" + public)


def _openssl(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *words], input=given, check=True, capture_output=True).stdout


def sign(octets: bytes, domain: str = "example.com", *, key: Key | None = None, **options: Any) -> bytes:
    """The message with one signature more, by `k1._domainkey` of the domain."""
    field = dkim.sign(octets, b"k1", domain.encode(), (key or make_key()).pem, **options)
    return bytes(field) + octets


@dataclass
class DnsServer:
    """Answers for TXT records over UDP; counts what it is asked."""

    records: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> DnsServer:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def publish(
        self, domain: str = "example.com", record: bytes | None = None, *, selector: str = "k1"
    ) -> None:
        """Serve a key."""
        self.records[f"{selector}._domainkey.{domain}"] = make_key().record if record is None else record

    def resolver(self) -> dns.resolver.Resolver:
        """One that asks this server alone."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [self._socket.getsockname()[0]]
        resolver.port = self._socket.getsockname()[1]
        return resolver

    def _serve(self) -> None:
        while True:
            octets, peer = self._socket.recvfrom(4096)
            if not octets:
                return
            query = dns.message.from_wire(octets)
            name = query.question[0].name.to_text(omit_final_dot=True)
            self.asked.append(name)
            record = self.records.get(name)
            if record != SILENT:
                self._socket.sendto(self._answer(query, record).to_wire(), peer)

    @staticmethod
    def _answer(query: dns.message.Message, record: bytes | None) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if record is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif record == BROKEN:
            answer.set_rcode(dns.rcode.SERVFAIL)
        else:
            pieces = [record[at : at + 255].decode() for at in range(0, len(record), 255)]
            text = " ".join(f'"{piece}"' for piece in pieces)
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", text))
        return answer
