"""Secrets: where each is kept, and how it is fetched at the moment that it is needed. Never shown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, assert_never

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from automailer.errors import ConfigError, Place, Problem, TemporaryError
from automailer.settings.fields import resolve
from automailer.settings.vault import (
    Unobtainable,
    read_credential,
    read_environment,
    read_file,
    read_from_command,
    read_keyring,
)

__all__ = ["Secret", "SecretKind", "find_secrets"]


class SecretKind(Enum):
    """Where a secret is kept."""

    PLAIN = "plain"
    ENV = "env"
    FILE = "file"
    CREDENTIAL = "credential"
    KEYRING = "keyring"
    COMMAND = "command"


class Secret:
    """A secret that is fetched by `reveal`; no repr, error, dump or trace of it shows the value."""

    __slots__ = ("_folder", "_path", "_place", "_source", "kind")

    def __init__(
        self, kind: SecretKind, source: str | tuple[str, ...], *, folder: Path | None = None
    ) -> None:
        self.kind = kind
        self._source = source
        self._folder = folder or Path()
        self._place: Place | None = None
        self._path = ""

    @classmethod
    def plain(cls, value: str) -> Secret:
        """A secret that is written where it is used."""
        return cls(SecretKind.PLAIN, value)

    def locate(self, place: Place, path: str) -> None:
        """Tell where in the settings it is written, for the error when it can't be had."""
        self._place, self._path = place, path

    @property
    def where(self) -> str:
        """What stands before the message when it may be had later; "" when nobody told where it is written."""
        return f"{self._place}: {self._path}: " if self._place else ""

    @property
    def file(self) -> Path | None:
        """The file that holds it, of a secret that is kept in one."""
        return self._folder / str(self._source) if self.kind is SecretKind.FILE else None

    def reveal(self, environ: Mapping[str, str] | None = None) -> str:
        """The value, fetched now; ConfigError when it is not there, TemporaryError when it may be later."""
        try:
            value = self._fetch(os.environ if environ is None else environ)
        except Unobtainable as exc:
            # What caused it may hold the command line or the octets: it is not chained.
            raise self._error(exc.message, passing=exc.passing) from None
        if not value or any(character in value for character in "\r\n\0"):
            what = "more than one line" if value else "nothing"
            msg = f"expected the secret alone, found {what} in {self}"
            raise self._error(msg)
        return value

    def _fetch(self, environ: Mapping[str, str]) -> str:
        words = (self._source,) if isinstance(self._source, str) else self._source
        match self.kind:
            case SecretKind.PLAIN:
                return words[0]
            case SecretKind.ENV:
                return read_environment(words[0], environ)
            case SecretKind.FILE:
                return read_file(self._folder / words[0])
            case SecretKind.CREDENTIAL:
                return read_credential(words[0], environ)
            case SecretKind.KEYRING:
                return read_keyring(words[0])
            case SecretKind.COMMAND:
                return read_from_command(words, self._folder)
            case _:
                assert_never(self.kind)

    def _error(self, message: str, *, passing: bool = False) -> ConfigError | TemporaryError:
        if passing:
            return TemporaryError(f"{self.where}{message}")
        place = self._place or Place("(no file)", 1, 1)
        return ConfigError([Problem(place=place, path=self._path, message=message)])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return (self.kind, self._source, self._folder) == (other.kind, other._source, other._folder)

    def __hash__(self) -> int:
        return hash((self.kind, self._source, self._folder))

    def __str__(self) -> str:
        match self.kind:
            case SecretKind.PLAIN:
                return "***"
            case SecretKind.COMMAND:
                return f"command {self._source[0]}"
            case _:
                return f"{self.kind.value} {self._source}"

    def __repr__(self) -> str:
        return f"Secret({self})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            _written, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return _JSON_SCHEMA


def find_secrets(
    value: object, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Secret]]:
    """Every secret in a model, with its path as in the file."""
    if isinstance(value, Secret):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from find_secrets(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from find_secrets(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from find_secrets(item, (*path, index))


def _written(value: object, info: ValidationInfo) -> Secret:
    """The secret as it is written in a file. No error here shows what was written."""
    if isinstance(value, Secret):
        return value
    if type(value) is int:
        value = str(value)
    folder = (info.context or {}).get("folder")
    if isinstance(value, str):
        if not value or any(character in value for character in "\r\n\0"):
            msg = "expected one line of text that is not empty"
            raise ValueError(msg)
        return Secret(SecretKind.PLAIN, value, folder=folder)
    if isinstance(value, float | bool):
        raise ValueError(_QUOTE)
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(_EXPECTED)
    [(key, source)] = value.items()
    if key not in _SOURCES:
        raise ValueError(_EXPECTED)
    return Secret(SecretKind(key), _source(key, source), folder=folder)


def _source(key: str, source: object) -> str | tuple[str, ...]:
    if key == "command":
        if not isinstance(source, list | tuple) or not source:
            msg = "expected the command as a list of words, such as [pass, show, ops]"
            raise ValueError(msg)
        words = tuple(str(word) if type(word) is int else word for word in source)
        if not all(isinstance(word, str) and word and "\0" not in word for word in words):
            msg = "expected every word of the command to be text that is not empty"
            raise ValueError(msg)
        return words
    if type(source) is int:
        source = str(source)
    if not isinstance(source, str) or not source or not source.isprintable():
        msg = f"expected {_SOURCES[key]} after {key}"
        raise ValueError(msg)
    if key == "credential" and ("/" in source or source in (".", "..")):
        msg = "expected the name of a credential, without slashes"
        raise ValueError(msg)
    return str(resolve(source, Path())) if key == "file" else source


_SOURCES = {
    "env": "the name of an environment variable",
    "file": "a path",
    "credential": "the name of a systemd credential",
    "keyring": "the name of a service",
    "command": "a list of words",
}
_QUOTE = "expected a secret: put this text in quotes"
_EXPECTED = f"expected a secret: text, or a mapping with one of {', '.join(_SOURCES)}"


def _json_schema() -> dict[str, Any]:
    def only(key: str, value: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {key: {**value, "description": _SOURCES[key]}},
            "required": [key],
            "additionalProperties": False,
        }

    word = {"type": ["string", "integer"], "minLength": 1}
    sources = [only(key, word) for key in _SOURCES if key != "command"]
    command = only("command", {"type": "array", "items": word, "minItems": 1})
    return {"title": "Secret", "anyOf": [word, *sources, command]}


_JSON_SCHEMA = _json_schema()
