"""The settings of mail on a schedule, and of mail that should have come. Checked; not run by this version."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from automailer.settings.cron import Schedule
from automailer.settings.fields import Address, FilePath, Frozen, Name, Text, several
from automailer.settings.secret import Secret
from automailer.settings.values import Duration, PositiveDuration

__all__ = ["ExpectSettings", "ListReference", "ReportData", "ReportSettings", "ReportWhen", "SqlQuery"]


class ReportWhen(Enum):
    """When a report is sent at its time."""

    ALWAYS = "always"
    NEW_FILES = "new_files"
    DATA = "data"


class Missing(Enum):
    """What an attachment pattern that finds nothing means."""

    ERROR = "error"
    SKIP = "skip"


class ListReference(Frozen):
    """Everyone on a named list, or one mail for each row of a CSV file."""

    list: Name | None = None
    csv: FilePath | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.list is None) == (self.csv is None):
            msg = "expected either 'list' or 'csv'"
            raise ValueError(msg)
        return self


class SqlQuery(Frozen):
    """Rows of a database."""

    database: Secret
    query: str


class ReportData(Frozen):
    """What the template sees as `data`."""

    sql: SqlQuery | None = None
    csv: FilePath | None = None
    json_: FilePath | None = Field(default=None, alias="json")
    command: tuple[Text, ...] | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if sum(part is not None for part in (self.sql, self.csv, self.json_, self.command)) != 1:
            msg = "expected one of 'sql', 'csv', 'json' or 'command'"
            raise ValueError(msg)
        return self


class ReportSettings(Frozen):
    """One mail that is generated on a schedule."""

    schedule: Schedule | None = None
    to: Annotated[
        ListReference | tuple[Address, ...],
        BeforeValidator(several, json_schema_input_type=Address | ListReference | tuple[Address, ...]),
    ]
    template: Text
    subject: Text | None = None
    attach: tuple[Text, ...] = ()
    data: ReportData | None = None
    when: ReportWhen = ReportWhen.ALWAYS
    missing: Missing = Missing.ERROR
    smtp: Name = "default"


class ExpectSettings(Frozen):
    """Mail that should come, and when its silence is an alarm."""

    mailbox: Name
    when: Any = None
    by: Text | None = None
    every: PositiveDuration | None = None
    grace: Duration = timedelta()

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.by is None) == (self.every is None):
            msg = "expected either 'by' or 'every'"
            raise ValueError(msg)
        return self
