"""A message as it comes in: small ones in memory, larger ones in a temporary file that is mapped."""

from __future__ import annotations

import contextlib
import mmap
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from automailer.errors import TemporaryError
from automailer.mailbox.limits import SPOOL_OCTETS

__all__ = ["Retrieved", "Spool"]


class Retrieved:
    """A whole message, dots removed; `octets` is a view of a file when large, `close` gives it back."""

    __slots__ = ("_map", "octets")

    def __init__(self, octets: bytes | memoryview, mapped: mmap.mmap | None = None) -> None:
        self.octets = octets
        self._map = mapped

    def __len__(self) -> int:
        return len(self.octets)

    def close(self) -> None:
        """Let go of the octets; views that others still hold keep the file mapped until they are gone."""
        octets, mapped = self.octets, self._map
        self.octets, self._map = b"", None
        with contextlib.suppress(BufferError):
            if isinstance(octets, memoryview):
                octets.release()
            if mapped is not None:
                mapped.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Spool:
    """Takes a message piece by piece; memory doesn't grow with the message."""

    __slots__ = ("_closed", "_file", "_folder", "_octets", "_pieces")

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is where large messages are kept meanwhile; the machine's temporary folder by default."""
        self._folder = folder
        self._pieces: list[bytes] = []
        self._octets = 0
        self._file: IO[bytes] | None = None
        self._closed = False

    def write(self, piece: bytes) -> None:
        """Keep a piece; one that comes after `close` is dropped."""
        if self._closed:
            return
        self._octets += len(piece)
        try:
            if self._file is None and self._octets > SPOOL_OCTETS:
                self._file = tempfile.TemporaryFile(dir=self._folder, prefix="automailer-")  # noqa: SIM115
                self._file.writelines(self._pieces)
                self._pieces.clear()
            if self._file is not None:
                self._file.write(piece)
            else:
                self._pieces.append(piece)
        except OSError as exc:
            self.close()
            raise _disk_error(exc) from exc

    def finish(self) -> Retrieved:
        """The message; the spool is closed."""
        if self._file is None:
            pieces, self._pieces, self._closed = self._pieces, [], True
            return Retrieved(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        try:
            self._file.flush()
            mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as exc:
            raise _disk_error(exc) from exc
        finally:
            self.close()
        return Retrieved(memoryview(mapped), mapped)

    def close(self) -> None:
        """Drop what was kept."""
        self._closed = True
        self._pieces.clear()
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None


def _disk_error(exc: OSError) -> TemporaryError:
    return TemporaryError(f"message can't be spooled: {(exc.strerror or str(exc)).lower()}")
