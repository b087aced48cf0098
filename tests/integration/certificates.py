"""Certificates made for one test run with the openssl command."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Certificate", "Forge"]


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as PEM files."""

    cert: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER form."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.cert.read_text())).hexdigest()

    def server_context(self, *, client_ca: Path | None = None) -> ssl.SSLContext:
        """What a server with this certificate uses; with `client_ca` it wants a client certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        return context


class Forge:
    """Makes self-signed certificates in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, name: str, subject: str = "DNS:localhost,IP:127.0.0.1", *, days: int = 2) -> Certificate:
        """A certificate for the names of `subject`; one of negative days has expired."""
        made = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        request, extensions = self._folder / f"{name}.req", self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={subject}\n")
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        _openssl("req", "-new", *curve, "-subj", f"/CN={name}", "-keyout", made.key, "-out", request)
        signing: list[str | Path] = ["-signkey", made.key, "-days", str(days), "-extfile", extensions]
        _openssl("x509", "-req", "-in", request, *signing, "-out", made.cert)
        return made


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
