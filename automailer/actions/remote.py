"""Files anywhere else, by fsspec URL (`s3://…`): each appears under its name whole, or not at all.

An object store shows an object once it is complete; elsewhere a temporary file is written first, and moved. Whoever is
faster between our look and our write is overwritten: these places have no better.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from automailer.actions.model import SavedFile
from automailer.errors import PermanentError, TemporaryError

__all__ = ["remote_exists", "save_remote"]

_PIECE = 1 << 18
_OBJECT_STORES = frozenset({"abfs", "abfss", "adl", "az", "gcs", "gs", "memory", "oss", "r2", "s3", "s3a"})


def remote_exists(url: str) -> bool:
    """Whether something stands there already."""
    filesystem, path = _filesystem(url)
    return bool(filesystem.exists(path))


def save_remote(file: SavedFile, url: str, *, token: str) -> None:
    """Write the file to the URL; what stands there and is not ours is left alone unless it is to be replaced."""
    filesystem, path = _filesystem(url)
    if file.exists != "replace" and filesystem.exists(path):
        if file.exists == "skip" or _digest(filesystem, path) == file.sha256:
            return
        reason = f"{url}: another file took this name; it is left alone"
        raise TemporaryError(reason)
    filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
    if url.partition("://")[0] in _OBJECT_STORES:
        with filesystem.transaction:  # without it, a write that breaks off would be kept as far as it came
            _write(filesystem, path, file)
    else:
        _write_and_move(filesystem, path, file, token=token)


def _write_and_move(filesystem: Any, path: str, file: SavedFile, *, token: str) -> None:
    part = f"{path.rpartition('/')[0]}/.{token}.part"
    try:
        _write(filesystem, part, file)
        if file.exists == "replace" and filesystem.exists(path):
            filesystem.rm_file(path)  # SFTP renames over nothing
        filesystem.mv(part, path)
    finally:
        if filesystem.exists(part):
            filesystem.rm_file(part)


def _write(filesystem: Any, path: str, file: SavedFile) -> None:
    with closing(filesystem.open(path, "wb")) as handle:
        for piece in file.chunks():
            handle.write(piece)


def _digest(filesystem: Any, path: str) -> str:
    digest = hashlib.sha256()
    with filesystem.open(path, "rb") as handle:
        for piece in _pieces(handle):
            digest.update(piece)
    return digest.hexdigest()


def _pieces(handle: Any) -> Iterator[bytes]:
    while piece := handle.read(_PIECE):
        yield piece


def _filesystem(url: str) -> tuple[Any, str]:
    import fsspec  # rarely used, and slow to import

    try:
        filesystem, path = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as exc:
        reason = f"{url}: {exc}"
        raise PermanentError(reason) from exc
    return filesystem, str(path)
