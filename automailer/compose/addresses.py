"""Addresses on their way into a header or the envelope. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from automailer.message import Address


def envelope_address(text: str) -> str:
    """Give the address as SMTP may carry it, its domain in ASCII (IDNA); raises PermanentError when it may not."""
    raise NotImplementedError


def is_ascii_address(address: str) -> bool:
    """Tell whether a relay without SMTPUTF8 (RFC 6531) can carry the address."""
    raise NotImplementedError


def address_header(name: str, addresses: Sequence[Address], *, charset: str = "utf-8") -> str:
    """Write one address header, encoded and folded, with its CRLF (RFC 5322 3.4, RFC 2047)."""
    raise NotImplementedError
