"""What editors show beside a key: the words of the documentation, put into a JSON Schema that has none of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["described"]

Schema = dict[str, Any]
Words = Mapping[str, str]

_FILE = Path(__file__).with_name("hover.json")
_SHARED = ("actions", "text")
# Of what came of an action, beside the fields that a rule gives it.
_PLANNED = {
    "rule": "the rule whose action it is",
    "refused": "why it is not done",
    "subject": "the subject of the mail",
    "from": "from whom the mail is",
    "text": "the text as the reader finds it",
    "html": "the HTML as the reader finds it",
    "attachments": "the names of what is attached",
    "files": "the names of the files that are saved",
    "packed": "archives that are saved as they are, and why",
}


def described(schema: Schema, *, root: str, actions: Mapping[str, str]) -> Schema:
    """The schema with words for every key; `actions` are their names by those of their models."""
    definitions = {
        name: _with_words(part, _tables_of(name, actions)) for name, part in schema.get("$defs", {}).items()
    }
    if "action" in definitions:
        _describe_actions(definitions["action"])
    whole = _with_words({**schema, "$defs": {}}, [_words().get(root, {})])
    return {**whole, **({"$defs": definitions} if definitions else {})}


@cache
def _words() -> Mapping[str, Words]:
    words: Mapping[str, Words] = json.loads(_FILE.read_text(encoding="utf-8"))
    return words


def _tables_of(name: str, actions: Mapping[str, str]) -> list[Words]:
    model = name.removeprefix("Expected")
    if model != name and model in actions:
        return [_words().get(actions[model], {}), _PLANNED]
    return [_words().get(name, {})]


def _describe_actions(schema: Schema) -> None:
    """The fields of each action, which stand inside the one definition of all."""
    for form in schema["anyOf"]:
        for name, body in form.get("properties", {}).items():
            form["properties"][name] = _with_words(body, [_words().get(name, {})])


def _with_words(part: Any, tables: Sequence[Words]) -> Any:
    if isinstance(part, list):
        return [_with_words(each, tables) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: _with_words(each, tables) for key, each in part.items() if key != "properties"}
    if "properties" in part:
        found["properties"] = {
            key: _worded(key, _with_words(each, tables), tables) for key, each in part["properties"].items()
        }
    return found


def _worded(key: str, schema: Schema, tables: Sequence[Words]) -> Schema:
    """The words of its own table, else those that it has, else those of what has one name everywhere."""
    own = (table[key] for table in tables if key in table)
    shared = (_words()[name][key] for name in _SHARED if key in _words()[name])
    words = next(own, "") or schema.get("description", "") or next(shared, "")
    return {**schema, "description": words} if words else schema
