"""What pydantic finds wrong, in the words of a person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from automailer.settings.document import nearest
from automailer.settings.masking import is_secret_path
from automailer.settings.values import shorten

__all__ = ["Wording", "known_keys", "wording"]

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "a mapping (key: value)",
    "mapping_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "dataclass_type": "a mapping (key: value)",
    "date_type": "a date such as 2026-12-24",
    "date_parsing": "a date such as 2026-12-24",
    "date_from_datetime_parsing": "a date such as 2026-12-24",
    "datetime_type": "a time such as 2026-12-24T10:00:00+01:00",
    "datetime_parsing": "a time such as 2026-12-24T10:00:00+01:00",
    "none_required": "nothing",
}
_BOUNDS = {
    "greater_than": ("gt", "must be more than {}"),
    "greater_than_equal": ("ge", "must be at least {}"),
    "less_than": ("lt", "must be less than {}"),
    "less_than_equal": ("le", "must be at most {}"),
    "too_short": ("min_length", "must have at least {} entries"),
    "too_long": ("max_length", "must have at most {} entries"),
    "string_too_short": ("min_length", "must have at least {} characters"),
    "string_too_long": ("max_length", "must have at most {} characters"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is wrong; `expected` and `found` are its parts, where it has them, to be joined with others."""

    message: str
    expected: str = ""
    found: str = ""
    hint: str = ""


def wording(error: ErrorDetails, path: Sequence[str | int], keys: Iterable[str]) -> Wording:
    """The fault in plain words; `keys` are those that are known where it lies. Secrets are not repeated."""
    kind, context = error["type"], error.get("ctx", {})
    found = "" if is_secret_path(path) else f", found {_described(error['input'])}"
    if kind == "missing":
        return Wording(message="is missing")
    if kind == "extra_forbidden":
        return Wording(message="is not known here", hint=nearest(str(path[-1]), keys))
    if kind in ("enum", "literal_error"):
        expected = str(context["expected"]).replace("'", "")
        hint = nearest(error["input"], _words(expected)) if isinstance(error["input"], str) else ""
        return Wording(message=f"expected {expected}{found}", expected=expected, found=found, hint=hint)
    if kind in _EXPECTED:
        return Wording(message=f"expected {_EXPECTED[kind]}{found}", expected=_EXPECTED[kind], found=found)
    if kind in _BOUNDS:
        limit, text = _BOUNDS[kind]
        return Wording(message=text.format(context[limit]))
    return _other(error, found)


def _refused(message: str, found: str) -> Wording:
    """The words of a reader of our own, such as "'soon' is no duration: expected a number and s, m, h"."""
    expected = message.removeprefix("expected ") if message.startswith("expected ") else ""
    expected = expected or message.partition(": expected ")[2]
    return Wording(message=message, expected=expected.partition(", found ")[0], found=found)


def _other(error: ErrorDetails, found: str) -> Wording:
    reason = error.get("ctx", {}).get("error")
    if isinstance(reason, ValueError):
        return _refused(str(reason), found)
    message = error["msg"]
    if message.startswith("Input should be "):
        return Wording(message=f"expected {message.removeprefix('Input should be ')}{found}")
    return Wording(message=message[:1].lower() + message[1:])


def _words(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")


def _described(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return shorten(value)
        case Mapping():
            return "a mapping"
        case _:
            return "a list"


def known_keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that the model knows at a path in it, as they are written; none when it can't be told."""
    types: list[Any] = [model]
    for step in path:
        types = [inner for each in types for inner in _inside(each, step)]
    return [key for each in types if _is_model(each) for key in _fields(each)]


def _inside(kind: Any, step: str | int) -> Iterator[Any]:
    """The types that a value inside a value of this type may have."""
    if _is_model(kind):
        if step in (fields := _fields(kind)):
            yield from _members(fields[str(step)])
        return
    arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
    if arguments and isinstance(get_origin(kind), type):
        yield from _members(arguments[-1])


def _members(kind: Any) -> Iterator[Any]:
    """A union's members, without their metadata; of another type, the type itself."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _members(get_args(kind)[0])
    elif origin is None or (isinstance(origin, type) and not _is_union(kind)):
        yield kind
    else:
        for member in get_args(kind):
            if member is not NoneType:
                yield from _members(member)


def _is_union(kind: Any) -> bool:
    from types import UnionType
    from typing import Union

    return get_origin(kind) in (Union, UnionType)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}
