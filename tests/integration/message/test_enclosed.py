"""The corpus: what is wrapped, packed and quoted in real mail, against what other programs' tests expect of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from automailer.message import Message, parse
from automailer.message.mapi import read_properties
from automailer.message.rtf import decompressed
from automailer.message.tnef import read_tnef

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "mail"
TNEF = CORPUS / "jstedfast__MimeKit"

# Names: those of the tests of tnefparse and KTnef; sizes: KTnef's, less the octets that pad to a multiple of four.
WRAPPED: dict[str, list[tuple[str, int]]] = {
    "MAPI_ATTACH_DATA_OBJ.tnef": [
        ("VIA_Nytt_1402.doc", 61_952),
        ("VIA_Nytt_1402.pdf", 213_685),
        ("VIA_Nytt_14021.htm", 68_919),
    ],
    "MAPI_OBJECT.tnef": [("Untitled_Attachment", 628_224)],
    "attachments.tnef": [("zappa_av1.jpg", 2_937), ("bookmark.htm", 85_805)],
    "body.tnef": [],
    "christmas.tnef": [
        ("kitten-playing-with-a-christmas-tree.jpg", 375_081),
        ("Untitled Attachment", 89),
        ("Untitled Attachment", 89),
    ],
    "data-before-name.tnef": [("AUTOEXEC.BAT", 0), ("CONFIG.SYS", 0), ("boot.ini", 289)],
    "garbage-at-end.tnef": [],
    "long-filename.tnef": [("allproductsmar2000.dat", 279)],
    "missing-filenames.tnef": [
        ("generpts.src", 61_210),
        ("TechlibDEC99.doc", 33_792),
        ("TechlibDEC99-JAN00.doc", 34_304),
        ("TechlibNOV99.doc", 33_792),
    ],
    "multi-name-property.tnef": [],
    "multi-value-attribute.tnef": [("208225__5_seconds__Voice_Mail.mp3", 10_656)],
    "one-file.tnef": [("AUTHORS", 244)],
    "panic.tnef": [("image001.jpg", 11_250), ("image002.jpg", 9_583), ("image003.png", 7_147)],
    "rtf.tnef": [],
    "triples.tnef": [],
    "two-files.tnef": [("AUTHORS", 244), ("README", 893)],
    "unicode-mapi-attr-name.tnef": [
        ("spaconsole2.cfg", 8_387),
        ("image001.png", 3_815),
        ("image002.png", 3_573),
        ("image003.png", 3_792),
    ],
    "unicode-mapi-attr.tnef": [("example.dat", 1_024)],
    "winmail.tnef": [("Untitled Attachment", 29_184), ("Untitled Attachment", 68_608)],
}

HAS_TEXT = {
    "body.tnef", "data-before-name.tnef", "rtf.tnef", "triples.tnef", "unicode-mapi-attr-name.tnef", "winmail.tnef",
    "MAPI_ATTACH_DATA_OBJ.tnef", "MAPI_OBJECT.tnef", "long-filename.tnef", "missing-filenames.tnef",
    "unicode-mapi-attr.tnef", "multi-value-attribute.tnef", "christmas.tnef", "attachments.tnef", "panic.tnef",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _corpus() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of test mails is not here")


def mail(name: str) -> Message:
    return parse((CORPUS / name).read_bytes())


@pytest.mark.parametrize("name", WRAPPED)
def test_the_files_of_a_winmail_dat_are_those_that_others_find(name: str) -> None:
    found = read_tnef((TNEF / name).read_bytes())
    assert [(file.name, len(file.data)) for file in found.files] == WRAPPED[name]
    assert found.defect == ("it is cut short or broken" if name == "panic.tnef" else "")
    assert bool(found.text.strip() or found.html.strip()) is (name in HAS_TEXT)


def test_every_winmail_dat_of_the_corpus_has_its_row() -> None:
    assert {path.name for path in TNEF.glob("*.tnef")} == set(WRAPPED)


def test_the_octets_are_those_of_the_expected_files() -> None:
    found = read_tnef((TNEF / "winmail.tnef").read_bytes())
    for number, file in enumerate(found.files, 1):
        # The expected ones still have the number of an interface, of 16 octets, in front.
        assert (TNEF / f"winmail__Untitled_Attachment.{number}").read_bytes()[16:] == bytes(file.data)
    assert read_tnef((TNEF / "triples.tnef").read_bytes()).text.strip() == (
        (TNEF / "triples__message.txt").read_text().strip()
    )


def test_compressed_rtf_is_the_expected_one() -> None:
    octets = (TNEF / "winmail.tnef").read_bytes()
    # The property PR_RTF_COMPRESSED of the message, found by its number.
    at = octets.index(b"\x02\x01\x09\x10")
    packed = read_properties(memoryview(b"\x01\0\0\0" + octets[at:]))[0x1009]
    assert decompressed(packed.value).rstrip(b"\0") == (TNEF / "winmail__message.rtf").read_bytes().rstrip(
        b"\0"
    )


def test_mail_with_a_winmail_dat_shows_what_is_inside() -> None:
    rich = mail("jstedfast__MimeKit/rich-text.eml")
    assert rich.attachments[0].name == "kitten-playing-with-a-christmas-tree.jpg"
    assert rich.attachments[0].real_type == "image/jpeg"
    assert mail("jstedfast__MimeKit/ukr.eml").attachments == ()


def test_uuencoded_files_are_attachments() -> None:
    found = mail("horde__Mime/uudecode.txt")
    assert [(one.name, one.content()) for one in found.attachments] == [
        ("test.txt", b"Test string"),
        ("test2.txt", b"2nd string"),
    ]
    assert " ".join(found.text.split()) == "Ignore this text. More text to ignore."


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("SpamScope__mail-parser/mail_test_1", "службаФНС94.zip"),
        ("SpamScope__mail-parser/mail_test_4", "IMG-PO-492384BA_outputB93880.exe"),
        ("SpamScope__mail-parser/mail_test_15", "REQUEST FOR QUOTE.exe"),
        ("apache__spamassassin/olevbmacro__macro.eml", "xl/vbaProject.bin"),
        ("apache__spamassassin/olevbmacro__renamedmacro.eml", "xl/vbaProject.bin"),
        ("apache__spamassassin/olevbmacro__zippwmacro.eml", "macro.xlsm"),
    ],
)
def test_what_is_packed_in_mail_that_was_meant_to_harm_is_named(name: str, member: str) -> None:
    assert any(member in one.members for one in mail(name).attachments)


def test_a_workbook_that_is_called_a_picture_is_told() -> None:
    (found,) = mail("apache__spamassassin/olevbmacro__renamedmacro.eml").attachments
    assert (found.name, found.real_type.rpartition(".")[2]) == ("renamed.jpg", "sheet")


@pytest.mark.parametrize(
    ("name", "kept", "left_out"),
    [
        ("apache__spamassassin/base64.txt", "Good Luck,", "another block tag"),
        ("apache__spamassassin/cjk__gb2312.2", "假设你的硬碟", "To UNSUBSCRIBE"),
        ("mikel__mail/mime_emails__raw_email4.eml", "Some text", "Orange"),
        ("mikel__mail/multi_charset__japanese.eml", "かきくえこ", "Life blog"),
    ],
)
def test_of_a_reply_the_words_of_its_writer_stay(name: str, kept: str, left_out: str) -> None:
    message = mail(name)
    assert left_out in message.text
    assert left_out not in message.reply_text
    assert kept in message.reply_text


def test_every_mail_of_the_corpus_has_a_reply_and_real_types() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    for path in files:
        message = parse(path.read_bytes())
        assert len(message.reply_text) <= len(message.text) + 2_000, path.name
        for one in message.attachments:
            assert one.real_type.count("/") == 1
            assert all(member.isprintable() for member in one.members)
    assert len(files) > 500
