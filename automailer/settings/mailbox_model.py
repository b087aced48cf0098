"""The settings of one mailbox."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Annotated, Any

from pydantic import Field

from automailer.settings.cron import Schedule
from automailer.settings.fields import FilePaths, Flag, Name, Port, Text, WrittenChoice, choice_or_duration
from automailer.settings.server_model import ServerSettings, Tls
from automailer.settings.values import Duration, Size

__all__ = ["FirstPoll", "MailboxAuth", "MailboxSettings", "Remove", "UidsChanged"]


class MailboxAuth(Enum):
    """How to log in to a mailbox; AUTO takes the strongest that the server offers."""

    AUTO = "auto"
    PLAIN = "plain"
    LOGIN = "login"
    APOP = "apop"
    CRAM_MD5 = "cram-md5"
    SCRAM_SHA_256 = "scram-sha-256"
    XOAUTH2 = "xoauth2"


class Remove(Enum):
    """When a message without a delete action leaves the server."""

    NEVER = "never"
    PROCESSED = "processed"


class FirstPoll(Enum):
    """What happens to the mail that is there at the very first poll."""

    ALL = "all"
    NEW = "new"


class UidsChanged(Enum):
    """What happens when nearly all UIDs of a mailbox have changed."""

    HOLD = "hold"
    PROCESS = "process"


def _pop3_port(values: dict[str, Any]) -> int:
    return 995 if values.get("tls") is Tls.IMPLICIT else 110


class MailboxSettings(ServerSettings):
    """One POP3 mailbox: its server, when it is polled, its rules, what stays on the server."""

    username: Text
    tls: Tls = Tls.IMPLICIT
    port: Port = Field(default_factory=_pop3_port)
    auth: MailboxAuth = MailboxAuth.AUTO
    poll: Schedule
    jitter: Duration = timedelta()
    """Each poll waits up to this much longer, at random, so that mailboxes of one server spread out."""
    rules: FilePaths
    remove: Annotated[Remove | timedelta, choice_or_duration(Remove), WrittenChoice] = Remove.NEVER
    first_poll: Annotated[FirstPoll | timedelta, choice_or_duration(FirstPoll), WrittenChoice] = FirstPoll.ALL
    uids_changed: UidsChanged = UidsChanged.HOLD
    max_message_size: Size = 100_000_000
    headers_first: Size = 100_000
    """Octets: below it a message is there in the time that asking for its header would take, a round trip of 40 ms at
    20 Mbit/s. Above it the header, some 5 KB, may spare twenty times as much."""
    keep_raw: Duration = timedelta()
    smtp: Name = "default"
    enabled: Flag = True
