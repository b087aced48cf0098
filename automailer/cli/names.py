"""Names and choices that people type: known ones, or wrong usage with the nearest."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

import typer

__all__ = ["choice", "known"]

E = TypeVar("E", bound=StrEnum)


def known(name: str, names: Iterable[str], *, what: str) -> str:
    """The name, if it is one of them.

    Raises:
        BadParameter: it is none of them.
    """
    every = list(names)
    if name in every:
        return name
    from automailer.settings import nearest

    hint = nearest(name, every)
    message = f"no {what} {name!r}" + (f" (did you mean {hint!r}?)" if hint else "")
    if not hint:
        message += f": expected one of {', '.join(every)}" if every else ": the settings have none"
    raise typer.BadParameter(message)


def choice(text: str | None, kind: type[E]) -> E | None:
    """The member of that value; None for nothing typed."""
    return None if text is None else kind(known(text, [member.value for member in kind], what="state"))
