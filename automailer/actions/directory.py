"""A folder that is held open: what is done in it is done there, whatever becomes of its name meanwhile.

The root is the rule author's and may be reached through symbolic links. Below it every folder is opened from the one
above it and never through a link, so that nobody who can write there leads us elsewhere between a look and an open.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path, PurePosixPath
from typing import IO

from automailer.errors import PermanentError

__all__ = ["Directory", "open_directory"]

_FOLDER_MODE = 0o750
_FILE_MODE = 0o640
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def open_directory(root: str, folder: str) -> Iterator[Directory]:
    """Open `folder`, which lies in `root`, making what is missing.

    Raises:
        PermanentError: one of the folders below the root is a symbolic link.
    """
    below = PurePosixPath(folder).relative_to(root).parts
    _make(Path(root))
    directory = Directory(os.open(root, _FOLDER), root)
    try:
        for name in below:
            directory, above = directory.inside(name), directory
            above.close()
        yield directory
    finally:
        directory.close()


class Directory:
    """An open folder; every name is one path component in it."""

    def __init__(self, descriptor: int, path: str) -> None:
        self._descriptor = descriptor
        self.path = path

    def close(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)

    def inside(self, name: str) -> Directory:
        """Open the folder of that name in it, made if it is missing."""
        path = f"{self.path.rstrip('/')}/{name}"
        with suppress(FileExistsError):
            os.mkdir(name, _FOLDER_MODE, dir_fd=self._descriptor)
            self.sync()
        try:
            return Directory(os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self._descriptor), path)
        except OSError as exc:
            if exc.errno in (errno.ELOOP, errno.ENOTDIR) and self._is_link(name):
                reason = f"{path}: is a symbolic link, which is not followed"
                raise PermanentError(reason) from exc
            raise

    def names(self) -> list[str]:
        """What is in it."""
        return os.listdir(self._descriptor)

    def has(self, name: str) -> bool:
        """Whether anything has this name, a broken link too."""
        try:
            os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a new file, synced, in place of what an earlier try of ours left there."""
        self.remove(name)
        with os.fdopen(os.open(name, _NEW, _FILE_MODE, dir_fd=self._descriptor), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def read(self, name: str) -> FileIO | None:
        """Open a file; None when the name is that of something else: a link, a folder, a pipe, another user's."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            file = FileIO(os.open(name, flags, dir_fd=self._descriptor))
        except (IsADirectoryError, PermissionError):
            return None
        except OSError as exc:
            if exc.errno in (errno.ELOOP, errno.ENXIO):
                return None
            raise
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file
        file.close()
        return None

    def update(self, name: str) -> IO[bytes]:
        """Open a file to read and write, made if it is missing; never through a link."""
        flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(name, flags, _FILE_MODE, dir_fd=self._descriptor), "r+b")

    def publish(self, part: str, name: str, *, into: Directory | None = None, ours: bool = False) -> bool:
        """Give the file `part` the name `name`; False when that is taken. Afterwards `part` may be gone.

        Where there are no hard links the name is reserved first; `ours` says that nobody else takes this name, so that
        an empty file there is our own reservation, left by a crash.
        """
        target = into or self
        try:
            os.link(
                *(part, name),
                src_dir_fd=self._descriptor,
                dst_dir_fd=target._descriptor,
                follow_symlinks=False,
            )
        except FileExistsError:
            return False
        except OSError as exc:
            if exc.errno not in _NO_HARD_LINKS:
                raise
            if not target._reserve(name, ours=ours):
                return False
            self.replace(part, name, into=target)
        return True

    def replace(self, part: str, name: str, *, into: Directory | None = None) -> None:
        """Move the file `part` over whatever has the name `name`, in one step."""
        target = into or self
        os.replace(part, name, src_dir_fd=self._descriptor, dst_dir_fd=target._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file, if there is one of that name."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    def sync(self) -> None:
        """Wait until the names in it are on the disk."""
        os.fsync(self._descriptor)

    def _is_link(self, name: str) -> bool:
        return stat.S_ISLNK(os.stat(name, dir_fd=self._descriptor, follow_symlinks=False).st_mode)

    def _reserve(self, name: str, *, ours: bool) -> bool:
        try:
            os.close(os.open(name, _NEW, _FILE_MODE, dir_fd=self._descriptor))
        except FileExistsError:
            found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
            return ours and stat.S_ISREG(found.st_mode) and found.st_size == 0
        return True


def _make(folder: Path) -> None:
    """Make a folder and those above it, each known to the disk before anything is put into it."""
    if folder.is_dir():
        return
    _make(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=_FOLDER_MODE)
    descriptor = os.open(folder.parent, _FOLDER)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
