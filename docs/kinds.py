"""The words in which docs/ says what sort of value a field takes."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from automailer.actions.fields import Recipients, Which, Words
from automailer.settings import (
    Address,
    Duration,
    FilePath,
    FilePaths,
    Flag,
    Name,
    RatePerTime,
    Schedule,
    Secret,
    Size,
    SizeComparison,
    Text,
)
from automailer.settings.fields import Host, Proxy, several

__all__ = ["is_size", "models_in", "word"]

_NAMED: dict[Any, str] = {
    Recipients: "address, `{list: NAME}`, or a list of them",
    Words: "text, or a list",
    Which: "`true`, `false`, or globs",
    FilePaths: "path, or a list",
    Schedule: "duration or cron time",
    SizeComparison: 'bound such as `">5MB"`',
    Address: "address",
    Host: "host",
    Proxy: "URL",
    Name: "name",
    Duration: "duration",
    Size: "size",
    RatePerTime: "rate such as `30/min`",
    FilePath: "path",
    Flag: "`true`, `false`",
    Text: "text",
}
_PLAIN: dict[Any, str] = {
    Any: "anything",
    bool: "`true`, `false`",
    int: "number",
    str: "text",
    Secret: "secret",
    Path: "path",
    timedelta: "duration",
}


def word(model: type[BaseModel], name: str) -> str:
    """What sort of value the field takes."""
    return _word(_hint(model, name))


def is_size(model: type[BaseModel], name: str) -> bool:
    """Tell whether a number in this field counts octets."""
    return _begins(_hint(model, name), Size)


def models_in(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models that the fields of this one are made of."""
    for name in model.model_fields:
        yield from _models(_hint(model, name))


def _hint(model: type[BaseModel], name: str) -> Any:
    return typing.get_type_hints(model, include_extras=True)[name]


def _models(hint: Any) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for part in get_args(hint):
        yield from _models(part)


def _word(hint: Any) -> str:
    for alias, name in _NAMED.items():
        if _begins(hint, alias):
            return name
    if get_origin(hint) is Annotated:
        one = _word(get_args(hint)[0])
        alone = any(getattr(part, "func", None) is several for part in hint.__metadata__)
        return f"{_singular(one)}, or a list" if alone else one
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(f"`{choice.value}`" for choice in hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return "mapping"
    return _composed(hint)


def _composed(hint: Any) -> str:
    parts = get_args(hint)
    if get_origin(hint) is Literal:
        return ", ".join(f"`{str(part).lower()}`" for part in parts)
    if get_origin(hint) in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_word(part) for part in parts if part is not type(None)))
    if get_origin(hint) is tuple:
        return f"list of {_plural(_word(parts[0]))}"
    return "mapping"


def _plural(one: str) -> str:
    return f"{one}es" if one.endswith("s") else f"{one}s"


def _singular(text: str) -> str:
    """One of what the list at the end is of, in the list's place."""
    before, _, several = text.rpartition("list of ")
    return before + (several.removesuffix("es") if several.endswith("sses") else several.removesuffix("s"))


def _begins(hint: Any, alias: Any) -> bool:
    """Whether the hint is the alias, or the alias with more conditions."""
    if get_origin(hint) is not Annotated or hint.__origin__ != alias.__origin__:
        return False
    return bool(hint.__metadata__[: len(alias.__metadata__)] == alias.__metadata__)
