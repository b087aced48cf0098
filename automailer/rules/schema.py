"""JSON Schema of a rules file, from the registry that reads it, for editors. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from automailer.rules.model import Mode
from automailer.rules.registry import TESTS, TestKind
from automailer.rules.rule import MAX_NAME
from automailer.rules.shapes import DATE, FLAG, TEXT, Schema, closed, or_list, value_shapes

__all__ = ["rules_schema"]

_GROUPS: Mapping[str, str] = {
    "all": "every one of them holds",
    "any": "at least one of them holds; captures are those of the first that does",
    "not": "what is inside does not hold; captures nothing",
}


def rules_schema(actions: Mapping[str, Schema]) -> Schema:
    """The schema of a rules file; `actions` gives that of each action's value.

    Whether lists, rules, templates and programs that it names are there, it can't tell.
    """
    definitions: Schema = {
        "when": _when(),
        "tests": _tests(),
        "rule": _rule(),
        "action": _action(actions),
        **{f"value_{name}": shape for name, shape in value_shapes().items()},
    }
    for schema in actions.values():
        definitions.update(schema.get("$defs", {}))
    included = {"type": "string", "minLength": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Automailer rules",
        "description": "Rules of a mailbox: they run in order, every one that matches acts, until one says stop",
        "type": "object",
        "properties": {
            "rules": {"type": "array", "items": _ref("rule"), "description": "the rules, in order"},
            "vars": {"type": "object", "description": "constants of this file and of those that it includes"},
            "include": or_list(
                included | {"description": "files whose rules run before those of this one"}, fewest=0
            ),
        },
        "anyOf": [{"required": ["rules"]}, {"required": ["include"]}],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _rule() -> Schema:
    modes = [mode.value for mode in Mode]
    name = {**TEXT, "pattern": r"^[^\n]*[^\s][^\n]*$", "maxLength": MAX_NAME}
    keys: dict[str, Schema] = {
        "name": {**name, "description": "one line, unique in its mailbox"},
        "description": {**TEXT, "description": "why it is here"},
        "enabled": {**FLAG, "default": True, "description": "false: not tried"},
        "mode": {
            "enum": modes,
            "default": Mode.ENFORCE.value,
            "description": "shadow decides and records, and does nothing",
        },
        "until": {**DATE, "description": "the last day on which it is tried"},
        "when": {**_ref("when"), "description": "tests, all of which must hold; none: every message"},
        "then": {"type": "array", "items": _ref("action"), "description": "actions, each behind its dash"},
        "stop": {**FLAG, "default": False, "description": "true: no later rule sees a message that matched"},
    }
    return closed(keys, required=("name",))


def _when() -> Schema:
    return {"anyOf": [_ref("tests"), {"type": "array", "items": _ref("when"), "minItems": 1}]}


def _tests() -> Schema:
    several = {"type": "array", "items": _ref("when"), "minItems": 1}
    groups = {
        name: {**(several if name == "any" else _ref("when")), "description": about}
        for name, about in _GROUPS.items()
    }
    return closed({**{name: _test(kind) for name, kind in TESTS.items()}, **groups})


def _test(kind: TestKind) -> Schema:
    return or_list({**_ref(f"value_{kind.shape}"), "description": kind.about})


def _action(actions: Mapping[str, Schema]) -> Schema:
    bodies = {
        name: {key: part for key, part in each.items() if key != "$defs"} for name, each in actions.items()
    }
    alone = [name for name, body in bodies.items() if {"type": "null"} in body.get("anyOf", ())]
    return {
        "anyOf": [
            {"enum": alone, "description": "an action that needs no field"},
            {**closed(bodies), "maxProperties": 1},
        ]
    }
