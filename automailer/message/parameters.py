"""Content-Type and Content-Disposition: a token and its parameters (RFC 2045 5.1, RFC 2183, RFC 2231). Pure; linear.

Of the forms in which one parameter can come, `name*` (RFC 2231) counts before `name*0 name*1 …`, and that before
`name`; of the same form the first. Encoded words in a value (RFC 2047 5 forbids them, mailers write them) are decoded.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from automailer.message.charset import Decoded, decode
from automailer.message.words import clean, decode_words

__all__ = ["Parameters", "media_type", "parse_parameters"]

MAX_PARAMETERS = 100
"""Read in one field; 20,000 of them took the standard library ten seconds."""

MAX_VALUE = 16_384
"""Octets of one field that are read."""

_TOKEN = re.compile(r"[^\s;\"(),:<>@\[\]?=\\]*")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+*%'`{|}~-]{1,127}/[a-z0-9!#$&^_.+*%'`{|}~-]{1,127}")
_NAME = re.compile(r"[\s;]*([^\s=;\"]*)\s*(=?)\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|\Z)[^;]*', re.DOTALL)
_BARE = re.compile(r"[^;]*")
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What a field says: `value` in lower case ("" when broken), and its parameters by lower-case name, decoded.

    `defects` tells what is wrong with their charsets.
    """

    value: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    defects: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """Return one parameter, or ""."""
        return self.items.get(name, "")


@dataclass(slots=True)
class _Forms:
    """The forms in which one parameter came, as octets."""

    plain: bytes | None = None
    whole: bytes | None = None
    sections: dict[int, tuple[bytes, bool]] = field(default_factory=dict)


@lru_cache(maxsize=256)
def parse_parameters(raw: bytes) -> Parameters:
    """Read a raw field value; most mail says the same, so the last answers are kept."""
    # Each octet becomes one character and back again: the structure is ASCII, the charsets of the values differ.
    text = _without_line_ends(raw[:MAX_VALUE]).decode("latin-1")
    token = _TOKEN.match(text.lstrip())
    value = token[0].lower() if token else ""
    start = text.find(";")
    forms = _read(text, start) if start >= 0 else {}
    found = {name: _resolve(form) for name, form in forms.items()}
    return Parameters(
        value=value,
        items={name: clean(one.text) for name, one in found.items()},
        defects=tuple(f"{name}: {one.defect}" for name, one in found.items() if one.defect),
    )


def media_type(value: str, *, default: str) -> str:
    """Return a declared media type (RFC 2045 5.1), or the default for a broken one."""
    return value if _TYPE.fullmatch(value) else default


def _without_line_ends(raw: bytes) -> bytes:
    return raw.translate(None, b"\r\n\0")


def _read(text: str, at: int) -> dict[str, _Forms]:
    forms: dict[str, _Forms] = {}
    for _ in range(MAX_PARAMETERS):
        named = _NAME.match(text, at)
        if named is None or named.end() >= len(text):
            break
        matched = (_QUOTED.match(text, named.end()) if named[2] else None) or _BARE.match(text, named.end())
        if matched is None:
            break
        if named[1] and named[2]:
            _keep(forms, named[1].lower(), _unquoted(matched).encode("latin-1"))
        at = matched.end()
    return forms


def _unquoted(matched: re.Match[str]) -> str:
    if matched.re is _BARE:
        return matched[0].strip()
    # Only \" and \\ are undone: old mailers write C:\path\file as it is.
    return matched[1].replace('\\"', '"').replace("\\\\", "\\")


def _keep(forms: dict[str, _Forms], name: str, value: bytes) -> None:
    section = _SECTION.fullmatch(name)
    if section is None:
        return
    form = forms.setdefault(section[1], _Forms())
    if section[2]:
        form.sections.setdefault(int(section[2]), (value, bool(section[3])))
    elif section[3]:
        form.whole = value if form.whole is None else form.whole
    elif form.plain is None:
        form.plain = value


def _resolve(form: _Forms) -> Decoded:
    if form.whole is not None:
        return _extended([(form.whole, True)])
    if 0 in form.sections:
        joined: list[tuple[bytes, bool]] = []
        while len(joined) in form.sections:
            joined.append(form.sections[len(joined)])
        return _extended(joined)
    return _undeclared(form.plain or b"")


def _undeclared(octets: bytes) -> Decoded:
    read = decode(octets, "")
    defects = [read.defect]
    text = decode_words(read.text, defects)
    return Decoded(text, next(filter(None, defects), ""))


def _extended(sections: list[tuple[bytes, bool]]) -> Decoded:
    """RFC 2231 4.1: the charset stands before the first section; characters may be cut between sections."""
    first, is_encoded = sections[0]
    charset = b""
    if is_encoded and first.count(b"'") >= 2:
        charset, _, first = first.split(b"'", 2)
    octets = b"".join(
        _percent_decoded(value) if encoded else value
        for value, encoded in [(first, is_encoded), *sections[1:]]
    )
    if not any(encoded for _, encoded in sections):
        return _undeclared(octets)
    return decode(octets, charset.decode("latin-1"))


def _percent_decoded(value: bytes) -> bytes:
    return _PERCENT.sub(lambda octet: binascii.unhexlify(octet[1]), value)
