"""What octets are by their content, and when that contradicts what a mail calls them."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import parse
from automailer.message.sniff import HEAD, PROGRAMS, disguise, real_type

OPEN = "application/vnd.oasis.opendocument.text"
OFFICE = "application/vnd.openxmlformats-officedocument"


def packed(*names: str, first: bytes = b"x") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return file.getvalue()


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (b"MZ\x90\0", "application/x-dosexec"),
        (b"\x7fELF\x02\x01", "application/x-elf"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "application/java-vm"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", "application/x-mach-binary"),
        (b"\xcf\xfa\xed\xfe\x07", "application/x-mach-binary"),
        (b"L\0\0\0\x01\x14\x02\0\0\0", "application/x-ms-shortcut"),
        (b"#!/bin/sh\n", "text/x-script"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\n\n%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "image/bmp"),
        (b"BMW is a brand of cars", "text/plain"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        (b"Rar!\x1a\x07\x01\0", "application/vnd.rar"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"\x1f\x8b\x08\0", "application/gzip"),
        (b"\x78\x9f\x3e\x22\x01\0", "application/vnd.ms-tnef"),
        (packed("a.txt"), "application/zip"),
        (packed(), "application/zip"),
        (packed("[Content_Types].xml", "_rels/.rels", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), f"{OFFICE}.presentationml.presentation"),
        (packed("mimetype", first=OPEN.encode()), OPEN),
        (packed("mimetype", first=b"application/epub+zip"), "application/epub+zip"),
        (packed("META-INF/MANIFEST.MF", "a.class"), "application/java-archive"),
        (b"<!DOCTYPE html><p>x", "text/html"),
        (b'<?xml version="1.0"?>\n<html>', "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "image/svg+xml"),
        (b'<?xml version="1.0"?><a/>', "application/xml"),
        (b"BEGIN:VCALENDAR\r\n", "text/calendar"),
        (b"BEGIN:VCARD\r\n", "text/vcard"),
        (b"Received: from a by b\r\nSubject: x\r\n\r\n", "message/rfc822"),
        ("Grüße".encode(), "text/plain"),
        ("Grüße".encode("latin-1"), "text/plain"),
        ("Grüße".encode("utf-16"), "text/plain"),
        (b"\x1b$B$3$s\x1b(B", "text/plain"),
        (b"a\0b", "application/octet-stream"),
        (b"", "application/x-empty"),
    ],
)  # fmt: skip
def test_the_first_octets_tell_the_type(octets: bytes, kind: str) -> None:
    assert real_type(octets) == kind


@pytest.mark.parametrize(
    ("declared", "name", "sentence"),
    [
        (
            "application/pdf",
            "a.pdf",
            "it is a program (application/x-dosexec), not application/pdf as declared",
        ),
        ("image/png", "a.exe", "it is a program (application/x-dosexec), not image/png as declared"),
        (
            "application/octet-stream",
            "invoice.pdf",
            "it is a program (application/x-dosexec), not what the ending .pdf of its name tells",
        ),
        ("application/octet-stream", "setup.exe", ""),
        ("application/x-msdownload", "a.dll", ""),
        ("application/octet-stream", "setup", ""),
    ],
)
def test_a_program_that_poses_as_something_else_is_told(declared: str, name: str, sentence: str) -> None:
    assert disguise("application/x-dosexec", declared=declared, name=name) == sentence


def test_scripts_are_text_and_documents_never_pose() -> None:
    assert disguise("text/x-script", declared="text/plain", name="run.txt") == ""
    assert disguise("text/x-script", declared="image/png", name="a.png") != ""
    assert disguise("application/pdf", declared="image/png", name="a.png") == ""


def test_the_defects_of_a_message_tell() -> None:
    message = parse(b'Content-Type: application/pdf; name="a.pdf"\r\n\r\nMZ\x90\x00')
    assert message.attachments[0].real_type == "application/x-dosexec"
    assert (
        "attachment 1: it is a program (application/x-dosexec), not application/pdf as declared"
        in message.defects
    )


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"RIFF", b"<?xml ", b"\xca\xfe\xba\xbe", b"BM"]),
)
def test_any_octets_are_something(octets: bytes, start: bytes) -> None:
    kind = real_type((start + octets)[:HEAD])
    assert kind.count("/") == 1
    assert kind in PROGRAMS or not disguise(kind, declared="image/png", name="a.png")
