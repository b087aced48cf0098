"""Reading a certificate's end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.transport import certificate_end


def value(tag: int, *contents: bytes) -> bytes:
    octets = b"".join(contents)
    length = bytes([len(octets)]) if len(octets) < 128 else b"\x82" + len(octets).to_bytes(2, "big")
    return bytes([tag]) + length + octets


def certificate(end: bytes, *, version: bytes = value(0xA0, value(2, b"\2")), issuer: int = 300) -> bytes:
    """What stands before the end, and a little behind it."""
    validity = value(0x30, value(0x17, b"260101000000Z"), end)
    fields = (version, value(2, b"\1"), value(0x30), value(0x30, b"x" * issuer), validity, value(0x30))
    return value(0x30, value(0x30, *fields), value(0x30), value(3, b"\0"))


@pytest.mark.parametrize(
    ("end", "year"),
    [
        (value(0x17, b"271123100000Z"), 2027),
        (value(0x17, b"991123100000Z"), 1999),
        (value(0x18, b"20601123100000Z"), 2060),
    ],
    ids=["two digits", "last century", "four digits"],
)
def test_the_end_is_read_in_both_forms(end: bytes, year: int) -> None:
    assert certificate_end(certificate(end)) == datetime(year, 11, 23, 10, tzinfo=UTC)


def test_a_certificate_of_the_first_version_has_no_version() -> None:
    assert certificate_end(certificate(value(0x17, b"271123100000Z"), version=b"", issuer=5)) is not None


@pytest.mark.parametrize(
    "octets", [b"", b"\x30", certificate(value(0x17, b"nonsense")), certificate(value(4, b"271123100000Z"))]
)
def test_what_is_no_certificate_has_no_end(octets: bytes) -> None:
    assert certificate_end(octets) is None


@given(st.binary(max_size=300))
def test_any_octets_are_read(octets: bytes) -> None:
    certificate_end(octets)
