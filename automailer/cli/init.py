"""`automailer init`: something to start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from automailer.cli.output import printable
from automailer.cli.schema import schema_text
from automailer.errors import PermanentError

__all__ = ["init"]

Folder = Annotated[
    Path, typer.Argument(metavar="[DIR]", help="Where; made if it is not there. Default: here.")
]
# The last folder of a rules file, or of a file of rule tests, is also the name of its schema.
_SCHEMAS = {
    "settings": "automailer.schema.json",
    "rules": "rules.schema.json",
    "tests": "tests.schema.json",
}


def init(folder: Folder = Path()) -> None:
    """Write settings, rules, templates and rule tests to start from."""
    from automailer.settings import FILE_NAME

    if (folder / FILE_NAME).exists():
        reason = f"{folder / FILE_NAME}: is there already, and nothing was written"
        raise PermanentError(reason)
    for path, octets in list(_files()):
        _write(folder / path, octets)
    told = "" if folder == Path() else f" -c {folder / FILE_NAME}"
    print(f"\nNext: put your servers into {folder / FILE_NAME}, then")
    for command, why in (
        ("check", "is everything right?"),
        ("test", "do the rules do what they should?"),
        ("check --connect", "do the servers let us in?"),
        ("poll --dry-run", "what would be done? Changes nothing."),
    ):
        print(f"  automailer{told} {command:16} {why}")


def _files() -> Iterator[tuple[Path, bytes]]:
    from automailer.settings import FILE_NAME, starting_point
    from automailer.shipped import shipped

    for name in ("rules", "templates"):
        root = shipped(name)
        for path in sorted(root.rglob("*")):
            if path.is_file():
                relative = Path(name) / path.relative_to(root)
                yield relative, _schema_line(relative) + path.read_bytes()
    for what, file in _SCHEMAS.items():
        yield Path(file), schema_text(what).encode()
    # Last: a folder that has it has all the others.
    yield Path(FILE_NAME), starting_point().encode()


def _schema_line(path: Path) -> bytes:
    """What tells an editor where the schema lies, on top of a YAML file."""
    if path.suffix != ".yaml":
        return b""
    up = "../" * (len(path.parts) - 1)
    return f"# yaml-language-server: $schema={up}{_SCHEMAS[path.parent.name]}\n".encode()


def _write(path: Path, octets: bytes) -> None:
    """Write a file that is not there; one that is stays as it is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(octets)
    except FileExistsError:
        if not path.is_file():
            reason = f"{path.parent}: can't be written: it is no folder"
            raise PermanentError(reason) from None
        print(f"kept   {printable(str(path))}")
    except OSError as exc:
        reason = f"{path}: can't be written: {exc.strerror or exc}"
        raise PermanentError(reason) from exc
    else:
        print(f"wrote  {printable(str(path))}")
