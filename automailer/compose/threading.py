"""Where a mail belongs in a conversation (RFC 5322 3.6.4). Pure."""

from __future__ import annotations

from automailer.message import Message


def threading(message: Message) -> tuple[str, tuple[str, ...]]:
    """Give In-Reply-To and References for an answer to the message, bounded."""
    raise NotImplementedError


def reply_subject(subject: str) -> str:
    """Put `Re: ` before a subject, once."""
    raise NotImplementedError


def forward_subject(subject: str) -> str:
    """Put `Fwd: ` before a subject, once."""
    raise NotImplementedError
