"""POP3 mailboxes: what lies in them, which of it is new, and fetching and deleting it."""

from __future__ import annotations

from automailer.mailbox.client import Pop3Client, open_mailbox
from automailer.mailbox.doctor import Finding, Verdict, doctor
from automailer.mailbox.header import is_folder_data
from automailer.mailbox.listing import (
    Comparison,
    Entry,
    Key,
    Known,
    compare,
    listing_digest,
    number_occurrences,
)
from automailer.mailbox.refusal import Refused
from automailer.mailbox.replies import Capabilities, Stat
from automailer.mailbox.spool import Retrieved
from automailer.mailbox.transcript import WireHook

__all__ = [
    "Capabilities",
    "Comparison",
    "Entry",
    "Finding",
    "Key",
    "Known",
    "Pop3Client",
    "Refused",
    "Retrieved",
    "Stat",
    "Verdict",
    "WireHook",
    "compare",
    "doctor",
    "is_folder_data",
    "listing_digest",
    "number_occurrences",
    "open_mailbox",
]
