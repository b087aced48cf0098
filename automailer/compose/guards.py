"""Who gets no automatic answer, and why (RFC 3834, RFC 5230 4.6). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from automailer.compose.model import Verdict
from automailer.message import Address, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFacts:
    """What the guards know beside the message: `sender` is where the reply would go, `reply_target`'s answer."""

    own_addresses: frozenset[str]
    loop_id: str
    sender: Address | None
    now: datetime
    last_reply_at: datetime | None = None
    replies_last_hour: int = 0
    once_per: timedelta | None = timedelta(days=1)
    max_per_hour: int | None = 200


def may_reply(message: Message, facts: ReplyFacts) -> Verdict:
    """Say whether an automatic reply may go out (REFERENCE section 4), and the reason when it may not."""
    raise NotImplementedError


def reply_target(
    message: Message, to: Literal["reply_to", "from", "return_path"] = "reply_to"
) -> Address | None:
    """Give the one address that a reply goes to; None when there is none, several, or it is unusable."""
    raise NotImplementedError


def may_forward(message: Message, loop_id: str) -> Verdict:
    """Say whether a message may be forwarded or redirected: not with our loop mark, not with 50 Received headers."""
    raise NotImplementedError
