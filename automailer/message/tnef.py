"""winmail.dat: what Outlook and Exchange wrap up as TNEF ([MS-OXTNEF]). Pure; bounded, never raises.

Our own reader: the library for it (tnefparse) has had no release since 2021, copies the rest of the octets for every
attribute, which is quadratic, and opens messages in messages without a limit. Checksums are not looked at, since some
programs write wrong ones, and what they guard is guarded by the mail's own encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from automailer.message.charset import decode
from automailer.message.endings import OCTETS, type_of_name
from automailer.message.mapi import Cursor, Cut, Property, label_of, read_properties, text_of_property
from automailer.message.parameters import media_type
from automailer.message.rtf import decompressed, text_of_rtf

__all__ = ["MAX_TNEF", "SIGNATURE", "Allowance", "Tnef", "TnefFile", "read_tnef"]

SIGNATURE = b"\x78\x9f\x3e\x22"

MAX_TNEF = 32_000_000
"""Octets of one winmail.dat, decoded, that are held in memory: most relays take mail of 25 MB. A larger one stays."""

MAX_FILES = 500
"""Of one winmail.dat."""

MAX_ATTRIBUTES = 10_000
"""Of one winmail.dat; each file has five to eight."""

MAX_DEPTH = 3
"""Messages in messages; deeper ones are left as they are, a winmail.dat of their own."""

MAX_TEXT = 4_000_000
"""Octets of text, and of HTML."""

MAX_RTF = 4_000_000
"""Octets of RTF, unpacked, in all winmail.dat of one message; a megabyte takes half a second."""

_MESSAGE_IN_IT = bytes.fromhex("0703020000000000c000000000000046")
_OF_ATTACHMENT = 2

_ATT_SUBJECT, _ATT_BODY, _ATT_DATA, _ATT_TITLE = 0x8004, 0x800C, 0x800F, 0x8010
_ATT_TRANSPORT_NAME, _ATT_RENDERING = 0x9001, 0x9002
_ATT_PROPERTIES, _ATT_ATTACHMENT, _ATT_CODE_PAGE = 0x9003, 0x9005, 0x9007

_SUBJECT, _BODY, _RTF, _HTML = 0x0037, 0x1000, 0x1009, 0x1013
_DISPLAY_NAME, _DATA, _FILE_NAME, _LONG_NAME = 0x3001, 0x3701, 0x3704, 0x3707
_MIME_TYPE, _CONTENT_ID, _FLAGS = 0x370E, 0x3712, 0x3714
_INTERNET_CODE_PAGE = 0x3FDE
_REFERRED_TO = 4
_OBJECT = 0x0D


@dataclass(frozen=True, slots=True, kw_only=True)
class TnefFile:
    """A file inside; `data` is a window on the octets that were read."""

    name: str
    type: str
    content_id: str
    is_inline: bool
    data: memoryview


@dataclass(frozen=True, slots=True, kw_only=True)
class Tnef:
    """The files in order, the message's text and HTML (one of them, or none), and why not all was read, or ""."""

    files: tuple[TnefFile, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    defect: str = ""


@dataclass(slots=True)
class Allowance:
    """What may still be spent on one message: octets of RTF."""

    rtf: int = MAX_RTF


def read_tnef(octets: bytes | bytearray, allowance: Allowance | None = None) -> Tnef:
    """Read the octets of a winmail.dat, as far as they can be read and the allowance goes."""
    return _Reader(0, allowance or Allowance()).read(memoryview(octets))


@dataclass
class _File:
    """What is known of a file while its attributes come in."""

    names: dict[int, memoryview] = field(default_factory=dict)
    data: memoryview = field(default_factory=lambda: memoryview(b""))
    properties: dict[int, Property] = field(default_factory=dict)


class _Reader:
    """One reading of one winmail.dat."""

    def __init__(self, depth: int, allowance: Allowance) -> None:
        self.depth = depth
        self.allowance = allowance
        self.label = ""
        self.files: list[_File] = []
        self.texts: dict[int, memoryview] = {}
        self.properties: dict[int, Property] = {}

    def read(self, octets: memoryview) -> Tnef:
        cursor, defect = Cursor(octets), ""
        try:
            if bytes(cursor.take(6)[:4]) != SIGNATURE:
                return Tnef(defect="it is no TNEF")
            for _ in range(MAX_ATTRIBUTES):
                # What is shorter than an attribute is padding.
                if len(octets) - cursor.at < 11:
                    break
                level, tag, length = cursor.number(1), cursor.number(4) & 0xFFFF, cursor.number(4)
                self._attribute(level, tag, cursor.take(length))
                cursor.take(2)
            else:
                defect = f"it has more than {MAX_ATTRIBUTES:,} attributes"
        except Cut:
            defect = "it is cut short or broken"
        return self._whole(defect)

    def _attribute(self, level: int, tag: int, data: memoryview) -> None:
        if level == _OF_ATTACHMENT:
            self._of_file(tag, data)
        elif tag == _ATT_CODE_PAGE:
            self.label = label_of(int.from_bytes(data[:4], "little"))
        elif tag == _ATT_PROPERTIES:
            self.properties = read_properties(data)
        elif tag in (_ATT_BODY, _ATT_SUBJECT):
            self.texts[tag] = data

    def _of_file(self, tag: int, data: memoryview) -> None:
        if tag == _ATT_RENDERING or not self.files:
            self.files.append(_File())
        file = self.files[-1]
        if tag == _ATT_DATA:
            file.data = data
        elif tag == _ATT_ATTACHMENT:
            file.properties = read_properties(data)
        elif tag in (_ATT_TITLE, _ATT_TRANSPORT_NAME):
            file.names[tag] = data

    def _whole(self, defect: str) -> Tnef:
        files: list[TnefFile] = []
        for file in self.files:
            files.extend(self._opened(file))
            if len(files) > MAX_FILES:
                defect = defect or f"it has more than {MAX_FILES} files"
                break
        text = self._text()
        return Tnef(
            files=tuple(files[:MAX_FILES]),
            subject=text_of_property(self.properties.get(_SUBJECT), self.label) or self._string(_ATT_SUBJECT),
            text=text,
            html="" if text else self._html(),
            defect=defect,
        )

    def _opened(self, file: _File) -> Iterator[TnefFile]:
        """The file; instead of a message in this one, its text and its files."""
        held = file.properties.get(_DATA)
        data = file.data
        if held is not None and not data:
            data = held.value[16:] if held.kind == _OBJECT else held.value
        is_message = held is not None and bytes(held.value[:16]) == _MESSAGE_IN_IT
        if is_message and self.depth < MAX_DEPTH and bytes(data[:4]) == SIGNATURE:
            name = text_of_property(file.properties.get(_DISPLAY_NAME), self.label)
            yield from self._inner(_Reader(self.depth + 1, self.allowance).read(data), name)
            return
        yield self._as_file(file, data)

    def _inner(self, inner: Tnef, name: str) -> Iterator[TnefFile]:
        text, ending = (inner.text, "txt") if inner.text else (inner.html, "html")
        if text:
            yield TnefFile(
                name=f"{inner.subject or name or 'message'}.{ending}",
                type=type_of_name(f"message.{ending}"),
                content_id="",
                is_inline=False,
                data=memoryview(text.encode("utf-8", "replace")),
            )
        yield from inner.files

    def _as_file(self, file: _File, data: memoryview) -> TnefFile:
        name = self._name(file)
        kind = text_of_property(file.properties.get(_MIME_TYPE), "us-ascii").strip().lower()
        content_id = text_of_property(file.properties.get(_CONTENT_ID), self.label).strip().strip("<>")
        flags = file.properties.get(_FLAGS)
        is_shown = flags is not None and bool(int.from_bytes(flags.value, "little") & _REFERRED_TO)
        kind = media_type(kind, default=OCTETS)
        return TnefFile(
            name=name,
            type=type_of_name(name) if kind == OCTETS else kind,
            content_id=content_id if content_id.isprintable() else "",
            is_inline=is_shown and bool(content_id) and kind.startswith("image/"),
            data=data,
        )

    def _name(self, file: _File) -> str:
        long, short, display = (
            text_of_property(file.properties.get(number), self.label)
            for number in (_LONG_NAME, _FILE_NAME, _DISPLAY_NAME)
        )
        title, transport = (
            decode(bytes(file.names.get(tag, b"")).partition(b"\0")[0], self.label).text
            for tag in (_ATT_TITLE, _ATT_TRANSPORT_NAME)
        )
        return next(filter(None, map(str.strip, (long, short, title, transport, display))), "")

    def _text(self) -> str:
        """The plain text; that of the RTF where there is neither text nor HTML."""
        text = self._body(_BODY)
        text = text or self._string(_ATT_BODY)
        if text.strip() or self._html().strip():
            return text if text.strip() else ""
        packed = self.properties.get(_RTF)
        rtf = decompressed(packed.value, limit=self.allowance.rtf) if packed else b""
        self.allowance.rtf -= len(rtf)
        return text_of_rtf(rtf)

    def _html(self) -> str:
        return self._body(_HTML)

    def _body(self, number: int) -> str:
        return text_of_property(self._short(number), self._body_label(), thorough=not self.depth)

    def _short(self, number: int) -> Property | None:
        found = self.properties.get(number)
        return Property(found.kind, found.value[:MAX_TEXT]) if found else None

    def _body_label(self) -> str:
        page = self.properties.get(_INTERNET_CODE_PAGE)
        return label_of(int.from_bytes(page.value[:4], "little")) if page else self.label

    def _string(self, tag: int) -> str:
        octets = bytes(self.texts.get(tag, b"")[:MAX_TEXT])
        return decode(octets.partition(b"\0")[0], self.label, thorough=not self.depth).text
