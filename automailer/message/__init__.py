"""Octets → `Message`: headers, addresses, text, attachments, kinds. Whatever the octets, a message comes out."""

from __future__ import annotations

from automailer.message.address import AddressList, parse_addresses
from automailer.message.archive import zip_path
from automailer.message.attachment import Attachment
from automailer.message.authentication import MethodResult, ascii_domain, trusted_results
from automailer.message.bounce import Bounce
from automailer.message.canonical import canonical_body
from automailer.message.guessing import guess
from automailer.message.kind import KINDS
from automailer.message.listed import Listed
from automailer.message.machines import (
    answer_mark,
    automatic_keyword,
    is_daemon,
    is_machine,
    list_mark,
    local_part,
    without_comments,
)
from automailer.message.markup import text_of
from automailer.message.message import IN_THE_HEADER, Message, parse
from automailer.message.model import Address, Header
from automailer.message.names import safe_name
from automailer.message.remembered import NotKnown, Remembered
from automailer.message.subjects import is_dmarc_report

__all__ = [
    "IN_THE_HEADER",
    "KINDS",
    "Address",
    "AddressList",
    "Attachment",
    "Bounce",
    "Header",
    "Listed",
    "Message",
    "MethodResult",
    "NotKnown",
    "Remembered",
    "answer_mark",
    "ascii_domain",
    "automatic_keyword",
    "canonical_body",
    "guess",
    "is_daemon",
    "is_dmarc_report",
    "is_machine",
    "list_mark",
    "local_part",
    "parse",
    "parse_addresses",
    "safe_name",
    "text_of",
    "trusted_results",
    "without_comments",
    "zip_path",
]
