"""The settings of one SMTP relay and of the outbox."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from automailer.settings.fields import Address, Count, Frozen, Port, Text
from automailer.settings.server_model import ServerSettings, Tls
from automailer.settings.values import PositiveDuration, RatePerTime, shorten

__all__ = ["OnUnknown", "OutboxSettings", "SmtpAuth", "SmtpSettings"]


class SmtpAuth(Enum):
    """How to log in to a relay; AUTO takes the strongest that the server offers."""

    AUTO = "auto"
    PLAIN = "plain"
    LOGIN = "login"
    CRAM_MD5 = "cram-md5"
    SCRAM_SHA_256 = "scram-sha-256"
    XOAUTH2 = "xoauth2"


class OnUnknown(Enum):
    """What becomes of mail that was being handed over when the machine stopped."""

    SEND = "send"
    HOLD = "hold"


def _smtp_port(values: dict[str, Any]) -> int:
    ports = {Tls.IMPLICIT: 465, Tls.STARTTLS: 587}
    return ports.get(values.get("tls", Tls.NONE), 25)


def _charset(text: str) -> str:
    try:
        # What does not begin with ASCII (UTF-16, EBCDIC) can't stand in a mail: its line ends would not be.
        usable = "a\r\n".encode(text) == b"a\r\n"
    except (LookupError, UnicodeError):
        usable = False
    if not usable:
        msg = f"{shorten(text)} is no charset for mail: expected one such as utf-8, gb2312 or iso-2022-jp"
        raise ValueError(msg)
    return text.lower()


class SmtpSettings(ServerSettings):
    """One SMTP relay: its server, who mail comes from, how much it may take."""

    tls: Tls = Tls.STARTTLS
    port: Port = Field(default_factory=_smtp_port)
    auth: SmtpAuth = SmtpAuth.AUTO
    from_: Address = Field(alias="from")
    envelope_from: Address | None = None
    connections: Annotated[Count, Field(ge=1, le=100)] = 2
    rate: RatePerTime | None = None
    max_recipients: Annotated[Count, Field(ge=1, le=100_000)] = 100
    charset: Annotated[Text, AfterValidator(_charset)] = "utf-8"


class OutboxSettings(Frozen):
    """How long mail is tried again, and what is done with mail whose fate is unknown."""

    retry: Annotated[tuple[PositiveDuration, ...], Field(min_length=1)] = tuple(
        timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)
    )
    expire: PositiveDuration = timedelta(days=3)
    on_unknown: OnUnknown = OnUnknown.SEND
