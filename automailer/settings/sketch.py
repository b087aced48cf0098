"""What a settings file names, right or wrong: enough to look into the files that it names in the same run."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automailer.errors import ConfigError
from automailer.settings.document import read_leniently
from automailer.settings.fields import resolve

__all__ = ["Sketch", "sketch_settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Rules files by mailbox, entries of lists, names of relays, folders of templates: those that are there."""

    rules: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    relays: tuple[str, ...] = ()
    templates: tuple[Path, ...] = ()


def sketch_settings(path: Path) -> Sketch:
    """Whatever of a broken settings file can be read; nothing when it is not YAML at all."""
    try:
        document, _ = read_leniently(path)
    except ConfigError:
        return Sketch()
    data, folder = _mapping(document.data), path.absolute().parent
    return Sketch(
        rules={
            str(name): tuple(file for file in _paths(_mapping(box).get("rules"), folder) if file.is_file())
            for name, box in _mapping(data.get("mailboxes")).items()
        },
        lists={str(name): tuple(_texts(entries)) for name, entries in _mapping(data.get("lists")).items()},
        relays=tuple(map(str, _mapping(data.get("smtp")))),
        templates=tuple(
            found for found in _paths(data.get("templates", "templates"), folder) if found.is_dir()
        ),
    )


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, str)]


def _paths(value: object, folder: Path) -> list[Path]:
    found: list[Path] = []
    for text in _texts(value):
        with contextlib.suppress(ValueError):  # told of by the model
            found.append(resolve(text, folder))
    return found
