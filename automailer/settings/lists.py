"""Named lists: entries in the settings, or in a file that is read again when it has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from automailer.errors import ConfigError, Place, Problem, TemporaryError
from automailer.settings.models import ListFile, Settings

__all__ = ["NamedLists"]

# Half a million addresses; a list is held in memory and looked through for each message.
MAX_FILE_OCTETS = 20_000_000

_COMMENT = re.compile(r"(?:^|\s)#.*")


@dataclass(frozen=True, slots=True)
class _Read:
    """The entries of a file as it was; `state` tells whether it is that file still."""

    state: tuple[int, int, int]
    entries: tuple[str, ...]


class NamedLists(Mapping[str, tuple[str, ...]]):
    """The lists of the settings by name; looking one up gives the entries of this moment.

    A list whose file is gone or can't be read raises TemporaryError: rules that ask it wait until it is back.
    """

    def __init__(self, settings: Settings) -> None:
        self._lists = settings.lists
        self._files: dict[Path, _Read] = {}

    def __getitem__(self, name: str) -> tuple[str, ...]:
        source = self._lists[name]
        return self._entries(source.file) if isinstance(source, ListFile) else source

    def __iter__(self) -> Iterator[str]:
        return iter(self._lists)

    def __len__(self) -> int:
        return len(self._lists)

    def _entries(self, path: Path) -> tuple[str, ...]:
        try:
            status = path.stat()
            state = (status.st_mtime_ns, status.st_size, status.st_ino)
            kept = self._files.get(path)
            if kept is None or kept.state != state:
                kept = self._files[path] = _Read(state, _parse(path))
        except OSError as exc:
            msg = f"the list {path} can't be read: {exc.strerror or exc}"
            raise TemporaryError(msg) from exc
        return kept.entries


def _parse(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        octets = file.read(MAX_FILE_OCTETS + 1)
    if len(octets) > MAX_FILE_OCTETS:
        raise _wrong(path, 1, f"is larger than {MAX_FILE_OCTETS} octets")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise _wrong(path, octets.count(b"\n", 0, exc.start) + 1, "is not UTF-8") from exc
    lines = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def _wrong(path: Path, line: int, message: str) -> ConfigError:
    return ConfigError([Problem(place=Place(str(path), line, 1), path="", message=message)])
