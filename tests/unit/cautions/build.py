"""What the tests of warnings have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from automailer.cautions import Material, cautions
from automailer.errors import Problem
from automailer.worker.assembly import assemble

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)


def warned(file: Path, now: datetime = NOW) -> list[Problem]:
    """What is said of a configuration that can be loaded."""
    assembly = assemble(file)
    return cautions(
        Material(
            settings=assembly.settings,
            rules=assembly.rules,
            templates=assembly.templates,
            lists=assembly.lists,
            now=now,
        )
    )
