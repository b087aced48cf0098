"""Where files go: what the rule's author wrote is trusted, what a mail put into it is not. Pure.

A folder is a path or an fsspec URL, and may be a template. Its text before the first template mark, up to the last
slash, is the author's own and taken as written: the root. Every component behind it is made safe by itself, so that a
value out of a mail (or of `vars`, which `set` may have filled from one) can go deeper but never up or elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from automailer.actions.fields import is_template, rendered
from automailer.actions.model import PlanContext
from automailer.message import safe_name
from automailer.rules import Subject

__all__ = ["FolderText", "Target", "is_url", "rendered_folder", "rendered_name", "trusted_start"]

MAX_DEPTH = 32
"""Folders below the root: more is a template gone wrong."""

MAX_OCTETS = 2_000
"""Of the path below the root; with the root it has to fit PATH_MAX (4,096)."""

_MARK = re.compile(r"\{\{|\{%")
_URL_START = re.compile(r"[^/]*://[^/]*")
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def is_url(text: str) -> bool:
    """Whether it is an fsspec URL (`s3://…`) and not a path."""
    return "://" in text


def _folder_text(text: str) -> str:
    text = text.strip().removeprefix("file://")
    if not text or _CONTROL.search(text):
        msg = "expected a folder, as a path or a URL on one line"
        raise ValueError(msg)
    start = _URL_START.match(text)
    if start and is_template(start[0]):
        msg = "the scheme and host of a URL can't be a template"
        raise ValueError(msg)
    if _PASSWORD.search(text):
        msg = "a password would be written to the journal with it: give it to fsspec in its own configuration"
        raise ValueError(msg)
    return str(Path(text).expanduser()) if text.startswith("~/") else text


FolderText = Annotated[str, AfterValidator(_folder_text)]
"""A folder as people write it: a path, `~/…`, `file://…` or another fsspec URL; it may be a template."""


@dataclass(frozen=True, slots=True)
class Target:
    """A folder below a trusted root; `shown` is what a person wrote, rendered."""

    root: str
    below: tuple[str, ...]
    shown: str

    @property
    def folder(self) -> str:
        """Path or URL of the folder itself."""
        return "/".join([self.root.rstrip("/") if self.below else self.root, *self.below])

    @property
    def parent(self) -> Target:
        """The folder that holds this one; only a root that has nothing below it is left."""
        if self.below:
            return Target(self.root, self.below[:-1], self.shown)
        return Target(self.root.rpartition("/")[0] or "/", (), self.shown)


def trusted_start(source: str) -> str:
    """What the rule's author wrote himself: the text before the first template mark, up to its last slash."""
    mark = _MARK.search(source)
    return source[: source.rfind("/", 0, mark.start()) + 1] if mark else source


def rendered_folder(source: str, subject: Subject, context: PlanContext, **more: object) -> Target:
    """The folder that a templated path or URL means for this message."""
    fixed = trusted_start(source)
    parts = tuple(_parts(rendered(source[len(fixed) :], subject, **more)))
    shown = "/".join([fixed.rstrip("/"), *parts] if fixed.strip("/") else [fixed + "/".join(parts)])
    root = fixed.rstrip("/") if is_url(fixed) else str(context.folder / fixed)
    return Target(root, parts, shown)


def rendered_name(source: str, subject: Subject, *, fallback: str, **more: object) -> str:
    """A file name from a template: one safe path component."""
    return safe_name(rendered(source, subject, **more), fallback=fallback)


def _parts(tail: str) -> Iterator[str]:
    room = MAX_OCTETS
    for part in [part for part in tail.split("/") if part.strip()][:MAX_DEPTH]:
        name = safe_name(part, fallback="_")
        room -= len(name.encode()) + 1
        if room < 0:
            return
        yield name
