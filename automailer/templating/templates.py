"""Templates in files: found by name, rendered to a subject, text, HTML, pictures and attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automailer.errors import Problem
from automailer.templating.model import Rendered


class Templates:
    """The templates folders, searched in order."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def exists(self, name: str) -> bool:
        """Tell whether any of NAME.txt.j2, NAME.html.j2, NAME.md.j2 is there."""
        raise NotImplementedError

    def check(self, name: str) -> tuple[Problem, ...]:
        """List what is wrong in the template's syntax, filters, top-level names and files."""
        raise NotImplementedError

    def render(self, name: str, names: Mapping[str, Any]) -> Rendered:
        """Fill the template in; raises TemplateError with its file and line."""
        raise NotImplementedError
