"""Where files go: what the rule's author wrote is trusted, what a mail put into it is not. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

from automailer.actions.fields import rendered
from automailer.actions.model import PlanContext
from automailer.message import safe_name
from automailer.rules import Subject

__all__ = ["is_url", "rendered_folder", "rendered_name"]

MAX_DEPTH = 32
"""Folders below the trusted one: more is a template gone wrong."""


def is_url(text: str) -> bool:
    """Whether it is an fsspec URL (`s3://…`) and not a path."""
    return "://" in text


def rendered_folder(source: str, subject: Subject, context: PlanContext, **more: object) -> tuple[str, str]:
    """The trusted root and the folder below it, from a templated path or URL.

    Text before the first template mark is the author's, and taken as written up to its last slash; every component
    behind it is made safe by itself, so that a value out of a mail can go deeper but never up or elsewhere.
    """
    mark = min((at for at in (source.find("{{"), source.find("{%")) if at >= 0), default=len(source))
    fixed = source if mark == len(source) else source[: source.rfind("/", 0, mark) + 1]
    tail = rendered(source[len(fixed) :], subject, **more)
    parts = [safe_name(part, fallback="_") for part in tail.split("/") if part.strip()][:MAX_DEPTH]
    if is_url(fixed):
        root = fixed.rstrip("/")
        return root, "/".join([root, *parts])
    root = str(context.folder / PurePosixPath(fixed).as_posix()) if fixed else str(context.folder)
    return root, str(PurePosixPath(root, *parts))


def rendered_name(source: str, subject: Subject, *, fallback: str, **more: object) -> str:
    """A file name from a template: one safe path component."""
    return safe_name(rendered(source, subject, **more), fallback=fallback)
