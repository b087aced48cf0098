"""Which files hold rule tests, when nobody names them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from automailer.errors import PermanentError
from automailer.settings import shown_path

__all__ = ["FOLDER", "Found", "find_tests"]

FOLDER = "tests"
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Files of rule tests. `left_out` are tests of rules files that no mailbox reads."""

    files: tuple[Path, ...]
    left_out: tuple[Path, ...] = ()


def find_tests(named: Sequence[Path], *, settings: Path, rules: Collection[Path]) -> Found:
    """The files that are named, and those in folders that are; else those in `tests/` beside settings and rules.

    `settings` is the folder of the settings file, `rules` are the rules files in use. Of what nobody named,
    `tests/ops.yaml` is left out when `ops.yaml` lies beside `tests/` and is not in use.

    Raises:
        PermanentError: there are none.
    """
    usual = list(dict.fromkeys(folder / FOLDER for folder in (settings, *(file.parent for file in rules))))
    places = named or [folder for folder in usual if folder.is_dir()]
    files = dict.fromkeys(file for one in places for file in (_inside(one) if one.is_dir() else [one]))
    left_out = () if named else tuple(_of_unused_rules(files, rules))
    if len(files) == len(left_out):
        looked = ", ".join(map(shown_path, named or usual))
        reason = f"there are no rule tests (looked for .yaml files in {looked})"
        raise PermanentError(reason)
    return Found(files=tuple(file for file in files if file not in left_out), left_out=left_out)


def _inside(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in _ENDINGS and file.is_file())


def _of_unused_rules(files: Collection[Path], rules: Collection[Path]) -> Iterator[Path]:
    used = {file.resolve() for file in rules}
    for file in files:
        tested = (file.parent.parent / file.name).resolve()
        if tested.is_file() and tested not in used and tested != file.resolve():
            yield file
