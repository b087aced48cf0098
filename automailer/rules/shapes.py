"""The values of tests in the JSON Schema: one shape for each sort of value, with what editors show of its keys. Pure.

The keys come from the readers themselves; the words beside them are here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from automailer.message import KINDS
from automailer.rules.address import ADDRESS_FORMS
from automailer.rules.attachment_fields import ATTACHMENT_FIELDS
from automailer.rules.authenticated import AUTHENTICATED_FIELDS, METHODS, RESULTS
from automailer.rules.command import COMMAND_FIELDS, USUAL_TIMEOUT
from automailer.rules.moments import MOMENT_FIELDS
from automailer.rules.ranges import DAY_NAMES
from automailer.rules.repeats import DUPLICATE_FIELDS, FREQUENCY_FIELDS, SINCE
from automailer.rules.text import FORMS
from automailer.settings import (
    AgeComparison,
    CountComparison,
    PositiveDuration,
    SizeComparison,
    format_duration,
)

__all__ = ["DATE", "FLAG", "TEXT", "Schema", "closed", "or_list", "value_shapes"]

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "integer"]}
FLAG: Schema = {"type": "boolean"}
_DAY = r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-?W[0-9]{2}(-?[1-7])?)\s*"
DATE: Schema = {"type": "string", "pattern": f"^{_DAY}$", "examples": ["2026-12-24"]}

_NUMBER: Schema = {"type": "integer"}
_SOMETHING: Schema = {"type": "string", "pattern": r"\S"}
# A text that begins with a slash is a regular expression, and needs the other slash.
_SEARCHED: Schema = {"type": "string", "pattern": r"^(/[\s\S]*/[ims]*|\s*[^\s/][\s\S]*|\s+/[\s\S]*)$"}
_LIST: Schema = {"type": "string", "description": "an entry of this named list, or what fits its glob"}

_FORMS: Mapping[str, tuple[Schema, str]] = {
    "is": (TEXT, "the whole text"),
    "contains": (TEXT | {"minLength": 1}, "found anywhere"),
    "starts_with": (TEXT | {"minLength": 1}, "at its start"),
    "ends_with": (TEXT | {"minLength": 1}, "at its end"),
    "glob": (TEXT | {"minLength": 1}, "`*`, `?` and `[…]` over the whole text"),
    "regex": (TEXT, "a regular expression of RE2, with or without slashes"),
}
_CASE = "true: the forms beside it mind letter case and white space"
_EXISTS = "whether there is one at all"
_COUNT = "how many there are; a bare number is exactly so many"

_INSTANT: Schema = {"type": "string", "pattern": rf"^{_DAY}([T0-9].*)?$"}
_MOMENT: Mapping[str, tuple[Schema, str, str]] = {
    "after": (_INSTANT, "at this time or later", "2026-12-24T18:00"),
    "before": (_INSTANT, "earlier than this time", "2026-12-24"),
    "date": (
        {"type": "string", "pattern": rf"^{_DAY}(\.\.{_DAY})?$"},
        "a day, or from one day to another, both included",
        "2026-12-24..2026-12-26",
    ),
    "weekday": ({"type": "string"}, "days of the week", "mon-fri"),
    "time": (
        {"type": "string", "pattern": r"^\s*[0-9]{1,2}:[0-9]{2} ?- ?[0-9]{1,2}:[0-9]{2}\s*$"},
        "hours of the day, the end not included; across midnight where it ends before it begins",
        "22:00-06:00",
    ),
}


def or_list(schema: Schema, *, fewest: int = 1) -> Schema:
    """The value alone, or a list of such; what describes the value describes both."""
    about: Schema = {key: schema[key] for key in ("description", "default") if key in schema}
    bare = {key: part for key, part in schema.items() if key not in about}
    return {**about, "anyOf": [bare, {"type": "array", "items": bare, "minItems": fewest}]}


def closed(properties: Mapping[str, Schema], *, required: Iterable[str] = ()) -> Schema:
    """A mapping of these keys and no others, at least one of them."""
    needed = list(required)
    return {
        "type": "object",
        "properties": dict(properties),
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
        "minProperties": 1,
    }


def value_shapes() -> dict[str, Schema]:
    """Each sort of value, by the name that the registry gives it."""
    text = {"anyOf": [_SEARCHED, _NUMBER, closed(_text_forms())]}
    moment = closed({name: _moment_field(name) for name in MOMENT_FIELDS})
    return {
        "text": text,
        "address": {"anyOf": [_address_text(), _NUMBER, closed(_address_forms(text)), _counted()]},
        "headers": {
            "type": "object",
            "propertyNames": {"pattern": "^[!-9;-~]+$"},
            "additionalProperties": or_list({"anyOf": [*text["anyOf"], _counted()]}),
            "minProperties": 1,
        },
        "size": _adapted(SizeComparison),
        "moment": {"anyOf": [_adapted(AgeComparison), moment]},
        "calendar": moment,
        "flag": FLAG,
        "attachment": closed(_attachment_fields(text)),
        "kind": {"enum": list(KINDS)},
        "duplicate": {"anyOf": [{"const": True}, _SOMETHING, closed(_repeat_fields(DUPLICATE_FIELDS))]},
        "frequency": closed(_repeat_fields(FREQUENCY_FIELDS), required=("over", "within")),
        "authenticated": _authenticated(),
        "command": _command(),
        "rule": {"type": "string"},
        "expression": _SOMETHING,
    }


def _adapted(kind: Any) -> Schema:
    """What the type that validates says of itself."""
    return TypeAdapter(kind).json_schema()


def _text_forms() -> dict[str, Schema]:
    forms = {form: or_list(schema | {"description": about}) for form, (schema, about) in _FORMS.items()}
    return {
        **{form: forms.get(form, _LIST) for form in FORMS},
        "case": FLAG | {"description": _CASE, "default": False},
        "exists": FLAG | {"description": _EXISTS},
    }


def _address_text() -> Schema:
    return {
        "type": "string",
        "pattern": r"^\s*(/[\s\S]*/[ims]*\s*|[^\s@/][\s\S]*)$",
        "examples": ["*@example.com"],
    }


def _address_forms(text: Schema) -> dict[str, Schema]:
    domain = {"type": ["string", "integer"], "pattern": r"^[^*?@/<>]+$", "examples": ["example.com"]}
    forms = {
        "name": or_list(text | {"description": "the display name"}),
        "domain": or_list(domain | {"description": "the domain, with its subdomains"}),
        "in": _LIST,
    }
    return {**{form: forms[form] for form in ADDRESS_FORMS}, "exists": FLAG | {"description": _EXISTS}}


def _counted() -> Schema:
    return closed({"count": _adapted(CountComparison) | {"description": _COUNT}})


def _moment_field(name: str) -> Schema:
    shape, about, example = _MOMENT[name]
    if name == "weekday":
        shape = {"type": "string", "pattern": _weekdays()}
    return or_list({**shape, "description": about, "examples": [example]})


def _weekdays() -> str:
    """Any beginning of a day's name of three letters or more, in either letter case: the patterns have no flags."""
    names = [_beginnings(name) for name in DAY_NAMES]
    day = rf"\s*({'|'.join(names)})\s*"
    return rf"^{day}(-{day})?(,{day}(-{day})?)*$"


