"""A mail by which a person sees that a relay delivers: handed over at once, past the outbox."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from automailer.compose import Draft, Kind, Recipients, compose
from automailer.errors import PermanentError
from automailer.message import Address, parse_addresses
from automailer.settings import SmtpSettings
from automailer.smtp import Envelope, Outcome, Relay, WireHook

__all__ = ["Handed", "send_test_mail"]

_TEXT = """\
This is a test mail of Automailer.

It was handed to the relay {name} ({host}) at {at:%Y-%m-%d %H:%M:%S %Z}.
That you read it says that mail sent there arrives.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What the relay made of it, in its words."""

    delivered: bool
    answer: str


def send_test_mail(relay: SmtpSettings, to: str, *, now: datetime, wire: WireHook | None = None) -> Handed:
    """Hand one mail over.

    Raises:
        PermanentError: `to` is no address.
    """
    from_, receiver = _address(relay.from_), _address(to)
    draft = Draft(
        kind=Kind.SEND,
        from_=from_,
        recipients=Recipients(to=(receiver,)),
        subject=f"Test mail by way of {relay.name}",
        text=_TEXT.format(name=relay.name, host=relay.host, at=now),
    )
    message_id = f"<{uuid.uuid4().hex}@{from_.domain}>"
    envelope = Envelope(
        sender=_address(relay.envelope_from).address if relay.envelope_from else from_.address,
        recipients=(receiver.address,),
        octets=compose(draft, message_id=message_id, date=now, charset=relay.charset),
    )
    with Relay(relay, wire=wire) as client:
        result = client.deliver(envelope).results[receiver.address]
    delivered = result.outcome is Outcome.DELIVERED
    return Handed(delivered=delivered, answer=f"{result.outcome.value}: {result.reason}")


def _address(text: str) -> Address:
    found = parse_addresses(text.encode()).addresses
    if len(found) != 1 or "@" not in found[0].address:
        reason = f"{text!r} is no address: expected one such as somebody@example.com"
        raise PermanentError(reason)
    return found[0]
