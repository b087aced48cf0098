"""Files beside the templates: found inside the templates folders and nowhere else, read whole."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import Path

__all__ = ["MAX_FILE_OCTETS", "find_file", "media_type", "read_file"]

MAX_FILE_OCTETS = 25_000_000
"""Of one picture or attachment: what the common relays take for a whole mail."""

# mimetypes.guess_type() reads the machine's files; the same mail must come out everywhere
_TYPES = mimetypes.MimeTypes(filenames=())
for _type, _suffix in {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/gzip": ".gz",
    "application/x-7z-compressed": ".7z",
    "image/webp": ".webp",
    "text/calendar": ".ics",
    "text/markdown": ".md",
    "text/plain": ".log",
}.items():
    _TYPES.add_type(_type, _suffix)


def media_type(name: str) -> str:
    """Give the media type that a file name tells, `application/octet-stream` when it tells none."""
    guessed, encoding = _TYPES.guess_type(f"file:{name}" if ":" not in name else "file:x")
    if encoding == "gzip":
        return "application/gzip"
    return "application/octet-stream" if encoding or not guessed else guessed


def find_file(name: str, folders: Sequence[Path]) -> Path:
    """Find a file by its relative name; raises ValueError when it is outside or not there.

    Links are followed first: what counts is where the octets are.
    """
    for folder in folders:
        path = (folder / name).resolve()
        if not any(path.is_relative_to(root.resolve()) for root in folders):
            msg = f"{name!r} is outside the templates folders"
            raise ValueError(msg)
        if path.is_file():
            return path
    msg = f"no file {name!r} in the templates folders"
    raise ValueError(msg)


def read_file(path: Path) -> bytes:
    """Read a file whole; raises ValueError when it can't be read or is larger than MAX_FILE_OCTETS."""
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_FILE_OCTETS + 1)
    except OSError as exc:
        msg = f"{path.name!r} can't be read: {exc.strerror}"
        raise ValueError(msg) from exc
    if len(octets) > MAX_FILE_OCTETS:
        msg = f"{path.name!r} is larger than {MAX_FILE_OCTETS} octets"
        raise ValueError(msg)
    return octets
