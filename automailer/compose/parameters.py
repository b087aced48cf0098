"""File names and other parameters of MIME fields (RFC 2045 5.1, RFC 2231). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from automailer.compose.charsets import encodable

__all__ = ["ascii_name", "file_name", "is_plain", "parameter_field", "parameters"]

MAX_NAME = 200
"""Characters of a file name; a longer one is cut before its extension."""

MAX_VALUE = 50
"""Columns of a value on its line; a longer one goes on in numbered sections (RFC 2231 3)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PLAIN = re.compile(r"[ !#-\[\]-~]{1,50}")
_ATTRIBUTE_CHARS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~")


def file_name(name: str) -> str:
    """Make a name fit to be offered as a file's: no control character, no folder, not too long."""
    safe = _CONTROL.sub("", encodable(name)).replace("/", "_").replace("\\", "_").strip()
    if len(safe) <= MAX_NAME:
        return safe or "attachment"
    stem, dot, extension = safe.rpartition(".")
    if not dot or len(extension) > 20:
        return safe[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"


def ascii_name(name: str) -> str:
    """Give an ASCII stand-in for readers that don't know RFC 2231."""
    bare = unicodedata.normalize("NFKD", name)
    ascii_only = "".join(char for char in bare if char.isascii() and (char.isalnum() or char in " ._-()+"))
    stem, dot, extension = ascii_only.rpartition(".")
    stem, extension = (stem, extension) if dot else (extension, "")
    return (stem.strip(" ._-")[:30] or "attachment") + (f".{extension[:10]}" if extension else "")


def parameter_field(name: str, value: str, parts: list[str]) -> str:
    """Write a field with parameters, one on each line, with its CRLF."""
    return ";\r\n ".join((f"{name}: {value}", *parts)) + "\r\n"


def parameters(name: str, value: str) -> list[str]:
    """Write one parameter: quoted where that is enough, else percent-encoded UTF-8, in sections when long.

    Sections end between characters: some readers decode each on its own.
    """
    if is_plain(value):
        return [f'{name}="{value}"']
    sections = list(_sections(value))
    if len(sections) == 1:
        return [f"{name}*=utf-8''{sections[0]}"]
    first = f"{name}*0*=utf-8''{sections[0]}"
    return [first, *(f"{name}*{index}*={section}" for index, section in enumerate(sections[1:], 1))]


def is_plain(value: str) -> bool:
    """Tell whether the value can stand in quotes as it is, on one line."""
    return _PLAIN.fullmatch(value) is not None


def _sections(value: str) -> Iterator[str]:
    section = ""
    for char in value:
        octets = char.encode()
        encoded = "".join(chr(octet) if octet in _ATTRIBUTE_CHARS else f"%{octet:02X}" for octet in octets)
        if len(section) + len(encoded) > MAX_VALUE:
            yield section
            section = ""
        section += encoded
    yield section
