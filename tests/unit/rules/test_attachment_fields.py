"""What `attachment` asks of what an attachment really is, and of the names inside an archive."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from automailer.message import Message, parse
from automailer.rules.model import Answer, TestTrace
from tests.unit.rules.build import read, subject

PROGRAM = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def mail_with(name: str, kind: str, content: bytes) -> Message:
    head = f'Content-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return parse(head.encode() + base64.encodebytes(content))


def ask(test: str, message: Message) -> TestTrace:
    return read(test).check(subject(message))


INVOICE = mail_with("invoice.pdf", "application/pdf", PROGRAM)
SCANS = mail_with("scans.zip", "application/zip", packed("a/readme.txt", "a/Setup.EXE", "b", "c"))
MACRO = mail_with("a.docm", "application/octet-stream", packed("[Content_Types].xml", "word/vbaProject.bin"))


@pytest.mark.parametrize(
    ("test", "message", "holds", "shown"),
    [
        pytest.param(
            "attachment: {real_type: application/x-dosexec}",
            INVOICE,
            True,
            "invoice.pdf (application/pdf, really application/x-dosexec)",
            id="a program called invoice.pdf",
        ),
        pytest.param(
            "attachment: {real_type: [image/*, application/pdf]}",
            INVOICE,
            False,
            "invoice.pdf (application/pdf, really application/x-dosexec)",
            id="what it is not",
        ),
        pytest.param(
            "attachment: {type: application/pdf, real_type: application/x-dosexec}",
            INVOICE,
            True,
            "invoice.pdf (application/pdf, really application/x-dosexec)",
            id="declared and real",
        ),
        pytest.param(
            'attachment: {member: "*.exe"}',
            SCANS,
            True,
            "scans.zip (application/zip, holds a/Setup.EXE)",
            id="a program in an archive",
        ),
        pytest.param(
            'attachment: {member: "setup.*"}',
            SCANS,
            True,
            "scans.zip (application/zip, holds a/Setup.EXE)",
            id="the last part of a path",
        ),
        pytest.param(
            r"attachment: {member: '/(?P<stem>\w+)\.exe$/i'}",
            SCANS,
            True,
            "scans.zip (application/zip, holds a/Setup.EXE)",
            id="a pattern",
        ),
        pytest.param(
            'attachment: {member: "*/vbaProject.bin", name: "*.docm"}',
            MACRO,
            True,
            "a.docm (application/octet-stream, holds word/vbaProject.bin)",
            id="macros",
        ),
        pytest.param(
            'attachment: {member: "*.dll"}',
            SCANS,
            False,
            "scans.zip (application/zip, holds a/readme.txt, a/Setup.EXE, b, …)",
            id="none of such",
        ),
        pytest.param(
            'attachment: {member: "*"}', INVOICE, False, "invoice.pdf (application/pdf, no archive)", id="none"
        ),
        pytest.param(
            'attachment: {member: "*", name: "*.zip"}',
            INVOICE,
            False,
            "invoice.pdf (application/pdf)",
            id="what is dear to know is not asked after a no",
        ),
        pytest.param("not: {attachment: {real_type: application/x-dosexec}}", SCANS, True, "", id="not"),
    ],
)  # fmt: skip
def test_an_answer_and_what_it_was_given_for(test: str, message: Message, holds: bool, shown: str) -> None:
    trace = ask(test, message)
    assert (trace.answer, trace.value) == (Answer.YES if holds else Answer.NO, shown)


def test_the_groups_of_a_member_are_captured() -> None:
    assert ask(r"attachment: {member: '/(?P<stem>\w+)\.exe$/i'}", SCANS).captures == {"stem": "Setup"}


def test_templates_see_the_same() -> None:
    assert (
        ask("if: \"message.attachments[0].real_type == 'application/x-dosexec'\"", INVOICE).answer
        is Answer.YES
    )
    assert ask("if: \"'a/Setup.EXE' in message.attachments[0].members\"", SCANS).answer is Answer.YES
    reply = parse(b"Subject: x\r\n\r\nstop\r\n> go on\r\n")
    assert ask("if: \"'go' in message.text and 'go' not in message.reply_text\"", reply).answer is Answer.YES
