"""Zip archives: their files are saved in their place, and whatever is odd about one stays packed."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.actions import SavedFile
from automailer.actions.unzip import MAX_MEMBERS, unzip
from automailer.message import Attachment, Message
from tests.unit.actions.build import files, mail_with, plan_of


def zipped(contents: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return octets.getvalue()


def attached(octets: bytes, name: str = "a.zip") -> Message:
    return mail_with({name: octets})


def attachment(octets: bytes) -> Attachment:
    return attached(octets).attachments[0]


def saved(fields: str, octets: bytes, name: str = "a.zip") -> dict[str, bytes]:
    found = files(f"save_attachments: {{to: in, unzip: true{fields}}}", attached(octets, name))
    return {file.name: b"".join(file.chunks()) for file in found}


REPORT = {"report/sales.csv": b"1;2\n", "report/notes.txt": b"hello", "report/": b""}


def test_the_files_in_an_archive_are_saved_in_its_place() -> None:
    assert saved("", zipped(REPORT)) == {"sales.csv": b"1;2\n", "notes.txt": b"hello"}


def test_without_unzip_an_archive_is_a_file() -> None:
    octets = zipped(REPORT)
    (file,) = files("save_attachments: in", attached(octets))
    assert (file.name, b"".join(file.chunks())) == ("a.zip", octets)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (", name: '*.zip'", {"sales.csv", "notes.txt"}),
        (", name: '*.csv'", {"sales.csv"}),
        (", type: text/plain", {"notes.txt"}),
        (", size: '<5'", {"sales.csv"}),
        (", name: '*.pdf'", set()),
    ],
)
def test_filters_let_the_archive_through_whole_or_some_of_its_files(fields: str, names: set[str]) -> None:
    assert saved(fields, zipped(REPORT)).keys() == names


def test_a_file_in_an_archive_has_the_facts_of_an_attachment() -> None:
    facts = "{{ attachment.index }} {{ attachment.size }} {{ attachment.type }}"
    text = f"save_attachments: {{to: in, unzip: true, as: '{facts}'}}"
    (file,) = files(text, attached(zipped({"x/a.csv": b"12345"})))
    assert file.name == "1 5 text_csv"
    assert file.size == 5


def test_documents_that_are_made_of_an_archive_are_documents() -> None:
    octets = zipped(REPORT)
    for name in ("a.docx", "a.jar", "a.odt"):
        assert saved("", octets, name) == {name: octets}


def test_an_archive_in_an_archive_stays_packed() -> None:
    inner = zipped(REPORT)
    assert saved("", zipped({"inner.zip": inner})) == {"inner.zip": inner}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("../../etc/cron.d/x", "x"),
        ("/etc/passwd", "passwd"),
        ("C:\\windows\\x.dll", "x.dll"),
        ("..\\..\\y", "y"),
        (".htaccess", "htaccess"),
        ("CON", "_CON"),
        ("a\x1b[2J.txt", "a[2J.txt"),
        ("n" * 300 + ".txt", "n" * 251 + ".txt"),
        ("日本/發票.pdf", "發票.pdf"),
        ("...", "attachment-1.bin"),
    ],
)
def test_a_path_in_an_archive_gives_one_safe_name(path: str, name: str) -> None:
    assert list(saved("", zipped({path: b"x"}))) == [name]


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "cp437"])
def test_names_in_no_declared_charset_are_read(charset: str) -> None:
    name = "Grüße.txt" if charset == "cp437" else "发票资料.txt"
    raw = name.encode(charset)
    octets = zipped({"x" * len(raw): b"1"}).replace(b"x" * len(raw), raw)
    assert list(saved("", octets)) == [name]


def encrypted() -> bytes:
    octets = bytearray(zipped({"a.txt": b"secret"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        octets[octets.index(signature) + offset] |= 1
    return bytes(octets)


def with_wrong_crc() -> bytes:
    return zipped({"a.txt": b"hello hello"}, zipfile.ZIP_STORED).replace(b"hello hello", b"jello hello")


def bomb(octets: int) -> bytes:
    return zipped({"zeros.bin": bytes(octets)})


def overlapping() -> bytes:
    """Many entries of the directory that name one and the same file: a bomb without nesting."""
    one = zipped({"zeros.bin": bytes(2_000_000)})
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry, count = one[start:end], 900
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, start, 0)
    return one[:start] + entry * count + tail


def lying() -> bytes:
    """A file that is said to be small and is large."""
    octets = bytearray(bomb(5_000_000))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = octets.index(signature) + offset
        octets[at : at + 4] = struct.pack("<L", 10)
    return bytes(octets)


def pretending() -> bytes:
    """A file that is said to be larger than it is, with a CRC that fits."""
    octets = bytearray(zipped({"a.txt": b"hello"}, zipfile.ZIP_STORED))
    at = octets.index(b"PK\x01\x02") + 24
    octets[at : at + 4] = struct.pack("<L", 50)
    return bytes(octets)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        pytest.param(encrypted(), "it is encrypted", id="encrypted"),
        pytest.param(with_wrong_crc(), "Bad CRC-32 for file 'a.txt'", id="wrong CRC"),
        pytest.param(bomb(50_000_000), "it unpacks to more than 200 times its size", id="bomb"),
        pytest.param(
            overlapping(), "unpacked it has 1,800,000,000 octets, at most 1,000,000,000 are", id="overlapping"
        ),
        pytest.param(lying(), "", id="lying"),
        pytest.param(pretending(), "", id="pretending"),
        pytest.param(
            zipped({"a": b"x" * 99}, zipfile.ZIP_LZMA), "it is packed by a method that is not read", id="LZMA"
        ),
        pytest.param(
            zipped({"a": b"x" * 99}, zipfile.ZIP_BZIP2),
            "it is packed by a method that is not read",
            id="bzip2",
        ),
        pytest.param(zipped(REPORT)[:-30], "", id="cut off"),
        pytest.param(zipped(REPORT)[40:], "", id="without its start"),
        pytest.param(b"", "", id="empty"),
        pytest.param(b"PK", "", id="two octets"),
        pytest.param(b"this is no archive\n" * 50, "File is not a zip file", id="something else"),
        pytest.param(
            zipped({str(number): b"" for number in range(MAX_MEMBERS + 1)}),
            "it has more than 1,000 files",
            id="too many",
        ),
        pytest.param(
            zipped({"n" * 900 + str(number): b"" for number in range(1_200)}),
            "its list of files is too long",
            id="long list",
        ),
    ],
)
def test_an_archive_that_can_not_be_read_is_saved_as_it_is_and_the_reason_kept(
    octets: bytes, reason: str
) -> None:
    for fields in ("", ", name: '*.csv'"):
        message = attached(octets)
        plan = plan_of(f"save_attachments: {{to: in, unzip: true{fields}}}", message)
        (file,) = plan.effects
        assert isinstance(file, SavedFile)
        assert (file.name, b"".join(file.chunks())) == ("a.zip", octets)
        assert plan.fields["packed"].keys() == {"a.zip"}
        said = plan.fields["packed"]["a.zip"]
        assert said == reason if reason else said


@given(st.data())
def test_whatever_became_of_an_archive_it_is_read_or_a_reason_is_given(data: st.DataObject) -> None:
    octets = bytearray(zipped(REPORT))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    found = unzip(attachment(bytes(octets)))
    assert isinstance(found, str) or all(len(b"".join(m.chunks())) == m.size for m in found)


def test_memory_does_not_grow_with_the_archive() -> None:
    content = b"".join(
        zlib.crc32(bytes([n % 251, n >> 8 & 255])).to_bytes(4, "big") for n in range(2_000_000)
    )
    item = attachment(zipped({"a.bin": content}, zipfile.ZIP_STORED))
    del content
    item.size  # noqa: B018 - reads the tree of the message
    tracemalloc.start()
    try:
        found = unzip(item)
        assert not isinstance(found, str)
        assert sum(len(piece) for piece in found[0].chunks()) == 8_000_000
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
