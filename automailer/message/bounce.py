"""What a delivery report says: whom it is about, and what became of the mail (RFC 3464; X-Failed-Recipients). Pure.

Reports in words alone, such as qmail's, are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from automailer.message.attachment import pieces
from automailer.message.fields import read_section
from automailer.message.structure import Leaf, Octets
from automailer.message.transfer import decoded
from automailer.message.words import header_text

__all__ = ["NO_BOUNCE", "Bounce", "read_bounce"]

MAX_REPORT = 1_000_000
"""Octets of the part that are read: a thousand recipients have about 300 kB."""

MAX_RECIPIENTS = 1_000
"""As many as are read of one report: what is longer tells of a list."""

_EMPTY_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))[ \t]*(?:\r\n|\n|\r(?!\n))")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECIPIENT_FIELDS = ("final-recipient", "original-recipient")
_GRAVEST_FIRST = ("failed", "delayed", "delivered", "relayed", "expanded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """The gravest of what a report says, and whom it happened to; "" where it does not say.

    `action` is `failed`, `delayed`, `delivered`, `relayed` or `expanded` (RFC 3464 2.3.3), `status` such as 5.1.1
    (RFC 3463), `reason` what the other server answered.
    """

    recipients: tuple[str, ...] = ()
    action: str = ""
    status: str = ""
    reason: str = ""


NO_BOUNCE = Bounce()
"""Nothing is said."""


def read_bounce(leaves: Iterable[Leaf], octets: Octets, failed_recipients: Sequence[str]) -> Bounce:
    """Read the parts that are delivery reports, else take the recipients of X-Failed-Recipients."""
    reports = (leaf for leaf in leaves if leaf.type in _REPORTS)
    told = (one for report in reports for one in _recipients(report, octets))
    said = list(islice(told, MAX_RECIPIENTS))
    if said:
        gravest = min(said, key=lambda one: _gravity(one.action))
        alike = (one.recipients for one in said if one.action == gravest.action)
        names = tuple(dict.fromkeys(name for names in alike for name in names))
        return Bounce(recipients=names, action=gravest.action, status=gravest.status, reason=gravest.reason)
    if failed_recipients:
        return Bounce(recipients=tuple(failed_recipients[:MAX_RECIPIENTS]), action="failed")
    return NO_BOUNCE


def _recipients(report: Leaf, octets: Octets) -> Iterator[Bounce]:
    """What is said of each; the first block is about the message."""
    text = bytearray()
    for chunk in decoded(pieces(report, octets), report.encoding, []):
        text += chunk[: MAX_REPORT - len(text)]
        if len(text) >= MAX_REPORT:
            break
    for block in _EMPTY_LINE.split(text):
        # A block without a field for a recipient is the message's, wherever it stands.
        fields = {
            field.name.lower(): header_text(field.value)
            for field in read_section(bytes(block).strip()).fields
        }
        names = filter(None, (_behind_the_type(fields.get(name, "")) for name in _RECIPIENT_FIELDS))
        recipient = next(names, "")
        if recipient:
            status = _STATUS.search(fields.get("status", ""))
            yield Bounce(
                recipients=(recipient,),
                action=(fields.get("action", "").lower().split() or [""])[0],
                status=status[0] if status else "",
                reason=_behind_the_type(fields.get("diagnostic-code", "")),
            )


def _behind_the_type(value: str) -> str:
    """Of `rfc822; <pat@example.net>` the address (RFC 3464 2.1.2); of `smtp; 550 …` the answer."""
    _, separator, text = value.partition(";")
    return (text if separator else value).strip().removeprefix("<").removesuffix(">")


def _gravity(action: str) -> int:
    return _GRAVEST_FIRST.index(action) if action in _GRAVEST_FIRST else len(_GRAVEST_FIRST)
