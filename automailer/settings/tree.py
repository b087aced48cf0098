"""YAML text as a tree of nodes that know where they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

__all__ = ["Fault", "Mark", "Node", "build"]

# A hundred settings of a thousand mailboxes. Counted with every alias written out, so that a few lines of
# aliases to aliases can't become millions of values ("billion laughs").
MAX_NODES = 200_000
# Rules nest `all`, `any` and `not`: nobody reads fifty levels, and the reader below calls itself for each.
MAX_DEPTH = 50

_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MERGE = "<<"

# libyaml's parser where PyYAML was built with it: ten times faster, the same marks.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Mark:
    """A line and a column, both from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """One value: its data, where it starts and ends, where its keys stand, and the nodes inside it."""

    value: Any
    start: Mark
    end: Mark
    size: int = 1
    keys: dict[str, Mark] = field(default_factory=dict)
    children: dict[str | int, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """What makes a text no plain YAML document, and where; `path` as far as it was known."""

    message: str
    mark: Mark
    path: tuple[str | int, ...] = ()


class _Stop(Exception):
    """Reading on makes no sense after this fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)


def build(text: str) -> tuple[Node | None, list[Fault]]:
    """The tree of the one document in the text, None when there is none, and all that is wrong with it."""
    faults: list[Fault] = []
    try:
        return _Builder(yaml.parse(text, Loader=_Loader), faults).document(), faults
    except _Stop as stop:
        faults.append(stop.fault)
    except yaml.MarkedYAMLError as exc:
        faults.append(_syntax_fault(exc, text))
    except yaml.YAMLError as exc:
        faults.append(Fault(f"is not YAML: {exc}", Mark(1, 1)))
    return None, faults


class _Builder:
    """Takes the parser's events one by one, so that a limit stops it before the parser has gone further."""

    def __init__(self, events: Iterator[yaml.Event], faults: list[Fault]) -> None:
        self._events = events
        self._faults = faults
        self._anchors: dict[str, Node | None] = {}
        self._total = 0

    def document(self) -> Node | None:
        root = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise _Stop(Fault("a second document begins here: expected one", _mark(event.start_mark)))
                root = self._node(next(self._events), (), 0)
        return root

    def _node(self, event: yaml.Event, path: tuple[str | int, ...], depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _Stop(Fault(f"is nested more than {MAX_DEPTH} deep", _mark(event.start_mark), path))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        self._refuse_tag(event, path)
        anchor: str | None = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = None
        node = self._content(event, path, depth)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _content(self, event: yaml.Event, path: tuple[str | int, ...], depth: int) -> Node:
        self._count(1, event, path)
        if isinstance(event, yaml.ScalarEvent):
            value = _plain(event.value) if _is_bare(event) else event.value
            return Node(value, _mark(event.start_mark), _mark(event.end_mark))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, path, depth)
        return self._mapping(event, path, depth)

    def _sequence(self, start: yaml.Event, path: tuple[str | int, ...], depth: int) -> Node:
        node = Node([], _mark(start.start_mark), _mark(start.end_mark))
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                node.end = _mark(event.end_mark)
                break
            index = len(node.value)
            child = self._node(event, (*path, index), depth + 1)
            node.children[index] = child
            node.value.append(child.value)
            node.size += child.size
        return node

    def _mapping(self, start: yaml.Event, path: tuple[str | int, ...], depth: int) -> Node:
        node = Node({}, _mark(start.start_mark), _mark(start.end_mark))
        merged: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                node.end = _mark(event.end_mark)
                break
            key = self._key(event, path)
            child = self._node(next(self._events), (*path, key), depth + 1)
            node.size += child.size
            if key == _MERGE and _is_bare(event):
                merged.extend(self._mergeable(child, (*path, key)))
            elif key in node.keys:
                first = node.keys[key].line
                self._faults.append(
                    Fault(f"is there twice, first on line {first}", _mark(event.start_mark), (*path, key))
                )
            else:
                _put(node, key, _mark(event.start_mark), child)
        for source in merged:
            for key in [key for key in source.keys if key not in node.keys]:
                _put(node, key, source.keys[key], source.children[key])
        return node

    def _key(self, event: yaml.Event, path: tuple[str | int, ...]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            msg = "a key must be text: put a value that begins with {{ in quotes"
            raise _Stop(Fault(msg, _mark(event.start_mark), path))
        self._refuse_tag(event, path)
        key: str = event.value
        if not key:
            self._faults.append(Fault("a key is missing before the colon", _mark(event.start_mark), path))
        if event.anchor is not None:
            self._anchors[event.anchor] = Node(key, _mark(event.start_mark), _mark(event.end_mark))
        return key

    def _mergeable(self, node: Node, path: tuple[str | int, ...]) -> list[Node]:
        nodes = list(node.children.values()) if isinstance(node.value, list) else [node]
        if all(isinstance(each.value, dict) for each in nodes):
            return nodes
        self._faults.append(Fault("expected a mapping to take keys from, such as *name", node.start, path))
        return []

    def _alias(self, event: yaml.AliasEvent, path: tuple[str | int, ...]) -> Node:
        name = event.anchor
        if name not in self._anchors:
            msg = "no such anchor stands before this: put text that begins with * in quotes"
            raise _Stop(Fault(msg, _mark(event.start_mark), path))
        node = self._anchors[name]
        if node is None:
            raise _Stop(Fault("holds itself", _mark(event.start_mark), path))
        self._count(node.size, event, path)
        return node

    def _refuse_tag(self, event: yaml.Event, path: tuple[str | int, ...]) -> None:
        if getattr(event, "tag", None) is not None:
            msg = "YAML tags are not allowed: put text that begins with ! in quotes"
            self._faults.append(Fault(msg, _mark(event.start_mark), path))

    def _count(self, nodes: int, event: yaml.Event, path: tuple[str | int, ...]) -> None:
        self._total += nodes
        if self._total > MAX_NODES:
            msg = f"the file holds more than {MAX_NODES} values, each alias counted in full"
            raise _Stop(Fault(msg, _mark(event.start_mark), path))


def _is_bare(event: yaml.Event) -> bool:
    """True for a plain word: `implicit` tells that neither quotes nor a tag are around it."""
    return isinstance(event, yaml.ScalarEvent) and bool(event.implicit[0])


def _put(node: Node, key: str, mark: Mark, child: Node) -> None:
    node.keys[key] = mark
    node.children[key] = child
    node.value[key] = child.value


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _plain(text: str) -> Any:
    """What a plain word means. Digits with a leading zero or plus stay text: phone numbers, passwords."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


_SYNTAX = {
    "cannot start any token": "a value can't begin with this character: put the text in quotes",
    "expected alphabetic or numeric": "a value that begins with * or & has to stand in quotes",
    "unknown escape character": "a backslash has a meaning of its own in double quotes: put the text in single quotes",
    "mapping values are not allowed": (
        "a colon and a space can't stand inside plain text: put it in quotes, or mend the indentation"
    ),
}
"""What the parser says, and what a person has to do."""


def _syntax_fault(error: yaml.MarkedYAMLError, text: str) -> Fault:
    problem = error.problem or "can't be read"
    mark = error.problem_mark or error.context_mark
    known = next((words for phrase, words in _SYNTAX.items() if phrase in problem), "")
    if mark is not None and text[mark.index : mark.index + 1] == "\t":
        problem = "a tab can't stand here: indent with spaces"
    elif "unexpected end of stream" in problem:
        mark = error.context_mark or mark
        problem = "the quote that opens here is never closed"
    elif known:
        problem = known
    elif mark is not None and _behind_an_end(text, mark.index):
        problem = "nothing can follow on ], } or a quote: put quotes around the whole text"
    elif "expected ',' or" in problem:
        mark = error.context_mark or mark
        problem = "the bracket that opens here is never closed, or a comma is missing in it"
    else:
        problem = f"is not YAML: {problem}"
    return Fault(problem, _mark(mark) if mark else Mark(1, 1))


def _behind_an_end(text: str, index: int) -> bool:
    """Whether text goes on in a line behind a list, a mapping or a quoted text, as in `subject: [CRIT] db1`."""
    before = text[text.rfind("\n", 0, index) + 1 : index].rstrip(" ")
    return before.endswith(("]", "}", '"', "'")) and text[index : index + 1] not in ("", "\n", "\r", "#")
