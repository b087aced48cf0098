"""Keeps the octets of a message that could not be finished, or is to be kept: some servers hide what was fetched."""

from __future__ import annotations

import mmap
import os
from contextlib import suppress
from pathlib import Path

from automailer.errors import TemporaryError

__all__ = ["Spool"]

_MAPPED_FROM = 1_000_000  # octets; past this a message is mapped instead of read


class Spool:
    """The folder of kept messages, one file each; names are given by the caller and hold no path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """Is made when the first message is kept."""

    def keep(self, name: str, octets: bytes | memoryview) -> str:
        """Write a message durably; the same name again is the same message. Gives its name in the spool."""
        path = self.folder / f"{name}.eml"
        if path.exists():
            return path.name
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as handle:
                handle.write(octets)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(part, path)
        except OSError as exc:
            reason = f"{path}: {exc.strerror or exc}"
            raise TemporaryError(reason) from exc
        return path.name

    def read(self, name: str) -> bytes | memoryview | None:
        """The octets of a kept message; None when it is not there any more."""
        try:
            with (self.folder / name).open("rb") as handle:
                if os.fstat(handle.fileno()).st_size < _MAPPED_FROM:
                    return handle.read()
                return memoryview(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
        except FileNotFoundError:
            return None

    def drop(self, name: str) -> None:
        """Forget a message."""
        with suppress(FileNotFoundError):
            (self.folder / name).unlink()
