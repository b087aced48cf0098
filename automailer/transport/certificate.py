"""When a certificate ends (RFC 5280 4.1), read from its DER form: `ssl` tells it only of verified ones. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["certificate_end"]

_VERSION, _UTC_TIME, _GENERALIZED_TIME = 0xA0, 0x17, 0x18


def certificate_end(certificate: bytes) -> datetime | None:
    """Its notAfter; None for octets that are no certificate."""
    try:
        signed = _values(_values(certificate)[0][1])[0][1]
        fields = [field for field in _values(signed) if field[0] != _VERSION]
        # Serial number, signature algorithm, issuer, validity: notBefore and notAfter.
        tag, octets = _values(fields[3][1])[1]
        return _time(tag, octets.decode("ascii"))
    except (IndexError, ValueError):
        return None


def _time(tag: int, text: str) -> datetime:
    if tag == _UTC_TIME:
        # RFC 5280 4.1.2.5.1: two digits from 50 on are of the twentieth century.
        text = f"{19 if text >= '5' else 20}{text}"
    elif tag != _GENERALIZED_TIME:
        raise ValueError
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _values(octets: bytes) -> list[tuple[int, bytes]]:
    """Tag and contents of one value behind another (X.690 8.1)."""
    found = []
    at = 0
    while at < len(octets):
        tag, length = octets[at], octets[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(octets[at : at + count])
            at += count
        found.append((tag, octets[at : at + length]))
        at += length
    return found
