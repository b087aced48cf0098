"""Writes TNEF for tests, by [MS-OXTNEF] 2.1.3 and nothing of ours."""

from __future__ import annotations

import struct
from dataclasses import dataclass

STRING8, UNICODE, OBJECT, BINARY, INTEGER, SHORT = 0x1E, 0x1F, 0x0D, 0x102, 0x03, 0x02
IS_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
Value = bytes | int


@dataclass(frozen=True)
class Property:
    """One MAPI property; `name` makes it a named one."""

    kind: int
    number: int
    value: Value
    name: str = ""

    def octets(self) -> bytes:
        head = struct.pack("<HH", self.kind, self.number)
        if self.name:
            name = self.name.encode("utf-16-le") + b"\0\0"
            head += bytes(16) + struct.pack("<II", 1, len(name)) + padded(name)
        if isinstance(self.value, int):
            return head + padded(struct.pack("<H" if self.kind == SHORT else "<I", self.value))
        return head + struct.pack("<II", 1, len(self.value)) + padded(self.value)


def padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def properties(*of_list: Property) -> bytes:
    return struct.pack("<I", len(of_list)) + b"".join(one.octets() for one in of_list)


def attribute(level: int, tag: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, tag, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def text(value: str) -> bytes:
    return value.encode("utf-16-le") + b"\0\0"


def file(
    *of_file: Property, title: bytes = b"", data: bytes | None = None, data_first: bool = False
) -> tuple[bytes, ...]:
    """The attributes of one file."""
    title_attribute = attribute(2, 0x00018010, title + b"\0") if title else b""
    data_attribute = attribute(2, 0x0006800F, data) if data is not None else b""
    middle = (data_attribute, title_attribute) if data_first else (title_attribute, data_attribute)
    more = attribute(2, 0x00069005, properties(*of_file)) if of_file else b""
    return (attribute(2, 0x00069002, bytes(14)), *middle, more)


def tnef(*attributes: bytes, code_page: int = 1252) -> bytes:
    pages = attribute(1, 0x00069007, struct.pack("<II", code_page, 0))
    return struct.pack("<IH", 0x223E9F78, 1) + pages + b"".join(attributes)


def message(*of_message: Property) -> bytes:
    return attribute(1, 0x00069003, properties(*of_message))


def body(octets: bytes) -> bytes:
    return attribute(1, 0x0002800C, octets + b"\0")
