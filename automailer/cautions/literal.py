"""Values that are read in another way than they look: stars in a plain text, an address that is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from automailer.cautions.model import Material
from automailer.errors import Problem
from automailer.rules import TESTS, Leaf, leaves

__all__ = ["misread_values"]

_TEXTS = frozenset({"subject", "body", "html"})
_ADDRESSES = frozenset(name for name, kind in TESTS.items() if kind.shape == "address")

# One star at an end, as a glob has it; `*** SPAM ***` is meant as it stands.
_LIKE_A_GLOB = re.compile(r"\*[^*\s].*|.*[^*\s]\*")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def misread_values(material: Material) -> Iterator[Problem]:
    """Stars in a plain text, which are searched as they stand, and domains where an address is expected."""
    for rules in material.rules.values():
        for rule in rules:
            for leaf, _ in leaves(rule.when) if rule.when is not None else ():
                yield from _misread(leaf, material)


def _misread(leaf: Leaf, material: Material) -> Iterator[Problem]:
    if leaf.where is None or leaf.test not in _TEXTS | _ADDRESSES:
        return
    for value in _strings(material.pages.written(leaf.where, leaf.test)):
        if leaf.test in _TEXTS and not value.startswith("/") and _LIKE_A_GLOB.fullmatch(value):
            message = (
                f"{value!r} is found as it stands, stars too: drop them, for a plain text is found anywhere"
            )
            yield material.pages.problem(leaf.where, message, hint=f"{{glob: {value!r}}}")
        elif leaf.test in _ADDRESSES and _DOMAIN.fullmatch(value):
            message = f"{value!r} is no address, so it never matches one"
            yield material.pages.problem(leaf.where, message, hint=f"{{domain: {value}}}")


def _strings(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
