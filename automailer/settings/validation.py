"""Pydantic's verdict on a document, with the place of each fault. `wording` has the words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from automailer.errors import ConfigError, Problem
from automailer.settings.document import Document, KeyPath, dotted
from automailer.settings.secret import find_secrets
from automailer.settings.wording import known_keys, wording

__all__ = ["validate"]

M = TypeVar("M", bound=BaseModel)

FROM_DOCUMENT: Any = object()

# Follows from another fault, which is told.
_CONSEQUENCES = ("default_factory_not_called",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """One fault; `branches` are the members of unions on the way to it, each with the depth of its union."""

    path: tuple[str | int, ...]
    message: str
    expected: str
    found: str
    hint: str
    key: bool
    branches: tuple[tuple[int, str], ...]


def validate(
    model: type[M],
    document: Document,
    *,
    at: KeyPath = (),
    value: Any = FROM_DOCUMENT,
    folder: Path | None = None,
) -> M:
    """The model made of what stands at the path, or ConfigError with all that is wrong with it.

    `value` is what to read instead (a short form spelt out); `folder` is what relative paths are relative to,
    by default the document's own.
    """
    data = _at(document.data, at) if value is FROM_DOCUMENT else value
    context = {"folder": document.path.parent if folder is None else folder}
    try:
        made = model.model_validate(data, context=context, by_alias=True, by_name=False)
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        problems = _problems(model, document, tuple(at), data, errors)
        # Pydantic's error holds the input, secrets included: it is not chained.
        raise ConfigError(problems) from None
    for path, secret in find_secrets(made):
        secret.locate(document.place((*at, *path), key=True), dotted((*at, *path)))
    return made


def _at(data: Any, path: KeyPath) -> Any:
    for step in path:
        data = data[step]
    return data


def _problems(
    model: type[BaseModel],
    document: Document,
    at: tuple[str | int, ...],
    data: Any,
    errors: Iterable[ErrorDetails],
) -> list[Problem]:
    faults = [_fault(model, data, error) for error in errors if error["type"] not in _CONSEQUENCES]
    problems = {
        document.problem((*at, *fault.path), fault.message, hint=fault.hint, key=fault.key): None
        for fault in _collapsed(faults)
    }
    return sorted(problems, key=lambda problem: (problem.place.line, problem.place.column))


def _fault(model: type[BaseModel], data: Any, error: ErrorDetails) -> _Fault:
    path: list[str | int] = []
    branches: list[tuple[int, str]] = []
    key = False
    for step in error["loc"]:
        if _has(data, step):
            data = data[step]
            path.append(step)
        elif step == "[key]":
            key = True
        elif step in known_keys(model, path):  # it should be there, and is not
            data, key = None, True
            path.append(step)
        elif isinstance(step, str):
            branches.append((len(path), step))
    words = wording(error, path, known_keys(model, path[:-1]))
    return _Fault(
        path=tuple(path),
        message=words.message,
        expected=words.expected,
        found=words.found,
        hint=words.hint,
        key=key or error["type"] == "extra_forbidden" or isinstance(data, dict | list),
        branches=tuple(branches),
    )


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)


def _collapsed(faults: list[_Fault]) -> list[_Fault]:
    """Of a value that fits no member of a union, what the writer is likely to have meant, told once."""
    result = [fault for fault in faults if not fault.branches]
    unions: dict[tuple[str | int, ...], dict[str, list[_Fault]]] = {}
    for fault in faults:
        if fault.branches:
            depth, branch = fault.branches[0]
            inner = replace(fault, branches=fault.branches[1:])
            unions.setdefault(fault.path[:depth], {}).setdefault(branch, []).append(inner)
    for point, members in unions.items():
        result.extend(_likeliest(point, [_collapsed(member) for member in members.values()]))
    return result


def _likeliest(point: tuple[str | int, ...], members: list[list[_Fault]]) -> list[_Fault]:
    """The member whose faults lie deepest: the value has its shape. When none has, all that would do."""
    within = [member for member in members if any(len(fault.path) > len(point) for fault in member)]
    if within:
        return min(within, key=len)
    faults = [fault for member in members for fault in member]
    expected = list(dict.fromkeys(fault.expected for fault in faults if fault.expected))
    if len(expected) < 2:
        return faults[:1]
    message = f"expected {' or '.join(expected)}{faults[0].found}"
    return [replace(faults[0], message=message, hint="")]
