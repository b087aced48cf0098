"""Secrets in the lines of a file that are shown with an error. Pure.

A line is shown when something beside the secret is wrong in it, or when the key itself is misspelt, so that
what looks like a secret's key counts as one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from automailer.settings.tree import Node

__all__ = ["is_secret_key", "is_secret_path", "masked", "secret_nodes", "without_login"]

_KEYS = (
    "password",
    "passphrase",
    "secret",
    "client_secret",
    "token",
    "access_token",
    "refresh_token",
    "api_key",
    "authorization",
    "notify",
    "url",
    "database",
)
_PARTS = ("passw", "secret", "token", "api_key", "apikey")

_MASK = "***"

_LOGIN = re.compile(r"(?<=://)[^\s/@'\"]+(?=@)")
_KEY = re.compile(r"([\w-]+)[\"']?\s*:\s+(?!\s*[{\[])")


@lru_cache(maxsize=4096)
def is_secret_key(key: str | int) -> bool:
    """True for a key whose plain value is a secret, and for one that looks like a slip of the pen of it."""
    word = str(key).lower()
    return any(part in word for part in _PARTS) or bool(difflib.get_close_matches(word, _KEYS, 1, cutoff=0.8))


def is_secret_path(path: Sequence[str | int]) -> bool:
    """True when what stands at the path may be a secret itself, or hold one."""
    return any(is_secret_key(key) for key in path)


def without_login(url: str) -> str:
    """The URL with user and password masked."""
    return _LOGIN.sub(_MASK, url)


def secret_nodes(node: Node) -> Iterator[Node]:
    """The plain values in the tree that stand under a secret's key, alone or in a list."""
    for key, child in node.children.items():
        if not is_secret_key(key) or _is_reference(child.value):
            yield from secret_nodes(child)
        elif isinstance(child.value, list):
            yield from (item for item in child.children.values() if not _is_reference(item.value))
        else:
            yield child


def _is_reference(value: object) -> bool:
    # A password that begins with a brace is a mapping to YAML, one of a key without a value.
    return isinstance(value, dict) and any(item is not None for item in value.values())


def masked(line: str, number: int, column: int, secrets: Sequence[Node]) -> str:
    """The line as it may be shown, "" when a mask would push aside what stands at `column`.

    Beside the secrets of the tree, what looks like one in the line is masked: a file that could not be read has
    no tree, and a key that is there twice has only one place in it.
    """
    spans = [_on_line(node, number, line) for node in secrets if node.start.line <= number <= node.end.line]
    known = {start for start, _ in spans}
    spans += [found.span() for found in _LOGIN.finditer(line)]
    for found in _KEY.finditer(line):
        if is_secret_key(found[1]) and found.end() not in known:
            spans.append((found.end(), len(line)))
    shown, end = "", 0
    for start, stop in sorted(span for span in spans if span[0] < span[1]):
        if start < column - 1:
            return ""
        if start >= end:
            shown += line[end:start] + _MASK
        end = max(end, stop)
    return shown + line[end:]


def _on_line(node: Node, number: int, line: str) -> tuple[int, int]:
    start = node.start.column - 1 if number == node.start.line else 0
    end = node.end.column - 1 if number == node.end.line else len(line)
    return start, end
