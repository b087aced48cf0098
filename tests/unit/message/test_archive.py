"""The names of the files inside an archive."""

from __future__ import annotations

import base64
import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import archive, parse
from automailer.message.archive import member_names

ZIP, TAR, GZIP = "application/zip", "application/x-tar", "application/gzip"


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
        for name in names:
            whole.writestr(name, "content of it\n" * 10)
    return file.getvalue()


def tarred(*names: str, style: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=style) as whole:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = 700
            whole.addfile(entry, io.BytesIO(b"x" * 700))
    return file.getvalue()


def names(octets: bytes, kind: str, size: int = 100) -> tuple[str, ...]:
    return member_names(lambda: (octets[at : at + size] for at in range(0, len(octets), size)), kind)


NAMES = ("readme.txt", "a/b/setup.exe", "Übersicht.pdf", "中文.doc")


def test_a_zip_archive_lists_its_files() -> None:
    assert names(zipped(*NAMES, "folder/"), ZIP) == NAMES
    assert names(b"MZ stub " * 50 + zipped(*NAMES), ZIP) == NAMES
    assert names(zipped(), ZIP) == ()


def test_an_encrypted_archive_lists_them_too() -> None:
    octets = bytearray(zipped("secret.exe"))
    octets[octets.index(b"PK\x01\x02") + 8] |= 1
    assert names(bytes(octets), ZIP) == ("secret.exe",)


@pytest.mark.parametrize(
    ("name", "charset"),
    [("工作报告", "gbk"), ("Справка", "cp866"), ("Größe", "cp437"), ("Größe", "utf-8"), ("résumé", "cp437")],
)
def test_names_without_a_mark_are_guessed(name: str, charset: str) -> None:
    raw = name.encode(charset)
    octets = zipped(f"{'x' * len(raw)}.txt").replace(b"x" * len(raw), raw)
    assert names(octets, ZIP) == (f"{name}.txt",)


@pytest.mark.parametrize(
    "octets",
    [
        zipped(*NAMES)[:-30],
        b"PK\x05\x06" + b"\xff" * 18,
        b"PK\x03\x04" + bytes(100),
        b"PK\x01\x02" + b"\xff" * 60 + b"PK\x05\x06" + bytes(18),
    ],
)
def test_a_broken_directory_lists_nothing(octets: bytes) -> None:
    assert names(octets, ZIP) == ()


def test_a_directory_that_lies_about_its_size_is_found() -> None:
    octets = bytearray(zipped(*NAMES))
    end = octets.index(b"PK\x05\x06")
    octets[end + 12 : end + 16] = struct.pack("<I", 0xFFFFFFFF)
    assert names(bytes(octets), ZIP) == NAMES


@pytest.mark.parametrize("style", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_archive_lists_its_files_whole_or_compressed(style: int) -> None:
    long = ("d" * 90 + "/" + "n" * 60 + ".txt",)
    octets = tarred(*NAMES, *long, style=style)
    assert names(octets, TAR) == (*NAMES, *long)
    assert names(gzip.compress(octets), GZIP) == (*NAMES, *long)
    assert names(gzip.compress(octets)[:-10], GZIP)[:1] == NAMES[:1]


def test_a_compressed_file_is_no_archive() -> None:
    assert names(gzip.compress(b"log\n" * 1000), GZIP) == ()
    assert names(zipped("a"), "application/pdf") == ()


def test_no_more_is_read_than_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    assert names(zipped(*"abcde"), ZIP) == ("a", "b", "c")
    assert names(tarred(*"abcde"), TAR) == ("a", "b", "c")
    monkeypatch.setattr(archive, "MAX_UNPACKED", 100_000)
    bomb = gzip.compress(tarred("a") + bytes(5_000_000))
    assert names(bomb, GZIP, size=10_000) == ("a",)


def test_what_unpacks_to_a_thousand_times_its_size_is_left() -> None:
    octets = gzip.compress(tarred("a") + bytes(20_000_000) + tarred("b"))
    read = 0

    def chunks() -> Iterator[bytes]:
        nonlocal read
        for at in range(0, len(octets), 1_000):
            read += 1_000
            yield octets[at : at + 1_000]

    assert member_names(chunks, GZIP) == ("a",)
    assert read < len(octets) / 2


def test_an_attachment_lists_its_members_whatever_it_is_called() -> None:
    head = b"Content-Type: image/png; name=x.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    (found,) = parse(head + base64.encodebytes(zipped(*NAMES))).attachments
    assert (found.real_type, found.members) == (ZIP, NAMES)


@given(st.binary(max_size=600), st.sampled_from([ZIP, TAR, GZIP]), st.integers(1, 700))
def test_any_octets_list_something_or_nothing(octets: bytes, kind: str, size: int) -> None:
    for start in (
        octets,
        zipped("a", "b") + octets,
        gzip.compress(tarred("a")) + octets,
        tarred("a")[:600] + octets,
    ):
        assert all(one.isprintable() for one in names(start, kind, size))


@given(st.integers(0, 300), st.integers(0, 255))
def test_one_octet_that_was_changed_breaks_nothing(place: int, octet: int) -> None:
    whole = bytearray(zipped("a.txt", "b.txt"))
    whole[place % len(whole)] = octet
    names(bytes(whole), ZIP)
    whole = bytearray(tarred("a.txt"))
    whole[place] = octet
    names(bytes(whole), TAR)
