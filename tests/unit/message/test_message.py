"""Whatever the octets, a `Message` comes out, and every property of it can be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import Address, Attachment, Header, Message, parse


def read_all(message: Message) -> tuple[object, ...]:
    """Every property, so that none can hide an exception."""
    return (
        message.headers,
        [message.header(header.name) for header in message.headers],
        [message.addresses(header.name) for header in message.headers[:50]],
        (message.subject, message.from_, message.date, message.received_at, message.message_id),
        (message.text, message.html, message.kinds, message.defects, message.header_digest, repr(message)),
        [_read_attachment(attachment) for attachment in message.attachments],
    )


def _read_attachment(part: Attachment) -> tuple[object, ...]:
    return (
        part.index,
        part.name,
        part.declared_name,
        part.type,
        part.inline,
        part.content_id,
        part.size,
        part.sha256,
    )


def nested(levels: int) -> bytes:
    opened = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
    closed = (b"--b%d--\n" % n for n in reversed(range(levels)))
    return b"".join(opened) + b"Content-Type: application/x\n\nhi\n" + b"".join(closed)


def test_a_message_is_decoded() -> None:
    raw = (
        b"Received: from a by b; Mon, 23 Nov 2026 10:00:01 +0000\r\n"
        b"Received: from c by a; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
        b"From: =?utf-8?q?M=C3=BCller?= <m@x.example>\r\nTo: a@y, B <b@y>\r\nTo: c@y\r\n"
        b"SUBJECT: =?gb2312?b?1tDOxA==?=\r\n one\r\n"
        b"Date: Mon, 23 Nov 2026 10:00:00 -0000\r\nMessage-ID: <1@x.example>\r\n\r\nhello\r\n"
    )
    message = parse(raw, size=1234)
    assert message.subject == "中文 one"
    assert message.headers[4:6] == (Header("To", "c@y"), Header("SUBJECT", "中文 one"))
    assert message.header("subject") == "中文 one"
    assert message.header("x") is None
    assert message.header_all("to") == ("a@y, B <b@y>", "c@y")
    assert message.addresses("To") == (Address("", "a@y"), Address("B", "b@y"), Address("", "c@y"))
    assert message.from_ == Address("Müller", "m@x.example")
    assert message.date == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert message.received_at == datetime(2026, 11, 23, 10, 0, 1, tzinfo=UTC)
    assert message.message_id == "<1@x.example>"
    assert (message.text, message.html, message.attachments) == ("hello\n", "", ())
    assert (message.size, message.complete, message.octets) == (1234, True, raw)
    assert message.kinds == {"personal"}
    assert message.defects == ("there is more than one To field",)


def test_the_first_of_two_fields_counts_everywhere() -> None:
    """docs/pop3-cases.md, B21."""
    message = parse(b"Subject: a\nSubject: b\nFrom: a@x\nFrom: b@x\nMessage-ID: <a@x>\nMessage-ID: <b@x>\n\n")
    assert (message.subject, message.header("subject"), message.from_.address) == ("a", "a", "a@x")
    assert message.message_id == "<a@x>"
    assert "there is more than one Subject field" in message.defects


def test_without_its_body_a_message_has_headers_alone() -> None:
    message = parse(
        b"Subject: a\nContent-Type: application/pdf; name=x.pdf\n\nsome", size=9_000, complete=False
    )
    assert (message.subject, message.size, message.complete) == ("a", 9_000, False)
    assert (message.text, message.html, message.attachments) == ("", "", ())
    assert message.kinds == {"personal"}


def test_the_header_digest_is_the_same_for_top_and_retr() -> None:
    header = b"Subject: a\r\nFrom: b@c\r\n"
    digests = {parse(raw).header_digest for raw in (header, header + b"\r\n", header + b"\r\nbody")}
    assert len(digests) == 1
    assert parse(b"Subject: b\r\nFrom: b@c\r\n").header_digest not in digests


@pytest.mark.parametrize(
    ("value", "message_id"),
    [
        ("<a@b>", "<a@b>"),
        ("<a.b=c+d@[1.2.3.4]>", "<a.b=c+d@[1.2.3.4]>"),
        ("<a@b> (added by postmaster@x)", "<a@b>"),
        ("<a@b>, <c@d>", ""),
        ("<[", ""),
        ("a@b", ""),
        ("<ab>", ""),
        ("<a b@c>", ""),
        ("<a@b><c@d>", ""),
        ("<ä@b>", ""),
        ("<../../x@b>", "<../../x@b>"),
        ("=?utf-8?q?=3Ca=40b=0D=0ABcc=3A=3E?=", ""),
        (f"<{'a' * 10_000}@b>", ""),
        ("", ""),
    ],
)
def test_a_message_id_fits_into_references_or_is_empty(value: str, message_id: str) -> None:
    """docs/pop3-cases.md, B11 and B23."""
    assert parse(f"Message-ID: {value}\r\n\r\n".encode()).message_id == message_id


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        pytest.param(b"", "", "", id="nothing"),
        pytest.param(b"\r\n", "", "", id="empty line"),
        pytest.param(b".", "", ".\n", id="dot"),
        pytest.param(b"Subject: x", "x", "", id="header alone"),
        pytest.param(b"\r\nSubject: x\r\n", "", "Subject: x\n", id="leading empty line"),
        pytest.param(b"From a@b Mon Nov 23\nSubject: x\n\ny", "x", "y\n", id="mbox line"),
        pytest.param(b"Subject: x\n>From a@b Mon\nTo: y@z\n\ny", "x", "y\n", id="mbox line in the middle"),
        pytest.param(b"Subject: a\rTo: b@c\r\rbody\r", "a", "body\n", id="bare CR"),
        pytest.param(b"Subject : x\n\ny", "x", "y\n", id="blank before the colon"),
        pytest.param(b" folded\nSubject: x\n\ny", "x", "y\n", id="continuation first"),
        pytest.param(b": no name\nSubject: x\n\ny", "x", "y\n", id="no name"),
        pytest.param(b"Subject: x\n \n y\n\nz", "x  y", "z\n", id="folded with blanks"),
        pytest.param(
            b"Subject: x\nHost db1 is down\nTime: 10:00\n",
            "x",
            "Host db1 is down\nTime: 10:00\n",
            id="no empty line",
        ),
        pytest.param(b"\xef\xbb\xbfSubject: x\n\ny", "x", "y\n", id="byte order mark"),
        pytest.param(b"Subject: a\0b\n\ny\0z", "ab", "yz\n", id="NUL"),
        pytest.param(b"X-\xc3\xa9: a\nSubject: x\n\ny", "x", "y\n", id="name in UTF-8"),
    ],
)
def test_odd_headers_are_read_in_one_documented_way(raw: bytes, subject: str, text: str) -> None:
    """docs/pop3-cases.md, B20 and B21."""
    message = parse(raw)
    assert (message.subject, message.text) == (subject, text)
    read_all(message)


_MIXED = b"From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n"
_HOSTILE = {
    "B01 nested multiparts": nested(1_500),
    "B01 nested messages": b"Content-Type: message/rfc822\n\n" * 2_000,
    "B02 nested multiparts": nested(10_000),
    "B03 parts": _MIXED + b"--b\n\nx\n" * 100_000,
    "B03 boundaries alone": _MIXED + b"--b\n" * 500_000,
    "B04 headers": b"X-A: b\n" * 500_000,
    "B05 long subject": b"Subject: " + b"a" * 5_000_000 + b"\n\nx",
    "B06 encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nx",
    "B07 quotes": b"From: " + b'"' * 50_000 + b"\n\nx",
    "B08 addresses": b"To: " + b"a@x, " * 200_000 + b"\n\n",
    "B09 comments": b"To: " + b"(" * 20_000 + b"\n\n",
    "B10 parameters": b"Content-Type: multipart/mixed" + b"; a=b" * 20_000 + b"\n\nx",
    "B10 parameters in parts": _MIXED + (b"--b\nContent-Type: a/b" + b"; a=b" * 10_000 + b"\n\nx\n") * 20,
    "B11 Message-ID": b"Message-ID: <[\n\n",
    "B12 line end in From": b"From: =?utf-8?q?x=0D=0ABcc=3A_evil=40x?= <a@x>\n\n",
    "B13 charset": b"Content-Type: text/plain; charset=" + b"x" * 10_000 + b"\n\n\xff",
    "B16 no boundary": b"Content-Type: multipart/mixed\n\n--b\n\nx",
    "B16 long boundary": b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n\nx\n"
    % ((b"b" * 10_000,) * 2),
    "B16 pattern as boundary": b'Content-Type: multipart/mixed; boundary=".*(a+)+$"\n\n--.*(a+)+$\n\nx\n',
    "B16 one boundary twice": _MIXED + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n",
    "B16 boundaries": _MIXED
    + b"".join(b"--b\nContent-Type: multipart/mixed; boundary=b%d\n\n" % n for n in range(2_000)),
    "B18 partial": b"Content-Type: message/partial; id=x; number=1; total=2\n\nx",
    "B19 TNEF": b"Content-Type: application/ms-tnef; name=winmail.dat\n\nx",
    "B20 empty lines": b"\n" * 1_000_000,
    "B20 NULs": b"\0" * 100_000,
    "B22 date": b"Date: " + b" " * 60_000 + b"1\nReceived: " + b"(" * 60_000 + b";\n\n",
    "B24 one line": b"From: a@b\n\n" + b"x" * 25_000_000,
    "lines like boundaries": _MIXED + b"--x\n" * 1_000_000,
    "lines like boundaries, spaced": _MIXED + b"--x\n\n" * 1_000_000,
    "8-bit headers": b"".join(b"X-%d: \xe9%s\n" % (n, b"\xc4\xe3" * 200) for n in range(1_000))
    + b"\n"
    + b"\xc4\xe3" * 10_000,
    "folds": b"Subject: a\n" + b" \n" * 300_000 + b"\nx",
    "equal signs": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 1_000_000,
    "padding": b"Content-Transfer-Encoding: base64\n\n" + b"A=" * 200_000,
    "combining marks": b'Content-Disposition: attachment; filename="'
    + "a\u0301\u0323".encode() * 3_000
    + b'"\n\n',
}


@pytest.mark.parametrize("raw", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_hostile_octets_give_a_message_with_limits(raw: bytes) -> None:
    """The ids begin with the cases of docs/pop3-cases.md."""
    message = parse(raw)
    read_all(message)
    assert message.defects
    assert len(message.headers) <= 1_000
    assert len(message.attachments) <= 1_000
    assert all(len(header.value) <= 65_536 for header in message.headers)
    assert len(message.text) <= 4_000_001


def test_what_lies_too_deep_is_kept_closed_and_not_lost() -> None:
    """docs/pop3-cases.md, B01 and B02."""
    (deep,) = parse(nested(30)).attachments
    assert b"--b25\n" in deep.content()


def test_what_lies_deep_enough_is_opened() -> None:
    (leaf,) = parse(nested(20)).attachments
    assert (leaf.type, leaf.content()) == ("application/x", b"hi")


@given(st.binary(max_size=500))
def test_any_octets_give_a_message(raw: bytes) -> None:
    read_all(parse(raw))
    read_all(parse(memoryview(raw), complete=False))


_LINES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: multipart/related; boundary=c",
        b"Content-Type: message/rfc822",
        b"Content-Type: text/html; charset=utf-16",
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment; filename*0*=x'",
        b"Subject: =?utf-8?b?",
        b"From: a <b@c",
        b"--b",
        b"--c",
        b"--b--",
        b"--c--",
        b"",
        b" x",
        b"QUJD=",
        b"<p>cid:x",
        b"\xff\xfe",
    ]
)


@given(st.lists(_LINES, max_size=30), st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_any_order_of_mime_lines_gives_a_message(lines: list[bytes], end: bytes) -> None:
    read_all(parse(end.join(lines)))
