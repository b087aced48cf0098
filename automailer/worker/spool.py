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
        self._folder = folder

    def make(self) -> Path:
        """Make the folder, which large messages need on their way in, too; gives it."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise _failed(self._folder, exc) from exc
        return self._folder

    def keep(self, name: str, octets: bytes | memoryview) -> str:
        """Write a message durably; the same name again is the same message. Gives its name in the spool."""
        path = self.make() / f"{name}.eml"
        if path.exists():
            return path.name
        part = path.with_suffix(".part")
        flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(part, flags, 0o600), "wb") as handle:
                handle.write(octets)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(part, path)
            _sync(self._folder)  # the name, too, is to outlive a power cut
        except OSError as exc:
            raise _failed(path, exc) from exc
        return path.name

    def read(self, name: str) -> bytes | memoryview | None:
        """The octets of a kept message; None when it is not there any more."""
        path = self._folder / name
        try:
            with path.open("rb") as handle:
                if os.fstat(handle.fileno()).st_size < _MAPPED_FROM:
                    return handle.read()
                return memoryview(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise _failed(path, exc) from exc

    def drop(self, name: str) -> None:
        """Forget a message."""
        with suppress(FileNotFoundError):
            (self._folder / name).unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failed(path: Path, exc: OSError) -> TemporaryError:
    return TemporaryError(f"{path}: {exc.strerror or exc}")
