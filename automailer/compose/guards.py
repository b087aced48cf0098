"""Who gets no automatic answer, and why (RFC 3834, RFC 5230 4.6). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from automailer.compose.loops import MAX_RECEIVED, has_mark
from automailer.compose.model import Verdict
from automailer.compose.senders import is_daemon, is_machine, is_own
from automailer.message import Address, Message

__all__ = ["ReplyFacts", "may_reply"]

_COMMENT = re.compile(r"\([^()]*\)")

_PRECEDENCES = frozenset({"bulk", "list", "junk", "auto_reply"})

# [MS-OXCMAIL] 2.1.3.2.20; who wants no receipts or reports is a machine, or wants nothing else from one either
_NO_WISH = frozenset({"", "none"})

_LIST_FIELDS = ("Mailing-List", "X-Mailing-List", "X-BeenThere", "X-Mailman-Version")

_MACHINE_FIELDS = (
    *("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-AutoReply-From"),
    *("X-Mail-Autoreply", "X-FC-MachineGenerated", "X-Failed-Recipients"),
)

_REPORT_TYPES = ("multipart/report", "message/delivery-status", "message/disposition-notification")

_CALENDAR_CLASSES = ("urn:content-classes:mdn", "urn:content-classes:calendarmessage")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFacts:
    """What the guards know beside the message; `sender` is `reply_target`'s answer, times are aware.

    `own_addresses` are those of every mailbox; `once_per` and `max_per_hour` None set no limit.
    """

    own_addresses: frozenset[str]
    loop_id: str
    sender: Address | None
    now: datetime
    last_reply_at: datetime | None = None
    replies_last_hour: int = 0
    once_per: timedelta | None = timedelta(days=1)
    max_per_hour: int | None = 200


def may_reply(message: Message, facts: ReplyFacts) -> Verdict:
    """Say whether an automatic reply may go out, and the first reason why not."""
    for guard in _GUARDS:
        reason = guard(message, facts)
        if reason:
            return Verdict(False, reason)
    return Verdict(True)


def _loops(message: Message, facts: ReplyFacts) -> str:
    if has_mark(message, facts.loop_id):
        return "our own loop mark is in it"
    received = len(message.header_all("Received"))
    return f"it goes in a loop: {received} Received headers" if received >= MAX_RECEIVED else ""


def _automatic(message: Message, facts: ReplyFacts) -> str:
    for value in message.header_all("Auto-Submitted"):
        # RFC 3834 5.2: parameters may follow the keyword; what can't be read is no "no"
        keyword = _without_comments(value).partition(";")[0].strip().casefold()
        if keyword != "no":
            return f"it is automatic (Auto-Submitted: {keyword or '?'})"
    for value in message.header_all("Precedence"):
        if _without_comments(value).strip().casefold() in _PRECEDENCES:
            return f"it is bulk mail (Precedence: {value.strip()[:40]})"
    return ""


def _suppressed(message: Message, facts: ReplyFacts) -> str:
    for value in message.header_all("X-Auto-Response-Suppress"):
        if any(word.strip().casefold() not in _NO_WISH for word in re.split("[,;]", value)):
            return f"it asks for no automatic answer (X-Auto-Response-Suppress: {value.strip()[:80]})"
    return ""


def _from_list(message: Message, facts: ReplyFacts) -> str:
    for header in message.headers:
        if header.name.casefold().startswith("list-"):
            return f"it comes from a mailing list ({header.name[:40]})"
    found = next((name for name in _LIST_FIELDS if message.header(name) is not None), "")
    return f"it comes from a mailing list ({found})" if found else ""


def _from_responder(message: Message, facts: ReplyFacts) -> str:
    for name in _MACHINE_FIELDS:
        value = message.header(name)
        if value is not None and value.strip().casefold() != "no":
            return f"a machine wrote it ({name})"
    if any(value.strip().casefold() == "autoresponder" for value in message.header_all("Delivered-To")):
        return "a machine wrote it (Delivered-To: Autoresponder)"
    if "autoresponder" in (message.header("X-POST-MessageClass") or "").casefold():
        return "a machine wrote it (X-POST-MessageClass)"
    return "it is marked as spam" if _says_yes(message.header("X-Spam-Flag")) else ""


def _report(message: Message, facts: ReplyFacts) -> str:
    content_type = (message.header("Content-Type") or "").strip().casefold()
    if content_type.startswith(_REPORT_TYPES) or message.kinds & {"bounce", "report"}:
        return "it is a bounce or a report"
    content_class = (message.header("Content-Class") or "").strip().casefold()
    if content_type.startswith("text/calendar") or content_class in _CALENDAR_CLASSES:
        return "it is a calendar's or a receipt's message"
    return ""


def _null_sender(message: Message, facts: ReplyFacts) -> str:
    paths = (_without_comments(path) for path in message.header_all("Return-Path"))
    return "its Return-Path is empty" if any(path.strip(" \t<>") == "" for path in paths) else ""


def _recipient(message: Message, facts: ReplyFacts) -> str:
    authors = message.addresses("From")
    if not authors or not authors[0].address:
        return "it has no readable From address"
    if len(authors) > 1 and not message.addresses("Sender"):
        return "it has several From addresses and no Sender"
    return "" if facts.sender else "there is not exactly one address to reply to that mail can reach"


def _machine_sender(message: Message, facts: ReplyFacts) -> str:
    for address in _answered(message, facts):
        if is_machine(address):
            return f"nobody reads mail to {address.address}"
    # a person's mail may well come through bounces+…@ or noreply@ of a form or a mailing service
    for address in _carriers(message):
        if is_daemon(address):
            return f"it comes through {address.address}"
    return ""


def _own_sender(message: Message, facts: ReplyFacts) -> str:
    for address in (*_answered(message, facts), *_carriers(message)):
        if is_own(address, facts.own_addresses):
            return f"{address.address} is an address of our own"
    return ""


def _limits(message: Message, facts: ReplyFacts) -> str:
    if facts.once_per and facts.last_reply_at and facts.now - facts.last_reply_at < facts.once_per:
        return f"this sender was answered at {facts.last_reply_at:%Y-%m-%d %H:%M}: once in {facts.once_per}"
    if facts.max_per_hour is not None and facts.replies_last_hour >= facts.max_per_hour:
        return f"{facts.replies_last_hour} replies went out in the last hour, as many as max_per_hour allows"
    return ""


def _answered(message: Message, facts: ReplyFacts) -> tuple[Address, ...]:
    return tuple(address for address in (facts.sender, *message.addresses("From")[:1]) if address)


def _carriers(message: Message) -> tuple[Address, ...]:
    return (*message.addresses("Sender"), *message.addresses("Return-Path"))


def _without_comments(value: str) -> str:
    for _ in range(3):  # nested deeper than that it is no comment of any mailer
        value = _COMMENT.sub(" ", value)
    return value


def _says_yes(value: str | None) -> bool:
    return value is not None and value.strip().casefold().startswith("yes")


# Cheap and certain ones first: what they say is what the journal shows.
_GUARDS: tuple[Callable[[Message, ReplyFacts], str], ...] = (
    _loops,
    _automatic,
    _suppressed,
    _from_list,
    _from_responder,
    _null_sender,
    _recipient,
    _machine_sender,
    _report,
    _own_sender,
    _limits,
)
