"""What people write in automailer.yaml: models, the YAML loader that knows every place, secrets, values."""

from __future__ import annotations

from automailer.settings.cron import Cron, Schedule, parse_cron, parse_schedule
from automailer.settings.document import (
    Document,
    KeyPath,
    dotted,
    nearest,
    parse_document,
    read_document,
    shown_path,
)
from automailer.settings.fields import Address, Count, FilePath, FilePaths, Flag, Frozen, Name, Text
from automailer.settings.lists import NamedLists
from automailer.settings.load import FILE_NAME, find_settings, load_settings, secret_problems
from automailer.settings.mailbox_model import FirstPoll, MailboxAuth, MailboxSettings, Remove, UidsChanged
from automailer.settings.models import (
    AlarmThreshold,
    AutoreplySettings,
    ListFile,
    LogFormat,
    LogLevel,
    LogSettings,
    OperatorsSettings,
    Settings,
    WebSettings,
)
from automailer.settings.references import missing_file
from automailer.settings.reports_model import ExpectSettings, ReportSettings
from automailer.settings.schema import file_schema, settings_schema
from automailer.settings.secret import Secret, SecretKind, find_secrets
from automailer.settings.server_model import OAuthFlow, OAuthSettings, ServerSettings, Tls
from automailer.settings.sketch import Sketch, sketch_settings
from automailer.settings.smtp_model import OnUnknown, OutboxSettings, SmtpAuth, SmtpSettings
from automailer.settings.starting_point import starting_point
from automailer.settings.validation import validate
from automailer.settings.values import (
    AgeComparison,
    Comparison,
    CountComparison,
    Duration,
    PositiveDuration,
    Rate,
    RatePerTime,
    Size,
    SizeComparison,
    format_duration,
    format_size,
    parse_age_comparison,
    parse_count_comparison,
    parse_duration,
    parse_rate,
    parse_size,
    parse_size_comparison,
)

__all__ = [
    "FILE_NAME",
    "Address",
    "AgeComparison",
    "AlarmThreshold",
    "AutoreplySettings",
    "Comparison",
    "Count",
    "CountComparison",
    "Cron",
    "Document",
    "Duration",
    "ExpectSettings",
    "FilePath",
    "FilePaths",
    "FirstPoll",
    "Flag",
    "Frozen",
    "KeyPath",
    "ListFile",
    "LogFormat",
    "LogLevel",
    "LogSettings",
    "MailboxAuth",
    "MailboxSettings",
    "Name",
    "NamedLists",
    "OAuthFlow",
    "OAuthSettings",
    "OnUnknown",
    "OperatorsSettings",
    "OutboxSettings",
    "PositiveDuration",
    "Rate",
    "RatePerTime",
    "Remove",
    "ReportSettings",
    "Schedule",
    "Secret",
    "SecretKind",
    "ServerSettings",
    "Settings",
    "Size",
    "SizeComparison",
    "Sketch",
    "SmtpAuth",
    "SmtpSettings",
    "Text",
    "Tls",
    "UidsChanged",
    "WebSettings",
    "dotted",
    "file_schema",
    "find_secrets",
    "find_settings",
    "format_duration",
    "format_size",
    "load_settings",
    "missing_file",
    "nearest",
    "parse_age_comparison",
    "parse_count_comparison",
    "parse_cron",
    "parse_document",
    "parse_duration",
    "parse_rate",
    "parse_schedule",
    "parse_size",
    "parse_size_comparison",
    "read_document",
    "secret_problems",
    "settings_schema",
    "shown_path",
    "sketch_settings",
    "starting_point",
    "validate",
]
