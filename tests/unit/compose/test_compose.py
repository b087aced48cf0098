"""From a draft to octets: what the standard library and our own parser read is what went in."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.compose import Draft, File, Kind, Recipients, compose
from automailer.errors import PermanentError
from automailer.message import Address, parse
from automailer.templating import Picture

DATE = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PICTURE = Picture(name="logo.png", type="image/png", content_id="1@automailer", octets=b"\x89PNG\r\n\x1a\n")
PLAIN = Draft(
    kind=Kind.SEND,
    from_=Address("Ops", "ops@example.com"),
    recipients=Recipients(to=(Address("Ann", "ann@a.example"),)),
    subject="Hello",
    text="Hello\n",
)
HTML = '<p>Hello <img src="cid:1@automailer"></p>'


def octets(draft: Draft, charset: str = "utf-8") -> bytes:
    return compose(draft, message_id="<1@example.com>", date=DATE, charset=charset)


def read(written: bytes) -> EmailMessage:
    message = email.message_from_bytes(written, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [defect for part in message.walk() for defect in part.defects] == []
    return message


def tree(message: EmailMessage) -> str:
    kind = message.get_content_type()
    if not message.is_multipart() or kind == "message/rfc822":
        return kind
    return f"{kind}({', '.join(tree(part) for part in message.iter_parts())})"  # type: ignore[arg-type]


def text_of(part: MIMEPart) -> str:
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n").rstrip("\n")


def assert_fit_for_smtp(written: bytes) -> None:
    assert written.endswith(b"\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert b"\r" not in written.replace(b"\r\n", b"")
    assert b"\0" not in written
    assert all(len(line) <= 998 for line in written.split(b"\r\n"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "text/plain"),
        ({"text": None}, "text/plain"),
        ({"text": None, "html": HTML}, "text/html"),
        ({"html": HTML}, "multipart/alternative(text/plain, text/html)"),
        (
            {"html": HTML, "pictures": (PICTURE,)},
            "multipart/alternative(text/plain, multipart/related(text/html, image/png))",
        ),
        (
            {"text": None, "html": HTML, "pictures": (PICTURE, PICTURE)},
            "multipart/related(text/html, image/png)",
        ),
        ({"pictures": (PICTURE,)}, "text/plain"),
        (
            {"attachments": (File(name="a.pdf", type="application/pdf", octets=b"%PDF"),)},
            "multipart/mixed(text/plain, application/pdf)",
        ),
        (
            {
                "html": HTML,
                "pictures": (PICTURE,),
                "attachments": (
                    File(name="a.eml", type="message/rfc822", octets=b"Subject: x\r\n\r\ny\r\n"),
                ),
            },
            "multipart/mixed(multipart/alternative(text/plain, multipart/related(text/html, image/png)),"
            " message/rfc822)",
        ),
    ],
)
def test_only_the_levels_needed_are_there(changes: dict[str, object], expected: str) -> None:
    written = octets(replace(PLAIN, **changes))  # type: ignore[arg-type]
    assert_fit_for_smtp(written)
    assert tree(read(written)) == expected


def test_a_plain_mail_is_what_a_person_would_write() -> None:
    assert octets(PLAIN) == (
        b"From: Ops <ops@example.com>\r\n"
        b"To: Ann <ann@a.example>\r\n"
        b"Subject: Hello\r\n"
        b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
        b"Message-ID: <1@example.com>\r\n"
        b"Auto-Submitted: auto-generated\r\n"
        b"X-Auto-Response-Suppress: OOF, AutoReply\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Hello\r\n"
    )


def test_the_same_draft_gives_the_same_octets() -> None:
    draft = replace(PLAIN, html=HTML, pictures=(PICTURE,))
    assert octets(draft) == octets(draft)


def test_a_picture_is_shown_in_the_text_and_not_listed() -> None:
    message = parse(octets(replace(PLAIN, html=HTML, pictures=(PICTURE,))))
    (picture,) = message.attachments
    assert picture.inline
    assert picture.content_id == "1@automailer"
    assert picture.content() == PICTURE.octets


@pytest.mark.parametrize(
    ("kind", "submitted", "suppressed"),
    [
        (Kind.REPLY, "auto-replied", "All"),
        (Kind.FORWARD, "auto-generated", "OOF, AutoReply"),
        (Kind.SEND, "auto-generated", "OOF, AutoReply"),
    ],
)
def test_every_mail_says_that_a_machine_sent_it(kind: Kind, submitted: str, suppressed: str) -> None:
    message = read(octets(replace(PLAIN, kind=kind, loop_ids=("abc", "other", "no mark"))))
    assert message["Auto-Submitted"] == submitted
    assert message["X-Auto-Response-Suppress"] == suppressed
    assert message.get_all("X-Automailer-Loop") == ["abc", "other"]


def test_bcc_is_for_the_envelope_alone() -> None:
    hidden = Recipients(bcc=(Address("", "b@Münchenß.example"), Address("", "b@münchenß.EXAMPLE")))
    written = octets(replace(PLAIN, recipients=hidden))
    assert b"Bcc" not in written
    assert b"To: undisclosed-recipients:;\r\n" in written
    assert hidden.envelope == ("b@xn--mnchen-sta7a.example",) or len(hidden.envelope) == 1


@pytest.mark.parametrize(
    ("text", "charset", "used", "encoding"),
    [
        ("Hello", "utf-8", "utf-8", "7bit"),
        ("Viele Grüße aus Köln am Rhein\n" * 20, "utf-8", "utf-8", "quoted-printable"),
        ("你好,世界\n" * 20, "utf-8", "utf-8", "base64"),
        ("你好,世界\n" * 20, "gb2312", "gb2312", "base64"),
        ("你好,世界 – €\n" * 20, "gb2312", "utf-8", "base64"),
        ("朱镕基,你好\n" * 20, "gbk", "gbk", "base64"),
        ("日本語\n", "iso-2022-jp", "iso-2022-jp", "7bit"),
        ("日本語 ①\n", "iso-2022-jp", "utf-8", "base64"),
        ("x" * 998, "utf-8", "utf-8", "7bit"),
        ("x" * 999, "utf-8", "utf-8", "quoted-printable"),
        ("nul \0 here", "utf-8", "utf-8", "quoted-printable"),
        ("Viele Grüße, Ann", "utf-16", "utf-8", "quoted-printable"),
        ("Viele Grüße, Ann", "no\r\nsuch: charset", "utf-8", "quoted-printable"),
        ("half \ud800 pair", "utf-8", "utf-8", "quoted-printable"),
    ],
)
def test_a_text_is_written_in_the_charset_and_encoding_that_fit(
    text: str, charset: str, used: str, encoding: str
) -> None:
    written = octets(replace(PLAIN, text=text, subject=text[:40]), charset)
    assert_fit_for_smtp(written)
    assert written.isascii()
    message = read(written)
    assert message.get_content_charset() == used
    assert message["Content-Transfer-Encoding"] == encoding
    expected = text.replace("\ud800", "\N{REPLACEMENT CHARACTER}")
    assert text_of(message) == expected.rstrip("\n")
    assert parse(written).text.rstrip("\n") == expected.replace("\0", "").rstrip("\n")


def test_headers_are_in_the_charset_too() -> None:
    subject = "服务器 db1 宕机了" * 8
    written = octets(replace(PLAIN, subject=subject, from_=Address("运维", "ops@example.com")), "gb2312")
    assert b"=?gb2312?b?" in written
    assert b"utf-8" not in written.partition(b"MIME-Version")[0]
    assert all(len(line) <= 76 for line in written.split(b"\r\n"))
    assert parse(written).subject == subject
    assert parse(written).from_.name == "运维"


def test_an_enclosed_message_keeps_its_octets() -> None:
    for original, eight_bit in (
        (b"Subject: x\r\n\r\n.\r\nbody\r\n", False),
        ("Subject: ü\r\n\r\nü".encode(), True),
    ):
        enclosed = File(name="x.eml", type="message/rfc822", octets=original)
        written = octets(replace(PLAIN, attachments=(enclosed,)))
        assert_fit_for_smtp(written)
        assert b"\r\n\r\n" + original + b"\r\n--" in written
        assert written.isascii() is not eight_bit
        assert written.count(b"Content-Transfer-Encoding: 8bit") == (2 if eight_bit else 0)


@pytest.mark.parametrize("original", [b"a\nb\r\nc", b"a\0b\r\n", b"x" * 999 + b"\r\n", b"a\rb\r\n"])
def test_a_message_that_mail_cannot_carry_is_enclosed_as_a_file(original: bytes) -> None:
    enclosed = File(name="x.eml", type="message/rfc822", octets=original)
    written = octets(replace(PLAIN, attachments=(enclosed,)))
    assert_fit_for_smtp(written)
    attachment = next(read(written).iter_attachments())
    assert attachment.get_content_type() == "application/octet-stream"
    assert attachment.get_filename() == "x.eml"
    assert attachment.get_payload(decode=True) == original


def test_a_boundary_that_is_in_a_message_is_not_taken() -> None:
    first = octets(
        replace(PLAIN, attachments=(File(name="x.eml", type="message/rfc822", octets=b"A: b\r\n\r\n"),))
    )
    boundary = read(first).get_boundary()
    assert boundary is not None
    nasty = f"A: b\r\n\r\n--{boundary}\r\nContent-Type: text/html\r\n\r\nevil\r\n--{boundary}--\r\n".encode()
    enclosed = File(name="x.eml", type="message/rfc822", octets=nasty)
    message = read(octets(replace(PLAIN, attachments=(enclosed,))))
    assert tree(message) == "multipart/mixed(text/plain, message/rfc822)"


NO_TYPES = ["multipart/mixed; boundary=x", "multipart/mixed", "x", "", "a/b\r\nBcc: c@d", "message/partial"]


@pytest.mark.parametrize("kind", NO_TYPES)
def test_a_type_that_no_file_has_becomes_octets(kind: str) -> None:
    written = octets(replace(PLAIN, attachments=(File(name="a.bin", type=kind, octets=b"\xff"),)))
    assert tree(read(written)) == "multipart/mixed(text/plain, application/octet-stream)"


HOSTILE = "x\r\nBcc: evil@x.example\r\n\r\nbody\0\x1b]0;t\x07\x85\u2028"


ENCODED = "=?utf-8?q?x=0D=0ABcc=3A_evil=40x?="


@pytest.mark.parametrize("value", [HOSTILE, "x\nBcc: y", "x\rBcc: y", "x\r\n Bcc: y", "\r\n", ENCODED])
def test_no_value_adds_a_header_line(value: str) -> None:
    draft = Draft(
        kind=Kind.REPLY,
        from_=Address(value, "ops@example.com"),
        recipients=Recipients(to=(Address(value, "a@b.example"),), cc=(Address(value, "c@d.example"),)),
        subject=value,
        text=value,
        html=value,
        reply_to=(Address(value, "e@f.example"),),
        pictures=(Picture(name=value, type=value, content_id=value, octets=b"x"),),
        attachments=(File(name=value, type=value, octets=b"x"),),
        in_reply_to=f"<{value}@x>",
        references=(value, f"<{value}>", "<1@ok.example>"),
        loop_ids=(value,),
    )
    clean = replace(draft, subject="x", loop_ids=())
    written = octets(draft)
    assert_fit_for_smtp(written)
    for message in (read(written), email.message_from_bytes(written)):
        names = [name.lower() for name in message.keys()]  # noqa: SIM118 - a message with a field twice
        assert len(names) == len(set(names))
        assert set(names) <= {name.lower() for name in read(octets(clean)).keys()} | {"in-reply-to"}  # noqa: SIM118
    assert "bcc" not in {header.name.lower() for header in parse(written).headers}


@pytest.mark.parametrize("message_id", ["", "1@x", "<1@x>\r\nBcc: y", "<1@x> <2@x>", "<ü@x>"])
def test_a_message_id_that_is_none_is_refused(message_id: str) -> None:
    with pytest.raises(PermanentError):
        compose(PLAIN, message_id=message_id, date=DATE)


@pytest.mark.parametrize("address", ["", "a@b>\r\nBcc: <c@d", "a b@c.example", "-f@x.example"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(PermanentError):
        octets(replace(PLAIN, recipients=Recipients(to=(Address("x", address),))))


printable = st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S", "Zs"])
texts = st.text(printable | st.just("\n"), max_size=300)
file_names = st.text(printable.filter(lambda char: char not in "/\\"), min_size=1, max_size=120).filter(
    lambda name: name == name.strip()
)
CHARSETS = ["utf-8", "gb2312", "gb18030", "shift_jis", "iso-2022-jp", "iso-2022-kr", "hz", "utf-7", "big5"]


@given(subject=texts, text=texts, name=file_names, content=st.binary(max_size=300))
def test_what_is_composed_is_what_is_read(subject: str, text: str, name: str, content: bytes) -> None:
    attachment = File(name=name, type="application/pdf", octets=content)
    written = octets(
        replace(PLAIN, subject=subject, text=text, html=text, attachments=(attachment,)), "gb2312"
    )
    assert_fit_for_smtp(written)
    assert written.isascii()
    header = written.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 76 for line in header.split(b"\r\n"))
    message = read(written)
    body = message.get_body(("plain",))
    assert body is not None
    assert text_of(body) == text.rstrip("\n")
    (found,) = message.iter_attachments()
    assert found.get_filename() == name
    assert found.get_payload(decode=True) == content
    ours = parse(written)
    assert ours.subject == " ".join(subject.split())
    assert ours.attachments[0].declared_name == name
    assert ours.attachments[0].content() == content


@given(st.text(max_size=400), st.sampled_from(CHARSETS))
def test_any_text_survives_any_charset(text: str, charset: str) -> None:
    written = octets(replace(PLAIN, text=text, html=text, subject=text), charset)
    assert_fit_for_smtp(written)
    assert written.isascii()
    body = read(written).get_body(("html",))
    assert body is not None
    expected = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    surrogates_replaced = expected.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert text_of(body) == surrogates_replaced
