"""Files to save, as planning gives them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from automailer.actions import SavedFile, save

TOKEN = "0123456789abcdef0123456789abcdef"


def a_file(folder: Path | str, content: bytes = b"content", name: str = "a.txt", **more: Any) -> SavedFile:
    """A file of these octets; the folder is the root unless that is given."""
    facts: dict[str, Any] = {"root": str(folder), **more}
    return SavedFile(
        folder=str(folder),
        name=name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        chunks=lambda: (content[at : at + 5] for at in range(0, len(content), 5)),
        **facts,
    )


def put(file: SavedFile, *, token: str = TOKEN) -> Path:
    """Save it under its own name, and give the path that it got."""
    return Path(save(file, path=f"{file.folder}/{file.name}", token=token))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
