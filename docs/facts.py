"""What the program's own models say: the facts of every table in docs/. The words beside them are people's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import ModuleType
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from automailer.actions import ACTIONS, ActionModel, action_schemas
from automailer.cli.exits import Exit
from automailer.journal import EntryState, MessageState, Retention
from automailer.mailbox import limits
from automailer.message import KINDS, parse
from automailer.rules import TESTS, rules_schema
from automailer.ruletests.model import Expected, RuleTest, WrittenMessage
from automailer.settings import Secret, Settings, Tls, format_duration, format_size
from automailer.templating import names
from automailer.templating.filters import FILTERS
from automailer.worker.compare import Mark
from docs.kinds import is_size, models_in, word
from tests.test_architecture import MAY_IMPORT

__all__ = ["Rows", "facts"]

Rows = list[tuple[str, ...]]
"""Of a table: its head, then a row for each fact; the first cell is the row's key. A meaning is added to each."""

_SCHEMA = rules_schema(action_schemas())
_DEFINITIONS: Mapping[str, Any] = _SCHEMA["$defs"]


def facts() -> dict[str, Callable[[], Rows]]:
    """Every table by name."""
    return {
        **{model.__name__: _model(model, of=("key", "value", "default")) for model in _settings_models()},
        **{f"action {name}": _action(model) for name, model in ACTIONS.items() if model.model_fields},
        **_RULES,
        "rule test": lambda: _keys("key", _aliases(RuleTest)),
        "written message": lambda: _keys("key", _aliases(WrittenMessage)),
        "expected": lambda: _keys("key", _aliases(Expected)),
        "names": lambda: _keys("name", _names()),
        "message": lambda: _keys("name", _names()["message"]),
        "attachment": lambda: _keys("name", _names()["message"]["attachments"][0]),
        "bounce": lambda: _keys("name", _names()["message"]["bounce"]),
        "filters": lambda: _keys("filter", sorted(FILTERS)),
        "exit statuses": lambda: [("status",), *((str(status.value),) for status in Exit)],
        "message states": lambda: _keys("state", MessageState),
        "replay marks": lambda: _keys("mark", Mark),
        "outbox states": lambda: _keys("state", EntryState),
        "retention": _retention,
        "limits": lambda: _limits(limits),
        "imports": _imports,
    }


def _code(text: object) -> str:
    return f"`{text}`"


def _keys(head: str, found: Any) -> Rows:
    return [(head,), *((_code(key),) for key in found)]


def _aliases(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _settings_models() -> Iterator[type[BaseModel]]:
    """Every model that the settings are made of, each once, in the order of the file."""
    found: dict[type[BaseModel], None] = {}
    waiting: list[type[BaseModel]] = [Settings]
    while waiting:
        model = waiting.pop(0)
        if model not in found:
            found[model] = None
            waiting.extend(models_in(model))
    return iter(found)


def _model(model: type[BaseModel], *, of: tuple[str, ...]) -> Callable[[], Rows]:
    def rows() -> Rows:
        written = (
            (_code(field.alias or name), word(model, name), _default(model, name, field))
            for name, field in model.model_fields.items()
        )
        return [of, *written]

    return rows


def _action(model: type[ActionModel]) -> Callable[[], Rows]:
    def rows() -> Rows:
        head, *written = _model(model, of=("field", "value", "default"))()
        templated = {_code(name) for name in model.templated}
        return [
            head,
            *(
                (key, f"{value}; template" if key in templated else value, default)
                for key, value, default in written
            ),
        ]

    return rows


def _default(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default_factory_takes_validated_data:
        by_tls = cast("Callable[[dict[str, Any]], Any]", field.default_factory)
        return ", ".join(f"{_code(by_tls({'tls': tls}))} with {_code(tls.value)}" for tls in Tls)
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, int) and not isinstance(value, bool) and is_size(model, name):
        return _code(format_size(value))
    return _written(value)


def _written(value: object) -> str:
    if isinstance(value, BaseModel):
        return "see below"
    if value is None or value is PydanticUndefined or value in ((), {}):
        return "none"
    if isinstance(value, tuple):
        return _code(f"[{', '.join(map(_plain, value))}]")
    return _code(_plain(value))


def _plain(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case timedelta():
            return format_duration(value)
        case Secret():
            return value.reveal()
        case _:
            return str(value)


def _properties(name: str) -> Mapping[str, Any]:
    """The keys of a mapping in the rules' schema; of several forms of a value, those of the mapping."""
    schema = _DEFINITIONS[name]
    forms = schema.get("anyOf", [schema])
    return next(form["properties"] for form in forms if "properties" in form)


def _rule() -> Rows:
    found = _properties("rule")
    shown = {True: "true", False: "false"}
    required = _DEFINITIONS["rule"]["required"]
    return [
        ("key", "default"),
        *(
            (
                _code(key),
                "required"
                if key in required
                else _code(shown.get(schema["default"], schema["default"]))
                if "default" in schema
                else "none",
            )
            for key, schema in found.items()
        ),
    ]


def _tests() -> Rows:
    return [
        ("test", "value"),
        *((_code(name), f"[{kind.shape}](#{kind.shape})") for name, kind in TESTS.items()),
    ]


def _actions() -> Rows:
    return [
        ("action", "may stand alone"),
        *(
            (_code(name), _code(model.shorthand) if model.shorthand else "–")
            for name, model in ACTIONS.items()
        ),
    ]


_RULES: dict[str, Callable[[], Rows]] = {
    "rules file": lambda: _keys("key", _SCHEMA["properties"]),
    "rule": _rule,
    "groups": lambda: _keys("group", [key for key in _properties("tests") if key not in TESTS]),
    "tests": _tests,
    "text": lambda: _keys("form", _properties("value_text")),
    "address": lambda: _keys("form", _properties("value_address")),
    "moment": lambda: _keys("form", _properties("value_moment")),
    "attachment test": lambda: _keys("form", _properties("value_attachment")),
    "authenticated test": lambda: _keys("key", _properties("value_authenticated")),
    "program test": lambda: _keys("key", _properties("value_command")),
    "duplicate": lambda: _keys("key", _properties("value_duplicate")),
    "frequency": lambda: _keys("key", _properties("value_frequency")),
    "kinds": lambda: _keys("kind", KINDS),
    "actions": _actions,
}


def _names() -> dict[str, Any]:
    message = parse(b"Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\n\r\nx")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return names(message, mailbox="", uidl="", match={}, vars={}, rule="", now=now)


def _retention() -> Rows:
    kept = Retention()
    return [
        ("what", "kept for"),
        *((one.name.replace("_", " "), _code(_plain(getattr(kept, one.name)))) for one in fields(kept)),
    ]


def _limits(module: ModuleType) -> Rows:
    return [("limit", "value"), *((_code(name), f"{getattr(module, name):,}") for name in module.__all__)]


def _imports() -> Rows:
    return [
        ("part", "may import"),
        *((_code(part), ", ".join(sorted(needs)) or "nothing of ours") for part, needs in MAY_IMPORT.items()),
    ]
