"""Which groups a test captures. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from automailer.rules.groups import AllOf, AnyOf
from automailer.rules.leaf import Leaf
from automailer.rules.model import Test
from automailer.rules.pattern import Pattern

__all__ = ["captures_of"]


def captures_of(test: Test) -> frozenset[str]:
    """The names that a test adds to `match` when it holds; what stands under `not` adds none."""
    match test:
        case AllOf(tests=tests) | AnyOf(tests=tests):
            return frozenset().union(*map(captures_of, tests))
        case Leaf(content=content):
            return frozenset(name for pattern in _patterns(content) for name in pattern.names)
        case _:
            return frozenset()


def _patterns(thing: object) -> Iterator[Pattern]:
    if isinstance(thing, Pattern):
        yield thing
        return
    parts: tuple[object, ...] = ()
    if isinstance(thing, tuple):
        parts = thing
    elif isinstance(thing, Mapping):
        parts = tuple(thing.values())
    elif is_dataclass(thing):
        parts = tuple(getattr(thing, field.name) for field in fields(thing))
    for part in parts:
        yield from _patterns(part)
