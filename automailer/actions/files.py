"""Files and maildirs on this machine's disks: each appears under its name whole or not at all.

It is written under a temporary name, synced, then linked. A repeat after a crash finds its own: both names are the same
at every try.
"""

from __future__ import annotations

import hashlib

from automailer.actions.directory import Directory, open_directory
from automailer.actions.model import SavedFile
from automailer.errors import TemporaryError

__all__ = ["save_file", "save_to_maildir"]

_NAME_OCTETS = 255
_ENDING_OCTETS = 32  # a longer one is no file type but a name with a dot in it
_TOKEN_DIGITS = 16


def save_file(file: SavedFile, *, name: str, token: str) -> str:
    """Write the file under that name, or with `token` in it where another's came first; gives the name it has."""
    part = f".{token}.part"
    with open_directory(file.root, file.folder) as directory:
        try:
            found = _place(file, directory, part=part, name=name, token=token)
        finally:  # of an earlier try, too
            directory.remove(part)
        directory.sync()
    return found


def save_to_maildir(file: SavedFile, *, token: str) -> str:
    """Deliver to a maildir: written in tmp/, then linked into new/; gives the path in the maildir.

    A reader may have moved what an earlier try delivered to cur/, with flags behind its name.
    """
    name = f"{token}.automailer"
    with open_directory(file.root, file.folder) as maildir:
        tmp, new, cur = (maildir.inside(each) for each in ("tmp", "new", "cur"))
        try:
            if not any(entry.startswith(name) for entry in cur.names()):
                tmp.write(name, file.chunks())
                if not tmp.publish(name, name, into=new, ours=True) and not _is_own(file, new, name):
                    reason = f"{new.path}/{name}: another file took this name; it is left alone"
                    raise TemporaryError(reason)
                new.sync()
        finally:
            tmp.remove(name)
            for folder in (tmp, new, cur):
                folder.close()
    return f"new/{name}"


def _place(file: SavedFile, directory: Directory, *, part: str, name: str, token: str) -> str:
    if file.exists == "skip" and directory.has(name):
        return name
    directory.write(part, file.chunks())
    if file.exists == "replace":
        directory.replace(part, name)
        return name
    for candidate, ours in ((name, False), (_with_token(name, token), True)):
        if directory.publish(part, candidate, ours=ours) or _is_own(file, directory, candidate):
            return candidate
        if file.exists == "skip":
            return name
    reason = f"{directory.path}/{name}: another file took this name; it is left alone"
    raise TemporaryError(reason)


def _is_own(file: SavedFile, directory: Directory, name: str) -> bool:
    """Whether the name stands for what an earlier try of ours wrote."""
    found = directory.read(name)
    if found is None:
        return False
    with found:
        return hashlib.file_digest(found, "sha256").hexdigest() == file.sha256


def _with_token(name: str, token: str) -> str:
    """The name with the token before its ending: nobody else's, and the same at every try."""
    stem, dot, ending = name.rpartition(".")
    is_ending = stem and len(ending.encode()) <= _ENDING_OCTETS
    stem, ending = (stem, f"{dot}{ending}") if is_ending else (name, "")
    tail = f"-{token[:_TOKEN_DIGITS]}{ending}"
    return stem.encode()[: _NAME_OCTETS - len(tail.encode())].decode(errors="ignore") + tail
