"""Which files hold rule tests, when nobody names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from automailer.errors import PermanentError
from automailer.settings import Settings, shown_path

__all__ = ["FOLDER", "find_tests"]

FOLDER = "tests"
_ENDINGS = (".yaml", ".yml")


def find_tests(named: Sequence[Path], settings: Settings) -> list[Path]:
    """The files that are named, those in folders that are; else those in `tests/` beside settings and rules.

    Raises:
        PermanentError: there are none.
    """
    folders = named or list(_usual(settings))
    found = dict.fromkeys(file for one in folders for file in (_inside(one) if one.is_dir() else [one]))
    if not found:
        looked = ", ".join(str(shown_path(folder)) for folder in folders)
        reason = f"there are no rule tests (looked for .yaml files in {looked})"
        raise PermanentError(reason)
    return list(found)


def _usual(settings: Settings) -> Iterator[Path]:
    beside = [settings.folder, *(file.parent for box in settings.mailboxes.values() for file in box.rules)]
    yield from dict.fromkeys(folder / FOLDER for folder in beside)


def _inside(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in _ENDINGS and file.is_file())
