"""Octets → `Message`: headers, addresses, text, attachments, kinds. Whatever the octets, a message comes out."""

from __future__ import annotations

from automailer.message.address import AddressList, parse_addresses
from automailer.message.attachment import Attachment
from automailer.message.charset import guess
from automailer.message.kind import KINDS
from automailer.message.markup import text_of
from automailer.message.message import Message, parse
from automailer.message.model import Address, Header
from automailer.message.names import safe_name
from automailer.message.remembered import NotKnown, Remembered

__all__ = [
    "KINDS",
    "Address",
    "AddressList",
    "Attachment",
    "Header",
    "Message",
    "NotKnown",
    "Remembered",
    "guess",
    "parse",
    "parse_addresses",
    "safe_name",
    "text_of",
]
