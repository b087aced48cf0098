"""Files and text out of a winmail.dat; the files of the corpus are in tests/integration."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import parse, tnef
from automailer.message.rtf import decompressed, text_of_rtf
from automailer.message.tnef import read_tnef
from tests.unit.message import tnef_writer as write
from tests.unit.message.tnef_writer import BINARY, INTEGER, OBJECT, SHORT, STRING8, UNICODE, Property

LONG_NAME, FILE_NAME, DISPLAY_NAME, DATA = 0x3707, 0x3704, 0x3001, 0x3701
MIME_TYPE, CONTENT_ID, FLAGS = 0x370E, 0x3712, 0x3714
BODY, HTML, RTF, INTERNET_PAGE, SUBJECT = 0x1000, 0x1013, 0x1009, 0x3FDE, 0x0037


def mail(
    octets: bytes, kind: str = "application/ms-tnef", name: str = "winmail.dat", text: str = ""
) -> bytes:
    part = f'Content-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
    part += base64.encodebytes(octets).replace(b"\n", b"\r\n")
    if not text:
        return b"Subject: x\r\n" + part
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
    return head + text.encode() + b"\r\n--b\r\n" + part + b"--b--\r\n"


TWO = write.tnef(
    *write.file(title=b"README.TXT", data=b"one"),
    *write.file(
        Property(UNICODE, LONG_NAME, write.text("Übersicht 2026.pdf")),
        Property(STRING8, MIME_TYPE, b"application/pdf\0"),
        title=b"BERSI~1.PDF",
        data=b"%PDF-1.4",
    ),
)


def test_the_files_inside_are_the_attachments() -> None:
    found = parse(mail(TWO, text="see there")).attachments
    assert [(one.index, one.name, one.type, one.content(), one.inline) for one in found] == [
        (1, "README.TXT", "text/plain", b"one", False),
        (2, "Übersicht 2026.pdf", "application/pdf", b"%PDF-1.4", False),
    ]
    assert (found[1].size, found[1].real_type) == (8, "application/pdf")
    assert parse(mail(TWO, text="see there")).text == "see there\n"


@pytest.mark.parametrize(
    ("kind", "name", "is_opened"),
    [
        ("application/ms-tnef", "x", True),
        ("application/vnd.ms-tnef", "", True),
        ("application/octet-stream", "winmail.dat", True),
        ("application/octet-stream", "ATT00001.DAT", True),
        ("application/octet-stream", "winmail.bin", False),
    ],
)
def test_it_is_told_by_its_type_or_by_what_a_dat_begins_with(kind: str, name: str, is_opened: bool) -> None:
    assert (len(parse(mail(TWO, kind, name)).attachments) == 2) is is_opened


def test_a_dat_that_is_none_stays_what_it_is() -> None:
    message = parse(mail(b"1,2,3\n", "application/octet-stream", "points.dat"))
    assert [one.content() for one in message.attachments] == [b"1,2,3\n"]
    assert not any("winmail" in defect for defect in message.defects)


@pytest.mark.parametrize(
    ("octets", "names", "defect"),
    [
        (b"", ["winmail.dat"], "winmail.dat: it is cut short or broken"),
        (b"no TNEF at all", ["winmail.dat"], "winmail.dat: it is no TNEF"),
        (TWO[:-20], ["winmail.dat", "README.TXT", "BERSI~1.PDF"], "winmail.dat: it is cut short or broken"),
    ],
)
def test_what_cannot_be_read_stays_beside_what_can(octets: bytes, names: list[str], defect: str) -> None:
    message = parse(mail(octets))
    assert [one.name for one in message.attachments] == names
    assert message.attachments[0].content() == octets
    assert defect in message.defects


def test_one_that_is_too_large_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automailer.message.contents.MAX_TNEF", 50)
    message = parse(mail(TWO))
    assert [one.size for one in message.attachments] == [len(TWO)]
    assert "winmail.dat: it is larger than 50 octets: it was not opened" in message.defects


def test_no_more_files_are_taken_than_the_limit() -> None:
    many = write.tnef(
        *(part for _ in range(tnef.MAX_FILES + 5) for part in write.file(title=b"a", data=b"x"))
    )
    found = read_tnef(many)
    assert (len(found.files), found.defect) == (tnef.MAX_FILES, f"it has more than {tnef.MAX_FILES} files")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        pytest.param(write.file(title=b"\xc4.txt", data=b""), "Ä.txt", id="title"),
        pytest.param(write.file(title=b"a.txt", data=b"x", data_first=True), "a.txt", id="data before its name"),
        pytest.param(write.file(Property(STRING8, FILE_NAME, b"a~1.txt\0"), data=b""), "a~1.txt", id="short"),
        pytest.param(
            write.file(
                Property(UNICODE, 0x8001, write.text("x"), name="named"),
                Property(SHORT, 0x3702, 7),
                Property(UNICODE, LONG_NAME, write.text("日本.txt")),
                title=b"b.txt",
            ),
            "日本.txt",
            id="long, behind a named property",
        ),
        pytest.param(write.file(Property(UNICODE, DISPLAY_NAME, write.text("seen"))), "seen", id="display name"),
        pytest.param(write.file(data=b"x"), "", id="none"),
    ],
)  # fmt: skip
def test_the_best_name_is_taken(parts: tuple[bytes, ...], name: str) -> None:
    assert [one.name for one in read_tnef(write.tnef(*parts)).files] == [name]


def test_names_are_in_the_code_page_that_is_named() -> None:
    assert (
        read_tnef(write.tnef(*write.file(title="Отчёт.doc".encode("cp1251")), code_page=1251)).files[0].name
        == "Отчёт.doc"
    )


def test_a_picture_that_the_html_refers_to_is_inline() -> None:
    picture = (
        Property(UNICODE, CONTENT_ID, write.text("<pic@x>")),
        Property(STRING8, MIME_TYPE, b"image/png\0"),
    )
    octets = write.tnef(
        write.message(
            Property(BINARY, HTML, b"<p>Gr\xc3\xbc\xc3\x9fe <img src='cid:other'></p>"),
            Property(INTEGER, INTERNET_PAGE, 65001),
        ),
        *write.file(*picture, Property(INTEGER, FLAGS, 4), title=b"a.png", data=b"\x89PNG"),
        *write.file(*picture, title=b"b.png", data=b"\x89PNG"),
    )  # fmt: skip
    message = parse(mail(octets))
    assert [one.inline for one in message.attachments] == [True, False]
    assert message.text.strip() == "Grüße"
    assert parse(mail(octets, text="own")).text == "own\n"


def test_of_a_message_inside_its_text_and_its_files_come() -> None:
    inner = write.tnef(
        write.message(Property(UNICODE, SUBJECT, write.text("Angebot")), Property(UNICODE, BODY, write.text("Grüße"))),
        *write.file(title=b"in.txt", data=b"deep"),
    )  # fmt: skip
    outer = write.tnef(*write.file(Property(OBJECT, DATA, write.IS_MESSAGE + inner), title=b"Untitled"))
    found = parse(mail(outer)).attachments
    assert [(one.name, one.content().decode()) for one in found] == [
        ("Angebot.txt", "Grüße"),
        ("in.txt", "deep"),
    ]


def test_messages_in_messages_are_opened_to_a_limit() -> None:
    octets = write.tnef(*write.file(title=b"deepest.txt", data=b"x"))
    for _ in range(20):
        octets = write.tnef(*write.file(Property(OBJECT, DATA, write.IS_MESSAGE + octets), title=b"m"))
    (left,) = read_tnef(octets).files
    assert bytes(left.data[:4]) == tnef.SIGNATURE


def test_an_object_loses_the_number_of_its_interface() -> None:
    octets = write.tnef(*write.file(Property(OBJECT, DATA, bytes(16) + b"\xd0\xcf"), title=b"ole"))
    assert bytes(read_tnef(octets).files[0].data) == b"\xd0\xcf"


# [MS-OXRTFCP] 3.1.1 and 3.1.2.
COMPRESSED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
RUN = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def test_compressed_rtf_is_that_of_the_examples_of_the_specification() -> None:
    assert decompressed(COMPRESSED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompressed(RUN) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert text_of_rtf(decompressed(COMPRESSED)) == "hello world"
    assert decompressed(b"\0" * 8 + b"MELA" + b"\0" * 4 + b"{\\rtf1 x}") == b"{\\rtf1 x}"
    assert decompressed(b"neither") == b""


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi a\par b\line c\tab d}", "a\nb\nc\td"),
        (rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8}", "При"),
        (rb"{\rtf1\uc1 \u1055?\u-10179?\u-8704? \{x\}}", "П😀 {x}"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator Word;}{\info{\author A}}text}", "text"),
        (
            rb"{\rtf1\fromhtml1{\*\htmltag19 <p>}Hello\htmlrtf {\b \htmlrtf0 there{\*\htmltag27 </p>}"
            rb"\htmlrtf\par}\htmlrtf0 !}",
            "Hellothere\n!",
        ),
        (b"no rtf", ""),
        (b"{\\rtf1" + b"{" * 100_000 + b"x", ""),
    ],
)
def test_the_text_of_rtf_is_what_a_reader_sees(rtf: bytes, text: str) -> None:
    assert text_of_rtf(rtf) == text


def test_a_mail_whose_only_text_is_rtf_has_that() -> None:
    octets = write.tnef(write.message(Property(BINARY, RTF, COMPRESSED)))
    message = parse(mail(octets))
    assert (message.text, message.attachments) == ("hello world\n", ())


def test_of_all_rtf_in_one_message_no_more_is_unpacked_than_allowed() -> None:
    inner = write.tnef(write.message(Property(BINARY, RTF, COMPRESSED)))
    one = write.file(Property(OBJECT, DATA, write.IS_MESSAGE + inner), title=b"Untitled")
    found = read_tnef(write.tnef(*one * 10), tnef.Allowance(rtf=100))
    assert [bytes(file.data) for file in found.files] == [b"hello world"] * 2


def test_rtf_is_unpacked_to_the_limit_that_is_asked_for() -> None:
    assert decompressed(RUN, limit=20) == b"{\\rtf1 WXYZWXYZWXYZW"
    assert decompressed(RUN, limit=0) == b""


@given(st.binary(max_size=300))
def test_any_octets_are_read(octets: bytes) -> None:
    for start in (octets, tnef.SIGNATURE + octets, TWO[:60] + octets):
        read_tnef(start)
    decompressed(b"\0" * 8 + b"LZFu" + octets)
    text_of_rtf(b"{\\rtf" + octets)


@given(st.integers(0, len(TWO) - 1), st.integers(0, 255))
def test_one_octet_that_was_changed_breaks_nothing(place: int, octet: int) -> None:
    message = parse(mail(TWO[:place] + bytes((octet,)) + TWO[place + 1 :]))
    assert all(one.size == len(one.content()) for one in message.attachments)
    assert message.defects


@given(
    st.lists(st.tuples(st.text("abcÄß日.", min_size=1).filter(str.strip), st.binary(max_size=50)), max_size=5)
)
def test_what_was_wrapped_comes_out(files: list[tuple[str, bytes]]) -> None:
    parts = (write.file(Property(UNICODE, LONG_NAME, write.text(name)), data=data) for name, data in files)
    found = read_tnef(write.tnef(*(part for file in parts for part in file)))
    assert [(one.name, bytes(one.data)) for one in found.files] == files
    assert not found.defect
