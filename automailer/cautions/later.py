"""Parts of the settings that are understood and not used yet."""

from __future__ import annotations

from collections.abc import Iterator

from automailer.cautions.model import Material
from automailer.errors import Problem

__all__ = ["not_run_yet"]


def not_run_yet(material: Material) -> Iterator[Problem]:
    """What is checked but does nothing in this version."""
    settings = material.settings
    for part in ("operators", "web", "reports", "expect"):
        if getattr(settings, part):
            yield settings.problem((part,), "is checked but not run by this version")