def _beginnings(name: str) -> str:
    letters = [f"[{letter.upper()}{letter}]" for letter in name]
    rest = ""
    for letter in reversed(letters[3:]):
        rest = f"({letter}{rest})?"
    return "".join(letters[:3]) + rest


def _attachment_fields(text: Schema) -> dict[str, Schema]:
    media: Schema = {"type": "string", "pattern": r"^\s*([^\s/]+/[^\s/]+|\*)\s*$"}
    shapes: Mapping[str, Schema] = {
        "name": or_list(text | {"description": "its name; a string with `*`, `?` or `[` is a glob"}),
        "type": or_list(media | {"description": "the declared media type", "examples": ["image/*"]}),
        "real_type": or_list(
            media
            | {
                "description": "the media type that its first octets show",
                "examples": ["application/x-dosexec"],
            }
        ),
        "member": or_list(
            text | {"description": "the path, or its last part, of a file inside a zip or tar"}
        ),
        "size": _adapted(SizeComparison) | {"description": "its decoded octets"},
        "sha256": or_list(
            {"type": "string", "pattern": "^[0-9a-fA-F]{64}$", "description": "of its decoded octets"}
        ),
    }
    count = _adapted(CountComparison) | {
        "description": "how many such there are to be; without it, one or more"
    }
    return {**{name: shapes[name] for name in ATTACHMENT_FIELDS}, "count": count}


def _repeat_fields(names: Iterable[str]) -> dict[str, Schema]:
    shapes: Mapping[str, Schema] = {
        "key": {
            "anyOf": [_SOMETHING, _NUMBER],
            "description": "what messages have in common, a template",
            "examples": ["{{ message.subject }}"],
        },
        "over": {
            "type": "integer",
            "minimum": 1,
            "description": "holds when there are more than so many, this message counted",
        },
        "within": _span() | {"description": "how far to look back, at most 366d"},
        "since": {
            "enum": list(SINCE),
            "default": "last",
            "description": "from which message with the key the time runs",
        },
    }
    return {name: shapes[name] for name in names}


def _span() -> Schema:
    return _adapted(PositiveDuration)


def _authenticated() -> Schema:
    host: Schema = {"type": "string", "pattern": "^[^*?@<>;\"']+$"}
    about = {
        "by": "the server whose word counts, by the name that it puts first in Authentication-Results",
        "domain": "the domain that each method must have vouched for, with its subdomains",
    }
    results = {"enum": list(RESULTS)}
    fields = {
        name: or_list({**results, "description": f"the result of {name.upper()}"})
        if name in METHODS
        else or_list(host | {"description": about[name]})
        for name in AUTHENTICATED_FIELDS
    }
    return {
        **closed(fields),
        "if": {"required": ["by"]},
        "then": {"anyOf": [{"required": [method]} for method in METHODS]},
        "else": {"required": ["dkim"], "propertyNames": {"enum": ["dkim", "domain"]}},
    }


def _command() -> Schema:
    fields: Mapping[str, Schema] = {
        "run": {
            "type": "array",
            "prefixItems": [{"type": ["string", "integer"], "minLength": 1}],
            "items": TEXT,
            "minItems": 1,
            "description": "the program and its arguments; no shell reads them",
            "examples": [["bogofilter"]],
        },
        "timeout": _span()
        | {
            "default": format_duration(USUAL_TIMEOUT),
            "description": "how long it may take, up to 5m",
        },
    }
    return closed({name: fields[name] for name in COMMAND_FIELDS}, required=("run",))
