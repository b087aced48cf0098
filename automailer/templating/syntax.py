"""What can be told about a template before any mail comes: names that are never there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from jinja2 import Environment, meta, nodes

__all__ = ["UnknownName", "unknown_names"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName:
    """A top-level name that no template sees; `line` counts from 1 in the template."""

    name: str
    line: int
    hint: str

    @property
    def message(self) -> str:
        """The finding in words."""
        hint = f" (did you mean {self.hint!r}?)" if self.hint else ""
        return f"unknown name {self.name!r}{hint}"


def unknown_names(environment: Environment, source: str, known: Collection[str]) -> Iterator[UnknownName]:
    """Find the names that the template reads and that are neither known nor set in it, each once."""
    tree = environment.parse(source)
    unknown = meta.find_undeclared_variables(tree) - set(known) - set(environment.globals)
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name in unknown:
            unknown.discard(node.name)
            near = get_close_matches(node.name, known, n=1)
            yield UnknownName(name=node.name, line=node.lineno, hint=near[0] if near else "")
