"""What people write in a file of rule tests: models, and their checks beside them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import combinations
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
    model_validator,
)

from automailer.ruletests.expected import Action
from automailer.settings import Count, FilePath, Flag, Frozen, PositiveDuration, Size, Text

__all__ = ["Before", "Enclosed", "Expected", "RuleTest", "RuleTests", "WrittenMessage"]

MAX_MADE_OCTETS = 50_000_000
"""Of an attachment that is made up to a size: past the limits of every common server."""

MAX_BEFORE = 1_000
"""Past any limit on how often something may come; each of them is put to the rules."""

_HEADER_NAME = re.compile(r"[!-9;-~]{1,70}")
# They follow from body, html and attachments.
_OF_THE_STRUCTURE = frozenset({"mime-version", "content-type", "content-transfer-encoding"})


def _moment(value: object) -> datetime:
    try:
        if isinstance(value, datetime):
            return value
        return datetime.fromisoformat(str(value))
    except ValueError as exc:
        msg = f"{value!r} is no time: expected one such as 2026-11-23T10:00:00+01:00"
        raise ValueError(msg) from exc


def _digits(value: object) -> object:
    """Digits that YAML took for a number are text."""
    return str(value) if type(value) is int else value


def _listed(value: object) -> object:
    """One value as a list of it."""
    return (value,) if isinstance(value, str | int | dict) and not isinstance(value, bool) else value


def _joined(value: object) -> object:
    """A list of addresses as one header has them."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value


def _header_name(name: str) -> str:
    if _HEADER_NAME.fullmatch(name) is None:
        msg = f"{name!r} is no name of a header"
        raise ValueError(msg)
    if name.lower() in _OF_THE_STRUCTURE:
        msg = "follows from body, html and attachments: a message with a structure of its own can be a file"
        raise ValueError(msg)
    return name


def _base64(value: object) -> object:
    import base64
    import binascii

    try:
        return base64.b64decode("".join(str(value).split()), validate=True)
    except (binascii.Error, ValueError) as exc:
        msg = "is no base64"
        raise ValueError(msg) from exc


Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d{4}-?\d\d-?\d\d", "examples": ["2026-11-23T10:00:00+01:00"]}
    ),
]
"""A time in ISO 8601; one without an offset is in the settings' time zone."""

Lines = Annotated[str, BeforeValidator(_digits, json_schema_input_type=str | int)]
Addresses = Annotated[
    Text, BeforeValidator(_joined, json_schema_input_type=str | Annotated[list[str], Field(min_length=1)])
]
_NO_STRUCTURE = "|".join(
    "".join(f"[{one.upper()}{one}]" if one.isalpha() else one for one in name)
    for name in sorted(_OF_THE_STRUCTURE)
)  # the regular expressions of JSON Schema have no flags
HeaderName = Annotated[
    Text,
    AfterValidator(_header_name),
    Field(json_schema_extra={"pattern": rf"^(?!({_NO_STRUCTURE})$){_HEADER_NAME.pattern}$"}),
]
HeaderValues = Annotated[
    tuple[Text, ...],
    BeforeValidator(_listed, json_schema_input_type=str | int | list[str | int]),
]


_FILLINGS = ("text", "base64", "file", "size")
_FILLED_ONCE: dict[str, Any] = {
    "allOf": [{"not": {"required": list(pair)}} for pair in combinations(_FILLINGS, 2)]
}


class Enclosed(Frozen):
    """An attachment in place: its name, its type (by default what the name tells), and one of the ways to fill it."""

    model_config = ConfigDict(json_schema_extra=_FILLED_ONCE)

    name: Text
    """the name of the file"""

    type: Text | None = None
    """its media type; else what the name tells"""

    text: Lines | None = None
    """what is in it, as text"""

    base64: Annotated[bytes, PlainValidator(_base64), WithJsonSchema({"type": "string"})] | None = None
    """what is in it, in base64"""

    file: FilePath | None = None
    """a file that has what is in it, relative to this one"""

    size: Annotated[Size, Field(le=MAX_MADE_OCTETS)] | None = None
    """so many octets of nothing in particular"""

    @model_validator(mode="after")
    def _is_filled_once(self) -> Self:
        if sum(getattr(self, part) is not None for part in _FILLINGS) > 1:
            msg = "expected one of text, base64, file and size"
            raise ValueError(msg)
        return self


