"""What a template reads of the names that it is given, and which of them it hides: Jinja2's own analysis."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from jinja2 import Environment, meta, nodes

from automailer.templating.reading import Included, Reading, Usage

__all__ = ["usage_of"]

_GUARDS = frozenset({"defined", "undefined"})
_DEFAULTS = frozenset({"default", "d"})


def usage_of(environment: Environment, source: str) -> Usage:
    """Analyse a template whose syntax is right; of a name that stands there several times the first place is given."""
    tree, lines = environment.parse(source), source.splitlines()
    undeclared = meta.find_undeclared_variables(tree) - set(environment.globals)
    guarded = set(_guarded(tree))
    words = list(tree.find_all(nodes.Name))
    own = [node for node in words if node.ctx != "load"]
    hidden = {node.name for node in own}
    missing = [node for node in words if node.name in undeclared and (node.name,) not in guarded]
    dotted = [(path, node) for node in _dotted(tree) if (path := _path(node)) and path[0] not in hidden]
    return Usage(
        names=_readings([((node.name,), node) for node in missing], lines),
        reads=_readings([each for each in dotted if not _is_guarded(each[0], guarded)], lines),
        sets=_readings([((node.name,), node) for node in own], lines),
        includes=tuple(_included(tree)),
    )


def _dotted(tree: nodes.Template) -> Iterator[nodes.Expr]:
    yield from tree.find_all((nodes.Getattr, nodes.Getitem))


def _is_guarded(path: tuple[str, ...], guarded: Collection[tuple[str, ...]]) -> bool:
    return any(path[: len(other)] == other for other in guarded)


def _path(node: nodes.Node) -> tuple[str, ...]:
    """`match.host` and `match["host"]` as steps; nothing where a step is computed."""
    match node:
        case nodes.Name(name=str(name)):
            return (name,)
        case (
            nodes.Getattr(node=inner, attr=str(step))
            | nodes.Getitem(node=inner, arg=nodes.Const(value=str(step)))
        ):
            before = _path(inner)
            return (*before, step) if before else ()
        case _:
            return ()


def _guarded(tree: nodes.Template) -> Iterator[tuple[str, ...]]:
    asked = (test.node for test in tree.find_all(nodes.Test) if test.name in _GUARDS)
    replaced = (one.node for one in tree.find_all(nodes.Filter) if one.name in _DEFAULTS)
    for node in (*asked, *replaced):
        if node is not None and (path := _path(node)):
            yield path


def _included(tree: nodes.Template) -> Iterator[Included]:
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        needed = not getattr(node, "ignore_missing", False)
        match node.template:  # type: ignore[attr-defined]
            case nodes.Const(value=str(name)):
                yield Included(name, node.lineno, needed)
            case _:
                pass


def _readings(
    found: Iterable[tuple[tuple[str, ...], nodes.Expr]], lines: Sequence[str]
) -> tuple[Reading, ...]:
    first: dict[tuple[str, ...], nodes.Expr] = {}
    for path, node in found:
        if path not in first or node.lineno < first[path].lineno:
            first[path] = node
    return tuple(Reading(path, node.lineno, _column(path, node, lines)) for path, node in first.items())


def _column(path: tuple[str, ...], node: nodes.Expr, lines: Sequence[str]) -> int:
    """Jinja2 tells the line alone: there it is looked for; the first column where it goes over several lines."""
    first, *rest = map(re.escape, path)
    steps = "".join(rf"\s*(?:\.\s*{step}\b|\[\s*['\"]{step}['\"]\s*\])" for step in rest)
    line = lines[node.lineno - 1] if node.lineno <= len(lines) else ""
    found = re.search(rf"(?<![\w.]){first}\b{steps}", line)
    return found.start() + 1 if found else 1
