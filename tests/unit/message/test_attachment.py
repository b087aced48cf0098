"""What is an attachment, what it is called, and that its octets are exact."""

from __future__ import annotations

import base64
import hashlib
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import Attachment, Message, parse


def multipart(*parts: bytes, subtype: bytes = b"mixed") -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return b"From: a@b\r\nContent-Type: multipart/%s; boundary=b\r\n\r\n%s--b--\r\n" % (subtype, body)


def only(message: Message) -> Attachment:
    (attachment,) = message.attachments
    return attachment


TEXT = b"Content-Type: text/plain\r\n\r\nhello"


@pytest.mark.parametrize(
    ("part", "is_attachment"),
    [
        pytest.param(b"Content-Type: text/plain\r\n\r\nx", False, id="text"),
        pytest.param(b"Content-Type: text/html\r\n\r\nx", False, id="HTML"),
        pytest.param(b"\r\nx", False, id="no header"),
        pytest.param(b"Content-Type: text/calendar\r\n\r\nx", False, id="invitation in place"),
        pytest.param(
            b"Content-Type: text/plain\r\nContent-Disposition: inline\r\n\r\nx", False, id="inline text"
        ),
        pytest.param(
            b"Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nx", True, id="attached text"
        ),
        pytest.param(b"Content-Type: text/plain; name=x.txt\r\n\r\nx", True, id="text with a name"),
        pytest.param(b"Content-Disposition: inline; filename=x\r\n\r\nx", True, id="inline with a name"),
        pytest.param(b"Content-Type: application/pdf\r\n\r\nx", True, id="no disposition"),
        pytest.param(b"Content-Type: image/png\r\nContent-ID: <a@b>\r\n\r\nx", True, id="picture"),
        pytest.param(b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny", True, id="message"),
        pytest.param(b"Content-Type: text\r\n\r\nx", False, id="broken type"),
        pytest.param(b"Content-Type: multipart/mixed\r\n\r\nx", False, id="multipart without boundary"),
        pytest.param(
            b'Content-Type: message/external-body; access-type=local-file; name="/etc/passwd"\r\n\r\nx',
            True,
            id="external body",
        ),
    ],
)
def test_one_rule_tells_attachments_from_text(part: bytes, is_attachment: bool) -> None:
    assert bool(parse(multipart(part)).attachments) is is_attachment


@pytest.mark.parametrize(
    ("part", "name", "declared"),
    [
        pytest.param(
            b"Content-Disposition: attachment; filename=a.pdf\r\nContent-Type: x/y; name=b.pdf",
            "a.pdf",
            "a.pdf",
            id="filename before name",
        ),
        pytest.param(b"Content-Type: application/pdf; name=b.pdf", "b.pdf", "b.pdf", id="name"),
        pytest.param(b"Content-Type: application/pdf", "attachment-1.pdf", "", id="none"),
        pytest.param(b"Content-Type: application/x-strange", "attachment-1.bin", "", id="none, unknown type"),
        pytest.param(b"Content-Disposition: attachment", "attachment-1.bin", "", id="no name, no type"),
        pytest.param(
            b'Content-Disposition: attachment; filename="../../etc/passwd"',
            "etc_passwd",
            "../../etc/passwd",
            id="path",
        ),
        pytest.param(
            b'Content-Disposition: attachment; filename*0=".."; filename*1="/x"',
            "x",
            "../x",
            id="path in pieces",
        ),
        pytest.param(
            b"Content-Disposition: attachment; filename*=utf-8''..%2F..%2Fx",
            "x",
            "../../x",
            id="path in percents",
        ),
        pytest.param(
            b'Content-Disposition: attachment; filename="=?utf-8?q?..=2F..=2Fx?="',
            "x",
            "../../x",
            id="path in an encoded word",
        ),
        pytest.param(
            b'Content-Disposition: attachment; filename=".."', "attachment-1.bin", "..", id="nothing left"
        ),
    ],
)
def test_a_name_is_found_and_made_safe(part: bytes, name: str, declared: str) -> None:
    attachment = only(parse(multipart(part + b"\r\n\r\nx")))
    assert (attachment.name, attachment.declared_name) == (name, declared)


def test_a_message_inside_is_one_attachment_named_from_its_subject() -> None:
    inside = multipart(TEXT, b"Content-Type: application/pdf; name=inner.pdf\r\n\r\npdf").replace(
        b"=b\r", b"=c\r"
    )
    inside = b"Subject: =?utf-8?q?R=C3=BCckfrage/1?=\r\n" + inside.replace(b"--b", b"--c")
    message = parse(multipart(TEXT, b"Content-Type: message/rfc822\r\n\r\n" + inside))
    attachment = only(message)
    assert (attachment.name, attachment.type) == ("Rückfrage_1.eml", "message/rfc822")
    assert message.text == "hello\n"
    assert parse(attachment.content()).attachments[0].name == "inner.pdf"


def test_a_digest_holds_messages() -> None:
    message = parse(multipart(b"\r\nSubject: one\r\n\r\nx", b"\r\nSubject: two\r\n\r\ny", subtype=b"digest"))
    assert [part.name for part in message.attachments] == ["one.eml", "two.eml"]


@pytest.mark.parametrize(
    ("html", "header", "is_inline"),
    [
        (b'<img src="cid:p@x">', b"Content-ID: <p@x>", True),
        (b"<img src='cid:p%40x'>", b"Content-ID: <p@x>", True),
        (b"<img src=CID:p@x>", b"Content-ID: p@x", True),
        (b"<img src=cid:other>", b"Content-ID: <p@x>", False),
        (b"no picture", b"Content-Disposition: inline", True),
        (b"no picture", b"Content-Disposition: attachment", False),
    ],
)
def test_a_picture_in_the_text_is_inline(html: bytes, header: bytes, is_inline: bool) -> None:
    html = b"Content-Type: text/html\r\n\r\n" + html
    picture = b"Content-Type: image/png\r\n" + header + b"\r\n\r\npng"
    assert only(parse(multipart(html, picture, subtype=b"related"))).inline is is_inline


def test_an_inline_picture_outside_of_related_is_no_part_of_the_text() -> None:
    picture = b"Content-Type: image/png\r\nContent-Disposition: inline\r\n\r\npng"
    assert not only(parse(multipart(TEXT, picture))).inline


def test_an_attachment_without_a_type_is_octets() -> None:
    parts = (b"Content-Disposition: attachment\r\n\r\nx", b"Content-Type: broken; name=x\r\n\r\nx")
    assert {part.type for part in parse(multipart(*parts)).attachments} == {"application/octet-stream"}


def test_two_attachments_of_one_name_are_two() -> None:
    part = b"Content-Disposition: attachment; filename=a.txt\r\n\r\n"
    message = parse(multipart(part + b"1", part + b"2"))
    assert [(a.index, a.name, a.content()) for a in message.attachments] == [
        (1, "a.txt", b"1"),
        (2, "a.txt", b"2"),
    ]


@given(st.lists(st.binary(max_size=2_000), min_size=1, max_size=4), st.booleans())
def test_what_the_standard_library_composes_comes_back_to_the_octet(
    contents: list[bytes], is_crlf: bool
) -> None:
    mail = EmailMessage()
    mail["From"] = "a@b.example"
    mail.set_content("héllo\n-- \n--b\n")
    for number, content in enumerate(contents):
        mail.add_attachment(content, maintype="application", subtype="x", filename=f"ä{number}.bin")
    raw = mail.as_bytes()
    message = parse(raw.replace(b"\n", b"\r\n") if is_crlf else raw)
    assert [part.content() for part in message.attachments] == contents
    assert [part.sha256 for part in message.attachments] == [
        hashlib.sha256(content).hexdigest() for content in contents
    ]
    assert [part.size for part in message.attachments] == [len(content) for content in contents]
    assert [part.name for part in message.attachments] == [
        f"ä{number}.bin" for number in range(len(contents))
    ]
    assert message.text == "héllo\n-- \n--b\n"


def test_a_broken_encoding_is_a_defect_of_its_attachment() -> None:
    part = b"Content-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    message = parse(multipart(part + base64.b64encode(b"good!!"), part + b"QUJ*DR"))
    assert [a.content() for a in message.attachments] == [b"good!!", b"ABC"]
    assert [defect for defect in message.defects if defect.startswith("attachment")] == [
        "attachment 2: base64 holds characters that it must not",
        "attachment 2: base64 is cut short or wrongly padded",
    ]


def test_the_message_itself_may_be_the_attachment() -> None:
    message = parse(
        b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=x.pdf\r\n\r\n%PDF\r\n"
    )
    assert (only(message).name, only(message).content(), message.text) == ("x.pdf", b"%PDF\r\n", "")


def test_case_b16_a_boundary_that_begins_like_another_one_is_another_one() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: a/b\r\n\r\n1\r\n--bb--"
    message = parse(multipart(inner, b"Content-Type: a/b\r\n\r\n--bb\r\n2"))
    assert [part.content() for part in message.attachments] == [b"1", b"--bb\r\n2"]


def test_case_b16_a_part_whose_end_never_comes_goes_to_the_end() -> None:
    message = parse(multipart(TEXT, b"Content-Type: a/b\r\n\r\nx").removesuffix(b"\r\n--b--\r\n"))
    assert only(message).content() == b"x"
    assert any("not closed" in defect for defect in message.defects)


def test_case_b17_messages_in_messages_are_opened_one_by_one() -> None:
    octets = b"Content-Type: application/pdf\r\n\r\n%PDF"
    for level in range(50):
        octets = multipart(b"Content-Type: message/rfc822\r\n\r\n" + octets).replace(
            b"=b\r", b"=b%d\r" % level
        )
        octets = octets.replace(b"--b\r", b"--b%d\r" % level).replace(b"--b--", b"--b%d--" % level)
    for _ in range(50):
        octets = only(parse(octets)).content()
    assert only(parse(octets)).content() == b"%PDF"
