"""A certificate for localhost, made when it is needed, signed by itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["self_signed"]

_REQUEST = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
_NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"


def self_signed(folder: Path) -> Path:
    """Make one in `folder`, by openssl; the file holds key and certificate, and clients trust it as it is."""
    key, certificate, both = folder / "key.pem", folder / "cert.pem", folder / "localhost.pem"
    subprocess.run(
        ["openssl", *_REQUEST.split(), "-addext", _NAMES, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both
