"""Mail of our own: drafts, their octets, threading, forwarding, and the guards of automatic replies. Pure."""

from __future__ import annotations

from automailer.compose.addresses import address_header, envelope_address, is_ascii_address
from automailer.compose.forward import forward_draft
from automailer.compose.guards import ReplyFacts, may_reply
from automailer.compose.letter import Letter, write_letter
from automailer.compose.loops import loop_marks, may_forward
from automailer.compose.model import Draft, Enclosure, File, Forward, Kind, Recipients, Verdict
from automailer.compose.octets import compose
from automailer.compose.redirect import redirect
from automailer.compose.reply import reply_draft
from automailer.compose.senders import reply_target
from automailer.compose.threading import forward_subject, make_message_id, reply_subject, threading

__all__ = [
    "Draft",
    "Enclosure",
    "File",
    "Forward",
    "Kind",
    "Letter",
    "Recipients",
    "ReplyFacts",
    "Verdict",
    "address_header",
    "compose",
    "envelope_address",
    "forward_draft",
    "forward_subject",
    "is_ascii_address",
    "loop_marks",
    "make_message_id",
    "may_forward",
    "may_reply",
    "redirect",
    "reply_draft",
    "reply_subject",
    "reply_target",
    "threading",
    "write_letter",
]
