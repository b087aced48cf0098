"""The kinds of fields that settings are made of: text, names, addresses, paths, choices."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parseaddr
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    Strict,
    ValidationInfo,
    WithJsonSchema,
)

from automailer.settings.masking import without_login
from automailer.settings.values import format_duration, parse_duration, shorten

__all__ = [
    "Address",
    "Count",
    "FilePath",
    "FilePaths",
    "Flag",
    "Frozen",
    "Host",
    "Name",
    "Port",
    "Proxy",
    "Text",
    "WrittenChoice",
    "choice_or_duration",
    "resolve",
    "several",
]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HOST = re.compile(r"[^\s/@\[\]]{1,253}|\[[0-9A-Fa-f:.]+\]")
_NAME = re.compile(r"\w[\w.@+-]{0,63}")
_PROXY = re.compile(r"(socks5h?|socks4)://(?:[^\s@/]+@)?(?:[^\s@/:]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})/?")


class Frozen(BaseModel):
    """A part of the settings: never changes, refuses unknown keys, hides its input in errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )


def _as_text(value: object) -> object:
    # Digits are a number to YAML; `tree` makes them one only when nothing is lost on the way back.
    return str(value) if type(value) is int else value


def _one_line(text: str) -> str:
    found = _CONTROL.search(text)
    if found is not None:
        msg = f"holds the control character {found[0]!r}"
        raise ValueError(msg)
    return text


def _host(text: str) -> str:
    if _HOST.fullmatch(text) is None:
        msg = f"{shorten(text)} is no host name: expected a name such as mail.example.com, or an IP address"
        raise ValueError(msg)
    return text.strip("[]")


def _name(text: str) -> str:
    if _NAME.fullmatch(text) is None:
        msg = f"{shorten(text)} is no name: expected letters, digits and . _ - + @, a letter or digit first"
        raise ValueError(msg)
    return text


def _address(text: str) -> str:
    local, at, domain = parseaddr(text)[1].rpartition("@")
    if not at or not local or not domain or " " in domain:
        msg = f"{shorten(text)} is no address: expected one such as ops@example.com"
        raise ValueError(msg)
    return text


def _proxy(text: str) -> str:
    found = _PROXY.fullmatch(text)
    if found is None or not 0 < int(found[2]) < 65_536:
        msg = f"{shorten(without_login(text))} is no proxy: expected one such as socks5://127.0.0.1:1080"
        raise ValueError(msg)
    return text


def resolve(text: str, folder: Path) -> Path:
    """The path that the text means, a relative one in the folder; ValueError when it is none."""
    if not _one_line(text):
        msg = "expected a path, found nothing"
        raise ValueError(msg)
    try:
        return folder / Path(text).expanduser()
    except RuntimeError as exc:
        msg = f"{shorten(text)}: that user has no home folder"
        raise ValueError(msg) from exc


def _path(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path):
        msg = f"expected a path, found {shorten(value)}"
        raise ValueError(msg)
    return resolve(str(value), (info.context or {}).get("folder", Path()))


def several(value: object) -> object:
    """A value alone as a list of one."""
    return (value,) if isinstance(value, str | Path) else value


Text = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int), AfterValidator(_one_line)]
"""One line of text; digits that YAML took for a number are text again."""

Name = Annotated[Text, AfterValidator(_name), Field(json_schema_extra={"pattern": rf"^{_NAME.pattern}$"})]
"""A name that is safe as one component of a path and as a word on a command line."""

Flag = Annotated[bool, Strict()]
"""`true` or `false`; the words that other YAML readers take for them (`yes`, `off`) are refused."""

Count = Annotated[int, Strict()]
Port = Annotated[Count, Field(ge=1, le=65_535)]
Host = Annotated[Text, AfterValidator(_host)]
Address = Annotated[Text, AfterValidator(_address)]
Proxy = Annotated[Text, AfterValidator(_proxy), PlainSerializer(without_login)]
FilePath = Annotated[Path, PlainValidator(_path), WithJsonSchema({"type": "string", "minLength": 1})]
"""A path, relative ones to the folder of the settings file."""

FilePaths = Annotated[
    tuple[FilePath, ...],
    BeforeValidator(several, json_schema_input_type=str | tuple[FilePath, ...]),
]
"""One path or a list of them."""


def choice_or_duration(choices: type[Enum]) -> PlainValidator:
    """Reads a field that is one of the choices or a duration."""
    words = [str(choice.value) for choice in choices]

    def read(value: object) -> Any:
        if isinstance(value, choices | timedelta):
            return value
        if value in words:
            return choices(value)
        try:
            return parse_duration(str(value))
        except ValueError as exc:
            msg = f"{shorten(value)} is neither {' nor '.join(words)} nor a duration such as 14d"
            raise ValueError(msg) from exc

    pattern = rf"^({'|'.join(words)}|\s*[0-9]{{1,12}} ?[smhdw]\s*)$"
    written = Annotated[str, Field(pattern=pattern, examples=[*words, "14d"])]
    return PlainValidator(read, json_schema_input_type=written)


def _write_choice(value: Enum | timedelta) -> str:
    return format_duration(value) if isinstance(value, timedelta) else str(value.value)


WrittenChoice = PlainSerializer(_write_choice)
