"""The settings file as a whole, and its small parts. Frozen values, their defaults and checks beside them."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from enum import Enum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr

from automailer.errors import Place, Problem
from automailer.settings.document import Document, KeyPath, dotted
from automailer.settings.fields import Address, Count, FilePath, FilePaths, Frozen, Name, Text, several
from automailer.settings.mailbox_model import MailboxSettings
from automailer.settings.reports_model import ExpectSettings, ReportSettings
from automailer.settings.secret import Secret
from automailer.settings.server_model import ServerSettings
from automailer.settings.smtp_model import OutboxSettings, SmtpSettings
from automailer.settings.values import Duration, shorten

__all__ = [
    "AlarmThreshold",
    "AutoreplySettings",
    "ListFile",
    "LogFormat",
    "LogLevel",
    "LogSettings",
    "OperatorsSettings",
    "Settings",
    "WebSettings",
]


class LogLevel(Enum):
    """The least grave events that are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(Enum):
    """AUTO is console on a terminal, else JSON."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


class LogSettings(Frozen):
    """What is logged, and how it looks."""

    level: LogLevel = LogLevel.INFO
    format: LogFormat = LogFormat.AUTO


class AutoreplySettings(Frozen):
    """The guards of every `reply`."""

    once_per: Duration = timedelta(days=1)
    max_per_hour: Annotated[Count, Field(ge=0)] = 200
    addresses: tuple[Address, ...] = ()


class AlarmThreshold(Frozen):
    """How many failures over how long are more than a blip."""

    failures: Annotated[Count, Field(ge=1)] = 3
    for_: Duration = Field(default=timedelta(minutes=10), alias="for")


class OperatorsSettings(Frozen):
    """Who hears of what keeps failing, and when."""

    mail: Annotated[
        tuple[Address, ...], BeforeValidator(several, json_schema_input_type=Address | tuple[Address, ...])
    ] = ()
    after: AlarmThreshold = AlarmThreshold()
    notify: tuple[Secret, ...] = ()


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        msg = f"{shorten(text)} is no address to listen on: expected one such as 127.0.0.1:8025"
        raise ValueError(msg)
    return text


class WebSettings(Frozen):
    """Where the web page is served, and the token that opens it."""

    listen: Annotated[Text, AfterValidator(_listen)]
    token: Secret | None = None


class ListFile(Frozen):
    """A named list that is kept in a file of its own, one entry a line."""

    file: FilePath


def _time_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as exc:
        msg = f"{shorten(name)} is no time zone: expected one such as Europe/Berlin or UTC"
        raise ValueError(msg) from exc


def _named(servers: dict[str, ServerSettings]) -> dict[str, Any]:
    return {name: server.named(name) for name, server in servers.items()}


def _default_database() -> Secret:
    return Secret.plain("sqlite")


class Settings(Frozen):
    """All that automailer.yaml says; `folder` is where it lies, and every relative path begins there."""

    state: FilePath = Field(default=Path("state"), validate_default=True)
    database: Secret = Field(default_factory=_default_database)
    templates: FilePaths = Field(default=(Path("templates"),), validate_default=True)
    timezone: Annotated[Text, AfterValidator(_time_zone)] | None = None
    vars: dict[Text, Any] = Field(default_factory=dict)
    lists: dict[Name, ListFile | tuple[Text, ...]] = Field(default_factory=dict)
    mailboxes: Annotated[dict[Name, MailboxSettings], AfterValidator(_named)]
    smtp: Annotated[dict[Name, SmtpSettings], AfterValidator(_named)] = Field(default_factory=dict)
    outbox: OutboxSettings = OutboxSettings()
    autoreply: AutoreplySettings = AutoreplySettings()
    operators: OperatorsSettings | None = None
    web: WebSettings | None = None
    log: LogSettings = LogSettings()
    reports: dict[Name, ReportSettings] = Field(default_factory=dict)
    expect: dict[Name, ExpectSettings] = Field(default_factory=dict)

    _folder: Path = PrivateAttr(default=Path())
    _document: Document | None = PrivateAttr(default=None)

    @property
    def folder(self) -> Path:
        """The folder of the settings file."""
        return self._folder

    @property
    def document(self) -> Document | None:
        """The file as it is written, of settings that were read from one."""
        return self._document

    def problem(self, path: KeyPath, message: str) -> Problem:
        """What is to be said of the value at the path, with its place."""
        if self._document is None:
            return Problem(place=Place("(no file)", 1, 1), path=dotted(path), message=message)
        return self._document.problem(path, message, key=True)

    def read_from(self, document: Document, folder: Path) -> Settings:
        """The same settings, knowing where they were read."""
        copy = self.model_copy()
        copy._document, copy._folder = document, folder
        return copy

    @property
    def zone(self) -> tzinfo:
        """The time zone of schedules and time tests: the one named, else the machine's."""
        if self.timezone is not None:
            return ZoneInfo(self.timezone)
        return _machine_zone()

    def database_url(self) -> str:
        """The database as a SQLAlchemy URL; a secret where it holds a password."""
        text = self.database.reveal()
        return f"sqlite:///{self.state / 'automailer.db'}" if text == "sqlite" else text


def _machine_zone() -> tzinfo:
    import warnings

    import tzlocal

    with warnings.catch_warnings():
        # A container without /etc/localtime runs on UTC: that is what it shows everywhere else, too.
        warnings.simplefilter("ignore")
        return tzlocal.get_localzone()
