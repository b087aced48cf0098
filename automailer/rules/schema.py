"""JSON Schema of a rules file, from the registry that reads it, for editors. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from automailer.message import KINDS
from automailer.rules.attachment_fields import ATTACHMENT_FIELDS
from automailer.rules.authenticated import AUTHENTICATED_FIELDS, METHODS, RESULTS
from automailer.rules.command import COMMAND_FIELDS, USUAL_TIMEOUT
from automailer.rules.model import Mode
from automailer.rules.moments import MOMENT_FIELDS
from automailer.rules.registry import TESTS, TestKind
from automailer.rules.repeats import DUPLICATE_FIELDS, FREQUENCY_FIELDS, SINCE
from automailer.rules.text import FORMS
from automailer.settings import format_duration

__all__ = ["rules_schema"]

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "integer"]}
_TEXT_THERE: Schema = {"type": "string", "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_SIZE_BOUND: Schema = {"type": "string", "pattern": r"^\s*(>=|<=|==|>|<|=)", "examples": [">5MB", "<=10KB"]}
_DURATION: Schema = {"type": "string", "pattern": r"^\s*[0-9]+\s*[smhdw]\s*$", "examples": ["5m"]}
_AGE_BOUND: Schema = {"type": "string", "pattern": r"^\s*(>=|<=|==|>|<|=)", "examples": [">2d"]}
_EXAMPLES = {
    "after": "2026-12-24",
    "before": "2026-12-24",
    "date": "2026-12-24..2026-12-26",
    "weekday": "mon-fri",
    "time": "22:00-06:00",
}


def rules_schema(actions: Mapping[str, Schema]) -> Schema:
    """The schema of a rules file; `actions` gives that of each action's value."""
    definitions: Schema = {
        "when": _when(),
        "tests": _tests(),
        "rule": _rule_definition(),
        "action": _action(actions),
        **_values(),
    }
    for schema in actions.values():
        definitions.update(schema.get("$defs", {}))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Automailer rules",
        "type": "object",
        "properties": {
            "rules": {"type": "array", "items": _ref("rule")},
            "vars": {"type": "object"},
            "include": _or_list({"type": "string"}),
        },
        "anyOf": [{"required": ["rules"]}, {"required": ["include"]}],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _or_list(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


def _mapping(properties: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        "minProperties": 1,
    }


def _rule_definition() -> Schema:
    return {
        "type": "object",
        "properties": {
            "name": {**_TEXT, "description": "unique in its mailbox"},
            "description": _TEXT,
            "enabled": {**_FLAG, "default": True},
            "mode": {"enum": [mode.value for mode in Mode], "default": Mode.ENFORCE.value},
            "until": {"type": "string", "format": "date", "description": "the last day on which it is tried"},
            "when": _ref("when"),
            "then": {"type": "array", "items": _ref("action")},
            "stop": {**_FLAG, "default": False, "description": "no later rule sees a message that matched"},
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def _when() -> Schema:
    return {"anyOf": [_ref("tests"), {"type": "array", "items": _ref("when"), "minItems": 1}]}


def _tests() -> Schema:
    groups: Schema = {
        "all": _ref("when"),
        "any": {"type": "array", "items": _ref("when"), "minItems": 1},
        "not": _ref("when"),
    }
    return _mapping({**{name: _test(kind) for name, kind in TESTS.items()}, **groups})


def _test(kind: TestKind) -> Schema:
    return {"description": kind.about, **_or_list(_ref(f"value_{kind.shape}"))}


def _action(actions: Mapping[str, Schema]) -> Schema:
    bodies = {
        name: {key: part for key, part in each.items() if key != "$defs"} for name, each in actions.items()
    }
    alone = [name for name, body in bodies.items() if {"type": "null"} in body.get("anyOf", ())]
    return {
        "anyOf": [
            {"enum": alone, "description": "an action that needs no field"},
            {**_mapping(bodies), "maxProperties": 1},
        ]
    }


def _values() -> Schema:
    text = {"anyOf": [_TEXT, _text_forms()]}
    exists = {"exists": _FLAG}
    address = _mapping(
        {
            "name": _or_list(text),
            "domain": _or_list({"type": "string"}),
            "in": {"type": "string", "description": "the name of a list"},
            **exists,
        }
    )
    moment = _mapping({name: _or_list(_moment_field(name)) for name in MOMENT_FIELDS})
    return {
        "value_text": text,
        "value_address": {"anyOf": [{"type": "string"}, address]},
        "value_headers": {"type": "object", "additionalProperties": _or_list(text), "minProperties": 1},
        "value_size": _SIZE_BOUND,
        "value_moment": {"anyOf": [_AGE_BOUND, moment]},
        "value_calendar": moment,
        "value_flag": _FLAG,
        "value_attachment": _mapping(_attachment_fields(text)),
        "value_kind": {"enum": list(KINDS)},
        "value_duplicate": {"anyOf": [{"const": True}, _TEXT_THERE, _mapping(_key_fields(DUPLICATE_FIELDS))]},
        "value_frequency": {**_mapping(_key_fields(FREQUENCY_FIELDS)), "required": ["over", "within"]},
        "value_authenticated": _authenticated(),
        "value_command": _command(),
        "value_rule": {"type": "string", "description": "the name of an earlier rule"},
        "value_expression": _TEXT_THERE,
    }


def _authenticated() -> Schema:
    hosts = _or_list(_TEXT_THERE)
    results = _or_list({"enum": list(RESULTS)})
    fields = {name: results if name in METHODS else hosts for name in AUTHENTICATED_FIELDS}
    return {
        **_mapping(fields),
        "if": {"required": ["by"]},
        "then": {"anyOf": [{"required": [method]} for method in METHODS]},
        "else": {"required": ["dkim"], "propertyNames": {"enum": ["dkim", "domain"]}},
    }


def _command() -> Schema:
    fields = {
        "run": {"type": "array", "items": _TEXT, "minItems": 1, "examples": [["bogofilter"]]},
        "timeout": {**_DURATION, "default": format_duration(USUAL_TIMEOUT)},
    }
    return {**_mapping({name: fields[name] for name in COMMAND_FIELDS}), "required": ["run"]}


def _text_forms() -> Schema:
    forms = {form: _or_list(_TEXT) for form in FORMS}
    return _mapping({**forms, "in": {"type": "string"}, "case": _FLAG, "exists": _FLAG})


def _moment_field(name: str) -> Schema:
    return {"type": "string", "examples": [_EXAMPLES[name]]}


def _key_fields(names: Iterable[str]) -> Mapping[str, Schema]:
    shapes: Mapping[str, Schema] = {
        "key": {"type": ["string", "integer"], "examples": ["{{ message.subject }}"]},
        "over": {"type": "integer", "minimum": 1},
        "within": _DURATION,
        "since": {"enum": list(SINCE), "default": "last"},
    }
    return {name: shapes[name] for name in names}


def _attachment_fields(text: Schema) -> Mapping[str, Schema]:
    shapes: Mapping[str, Schema] = {
        "name": _or_list(text),
        "type": _or_list({"type": "string", "examples": ["image/*"]}),
        "real_type": _or_list({"type": "string", "examples": ["application/x-dosexec"]}),
        "member": _or_list(text),
        "size": _SIZE_BOUND,
        "sha256": _or_list({"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}),
    }
    count = {"type": ["string", "integer"], "examples": [">3"]}
    return {**{name: shapes[name] for name in ATTACHMENT_FIELDS}, "count": count}
