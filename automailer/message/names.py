"""A name from a mail → one path component that is harmless on every system. Pure."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["safe_name"]

MAX_OCTETS = 255
"""NAME_MAX of Linux file systems, counted in UTF-8."""

MAX_EXTENSION_OCTETS = 32
"""A longer ending is no extension but a name with a dot in it."""

MAX_CHARACTERS = 2_048
"""Looked at, from both ends: normalising a long run of combining marks takes quadratic time."""

_ROOTED = re.compile(r"(?:[\\/~]|[A-Za-z]:[\\/]|file:)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\\/]+")
_ONLY_DOTS = re.compile(r"[.\s]*")
# Refused by Windows, or read by shells in scripts that handle the file later.
_UNSAFE = re.compile(r'[<>:"|?*`$;]')
_WINDOWS_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE
)
_EDGES = " ."


def safe_name(text: str, *, fallback: str) -> str:
    """Return `text` as one path component of at most 255 octets; `fallback`, taken as it is, when nothing is left.

    A rooted path (`/x/y`, `C:\\x\\y`, `~/y`, `file:///y`) gives its last component; else separators become `_`.
    Control, format (bidi, zero-width), private-use and surrogate characters go, as do leading dots and dashes; NFC.
    """
    name = _without_path(_visible(text))
    name = _UNSAFE.sub("_", name).lstrip(" .-").rstrip(_EDGES)
    if _WINDOWS_DEVICE.fullmatch(name.partition(".")[0].rstrip()):
        name = f"_{name}"
    return _shortened(name) or fallback


def _visible(text: str) -> str:
    """Characters that can be seen, in NFC, white space as single blanks."""
    if len(text) > MAX_CHARACTERS:
        text = text[: MAX_CHARACTERS // 2] + text[-MAX_CHARACTERS // 2 :]
    kept = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _DROPPED
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())


_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})


def _without_path(name: str) -> str:
    parts = [part for part in _SEPARATORS.split(name) if part]
    if not parts:
        return ""
    if _ROOTED.match(name):
        return parts[-1]
    while parts and _ONLY_DOTS.fullmatch(parts[0]):
        parts.pop(0)
    return "_".join(parts)


def _shortened(name: str) -> str:
    """Cut to the limit between code points, before the extension."""
    if len(name.encode()) <= MAX_OCTETS:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = f"{dot}{extension}".encode()
    if not stem or len(ending) > MAX_EXTENSION_OCTETS:
        stem, ending = name, b""
    kept = stem.encode()[: MAX_OCTETS - len(ending)].decode(errors="ignore").rstrip(_EDGES)
    return kept + ending.decode()
