"""Writes files: the only place of `actions/` that touches the world.

A file appears under its name whole or not at all: it is written under a temporary name, synced, then linked. A repeat
after a crash finds its own: the name was written down under `token` before (journal's file claims), and so was the
name of the temporary file.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from automailer.actions.folders import is_url
from automailer.actions.mbox import append_to_mbox
from automailer.actions.model import SavedFile
from automailer.errors import PermanentError, TemporaryError

__all__ = ["exists", "save"]

_FOLDER_MODE = 0o750
_FILE_MODE = 0o640
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV})


def exists(path: str) -> bool:
    """Whether something stands under that path or URL already."""
    if is_url(path):
        filesystem, inner = _filesystem(path)
        with _translated(path):
            return bool(filesystem.exists(inner))
    return os.path.lexists(path)


def save(file: SavedFile, *, path: str, token: str) -> None:
    """Write `file` to `path`, the name claimed for it under `token` (one path component); safe to repeat.

    Raises:
        TemporaryError: the disk is full, the folder can't be made, the name is taken by something else.
        PermanentError: the folder leads out of its root (a symbolic link).
    """
    with _translated(path):
        if is_url(path):
            _save_remote(file, path)
        elif file.form == "mbox":
            _make_folder(file)
            append_to_mbox(Path(path), file.chunks(), token=token)
        elif file.form == "maildir":
            _save_to_maildir(file, Path(path), token)
        else:
            _make_folder(file)
            _save_local(file, Path(path), token)


def _save_local(file: SavedFile, path: Path, token: str) -> None:
    part = path.with_name(f".{token}.part")
    try:
        if not (file.exists == "skip" and os.path.lexists(path)):
            _write(part, file)
            _publish(part, path, file)
    finally:  # of an earlier try, too
        with suppress(FileNotFoundError):
            part.unlink()
    _sync_folder(path.parent)


def _save_to_maildir(file: SavedFile, path: Path, token: str) -> None:
    """Deliver to a maildir: written in tmp/, then linked into new/. A reader may have moved an earlier one to cur/."""
    maildir, name = path.parent, f"{token}.automailer"
    _check_inside(file)
    for folder in ("tmp", "new", "cur"):
        (maildir / folder).mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    _check_inside(file)
    if any((maildir / "cur").glob(f"{name}*")):
        return
    part = maildir / "tmp" / name
    try:
        _write(part, file)
        _publish(part, maildir / "new" / name, file)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    _sync_folder(maildir / "new")


def _write(part: Path, file: SavedFile) -> None:
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, _FILE_MODE), "wb") as handle:
        for piece in file.chunks():
            handle.write(piece)
        handle.flush()
        os.fsync(handle.fileno())


def _publish(part: Path, path: Path, file: SavedFile) -> None:
    """Give the written file its name, never over another's."""
    if file.exists == "replace":
        os.replace(part, path)
        return
    try:
        os.link(part, path, follow_symlinks=False)
    except FileExistsError:
        _accept_own(path, file)
    except OSError as exc:
        if exc.errno not in _NO_HARD_LINKS:
            raise
        _publish_without_links(part, path, file)


def _publish_without_links(part: Path, path: Path, file: SavedFile) -> None:
    """The same on a file system that has no hard links: reserve the name, then move over it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, _FILE_MODE))
    except FileExistsError:
        if path.is_symlink() or path.stat().st_size:
            _accept_own(path, file)
            return
    os.replace(part, path)


def _accept_own(path: Path, file: SavedFile) -> None:
    """The name exists: fine when it is what an earlier try of ours wrote."""
    if not path.is_symlink() and path.is_file() and path.stat().st_size == file.size:
        with path.open("rb") as handle:
            if hashlib.file_digest(handle, "sha256").hexdigest() == file.sha256:
                return
    reason = f"{path}: another file took this name; it is left alone"
    raise TemporaryError(reason)


def _make_folder(file: SavedFile) -> None:
    _check_inside(file)  # before it makes folders elsewhere
    Path(file.folder).mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    _check_inside(file)


def _check_inside(file: SavedFile) -> None:
    root, folder = os.path.realpath(file.root), os.path.realpath(file.folder)
    if os.path.commonpath([root, folder]) != root:
        reason = f"{file.folder}: leads out of {file.root} by a symbolic link"
        raise PermanentError(reason)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _save_remote(file: SavedFile, path: str) -> None:
    filesystem, inner = _filesystem(path)
    if file.exists == "skip" and filesystem.exists(inner):
        return
    filesystem.makedirs(inner.rpartition("/")[0], exist_ok=True)
    with filesystem.open(inner, "wb") as handle:
        for piece in file.chunks():
            handle.write(piece)


def _filesystem(url: str):  # type: ignore[no-untyped-def]  # fsspec has no types
    import fsspec  # rarely used, and slow to import

    try:
        return fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as exc:
        reason = f"{url}: {exc}"
        raise PermanentError(reason) from exc


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        reason = f"{path}: {exc.strerror or exc}"
        raise TemporaryError(reason) from exc
