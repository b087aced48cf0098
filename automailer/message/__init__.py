"""Octets → `Message`: headers, addresses, text, attachments, kinds. Whatever the octets, a message comes out."""

from __future__ import annotations

from automailer.message.model import Address, Attachment, Header, Message
from automailer.message.names import safe_name

__all__ = ["Address", "Attachment", "Header", "Message", "safe_name"]
