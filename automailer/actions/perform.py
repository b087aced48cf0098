"""Saves files: the only place of `actions/` that touches the world, by way of `files`, `mbox` and `remote`.

A repeat after a crash finds its own: the name was written down under `token` before (the journal's file claims).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from automailer.actions.directory import open_directory
from automailer.actions.files import save_file, save_to_maildir
from automailer.actions.folders import is_url
from automailer.actions.mbox import append_to_mbox
from automailer.actions.model import SavedFile
from automailer.actions.remote import remote_exists, save_remote
from automailer.errors import TemporaryError

__all__ = ["exists", "save"]


def exists(path: str) -> bool:
    """Whether something stands under that path or URL already."""
    if not is_url(path):
        return os.path.lexists(path)
    with _translated(path):
        return remote_exists(path)


def save(file: SavedFile, *, path: str, token: str) -> str:
    """Write `file` to `path`, the name claimed for it under `token` (one path component); safe to repeat.

    Gives the path that it has in the end: where another program was faster, one with the token in its name.

    Raises:
        TemporaryError: the disk is full, the folder can't be made, the file is locked.
        PermanentError: the folder leads out of its root (a symbolic link).
    """
    folder, _, name = path.rpartition("/")
    with _translated(path):
        if is_url(path):
            save_remote(file, path, token=token)
            return path
        match file.form:
            case "file":
                return f"{folder}/{save_file(file, name=name, token=token)}"
            case "maildir":
                return f"{folder}/{save_to_maildir(file, token=token)}"
            case "mbox":
                with open_directory(file.root, file.folder) as directory:
                    append_to_mbox(directory, name, file.chunks, token=token)
                return path


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        reason = f"{path}: {exc.strerror or exc}"
        raise TemporaryError(reason) from exc