def _sort(value: object) -> str:
    """What a value means to be, so that only that is said of one that is wrong."""
    if isinstance(value, dict | BaseModel):
        return "mapping"
    return "text" if isinstance(value, str) and "\n" in value else "path"


_Path = Annotated[FilePath, Tag("path")]
_Attachment = Annotated[_Path | Annotated[Enclosed, Tag("mapping")], Discriminator(_sort)]


class WrittenMessage(Frozen):
    """A message in place. What is not written is not in it, but for Date and Message-ID."""

    from_: Addresses | None = Field(default=None, alias="from")
    to: Addresses | None = None
    cc: Addresses | None = None
    bcc: Addresses | None = None
    reply_to: Addresses | None = None
    sender: Addresses | None = None
    return_path: Text | None = None
    subject: Text | None = None
    date: Moment | None = None
    headers: dict[HeaderName, HeaderValues] = Field(default_factory=dict)
    body: Lines = ""
    html: Lines | None = None
    attachments: Annotated[
        tuple[_Attachment, ...],
        BeforeValidator(_listed, json_schema_input_type=_Attachment | tuple[_Attachment, ...]),
    ] = ()


_Message = Annotated[
    Annotated[FilePath, Tag("path"), WithJsonSchema({"type": "string", "pattern": r"^[^\n]+$"})]
    | Annotated[str, Tag("text"), WithJsonSchema({"type": "string", "pattern": r"\n"})]
    | Annotated[WrittenMessage, Tag("mapping")],
    Discriminator(_sort),
]
"""A path, header fields and a body, or, being several lines of text, the raw message itself."""

_Actions = Annotated[
    tuple[Action, ...], BeforeValidator(_listed, json_schema_input_type=Action | tuple[Action, ...])
]


class Expected(Frozen):
    """What is to come of the message; what is not named may be anything."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    matched: (
        Annotated[tuple[Text, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str | int])]
        | None
    ) = None
    actions: _Actions = ()
    not_: _Actions = Field(default=(), alias="not")
    refused: _Actions = ()

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if self.matched is None and not (self.actions or self.not_ or self.refused):
            msg = "expects nothing: expected matched, actions, not or refused"
            raise ValueError(msg)
        return self


def _reason(text: str) -> str:
    if text.lower() in ("no", "off", "on", "yes"):
        msg = f"{text!r} is no reason: expected true, false or why it fails as yet"
        raise ValueError(msg)
    return text


_Times = Annotated[Count, Field(ge=1, le=MAX_BEFORE)]


class Before(Frozen):
    """The same message came so many times before, all of them so long ago."""

    times: _Times = 1
    """how often"""

    ago: PositiveDuration = timedelta(seconds=1)
    """how long ago"""


def _times(value: object) -> object:
    """A number alone: how many times."""
    return {"times": value} if isinstance(value, int) else value


class RuleTest(Frozen):
    """A message and what is expected of it. Without `mailbox` it is for the usual one; `todo`: fails as yet."""

    name: Text
    mailbox: Text | None = None
    message: _Message
    now: Moment | None = None
    before: Annotated[Before, BeforeValidator(_times, json_schema_input_type=_Times | Before)] | None = None
    todo: Flag | Annotated[Text, AfterValidator(_reason)] = False
    expect: Expected


def _some(tests: tuple[RuleTest, ...]) -> tuple[RuleTest, ...]:
    if not tests:
        msg = "is empty: expected at least one test"
        raise ValueError(msg)
    return tests


class RuleTests(Frozen):
    """A file of rule tests."""

    tests: Annotated[tuple[RuleTest, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]
    """messages, each with what is expected of it"""
