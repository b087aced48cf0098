"""What a reader sees: plain text, else the HTML's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import parse
from automailer.message.markup import MAX_HTML, text_of


def mail(kind: str, body: bytes, encoding: str = "8bit") -> bytes:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def parts(*bodies: bytes, subtype: str = "alternative") -> bytes:
    head = f"Content-Type: multipart/{subtype}; boundary=b\r\n\r\n".encode()
    return head + b"".join(b"--b\r\n" + body + b"\r\n" for body in bodies) + b"--b--\r\n"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(mail("text/plain", b"a\r\nb\rc\n"), "a\nb\nc\n", id="line ends"),
        pytest.param(
            mail("text/plain; charset=utf-8", b"Gr=C3=BC=C3=9Fe", "quoted-printable"), "Grüße\n", id="QP"
        ),
        pytest.param(mail("text/plain; charset=gb2312", "中文".encode("gb18030")), "中文\n", id="gb2312"),
        pytest.param(mail("text/plain", "Größe".encode("latin-1")), "Größe\n", id="undeclared"),
        pytest.param(mail("text/plain", b"a\0b\x1b[1m"), "ab[1m\n", id="control characters"),
        pytest.param(mail("text/html", b"<p>a</p><p>b</p>"), "a\n\nb", id="HTML alone"),
        pytest.param(
            parts(mail("text/plain", b"plain"), mail("text/html", b"<b>html</b>")), "plain\n", id="both"
        ),
        pytest.param(
            parts(mail("text/plain", b" \r\n"), mail("text/html", b"<b>html</b>")), "html", id="blank plain"
        ),
        pytest.param(
            parts(mail("text/plain", b"one\r\n"), mail("text/plain", b"two"), subtype="mixed"),
            "one\n\ntwo\n",
            id="two plain parts",
        ),
        pytest.param(
            mail("multipart/mixed", b"no boundary"), "no boundary\n", id="multipart without boundary"
        ),
        pytest.param(
            mail("multipart/mixed; boundary=x", b"no such line"),
            "no such line\n",
            id="boundary that never comes",
        ),
        pytest.param(b"\r\nno header", "no header\n", id="no header"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_the_text_is_what_a_reader_sees(raw: bytes, text: str) -> None:
    assert parse(raw).text == text


@pytest.mark.parametrize(
    ("declared", "meta", "codec"),
    [
        ("; charset=koi8-r", "", "koi8-r"),
        ("", '<meta charset="koi8-r">', "koi8-r"),
        ("; charset=utf-8", "<meta charset=x>", "utf-8"),
    ],
)
def test_html_may_name_its_charset_itself(declared: str, meta: str, codec: str) -> None:
    message = parse(mail(f"text/html{declared}", meta.encode() + "Привет".encode(codec)))
    assert message.html == meta + "Привет"
    assert message.text == "Привет"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b", "a\nb"),
        ("<style>p{}</style><script>x()</script>a &amp; b", "a & b"),
        ("<html><head><title>t</title></head><body>b</body></html>", "b"),
        ('<?xml version="1.0" encoding="utf-8"?><html><body>x</body></html>', "x"),
        ("<!-- only a comment -->", ""),
        ("", ""),
        ("just text", "just text"),
        ("a\0b", "ab"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert text_of(html).strip() == text


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(
            "<table><tr><td>" + "x" * 100_000 + "</td></tr>" + "<tr><td>a</td></tr>" * 5_000, id="wide table"
        ),
        pytest.param("<p style='padding-left: 99999em'>x</p>" * 2_000, id="indents"),
        pytest.param("<ul>" * 200 + "<li>x" * 10_000, id="lists in lists"),
        pytest.param("<table><tr><td>" * 200 + "x", id="tables in tables"),
        pytest.param("<div>" * 100_000 + "x", id="depth"),
        pytest.param("<!--" * 100_000, id="comments"),
        pytest.param("<script>" * 100_000, id="scripts"),
        pytest.param("<" * 500_000, id="brackets"),
        pytest.param("<a " * 200_000, id="tags that do not end"),
        pytest.param("&" * 200_000, id="ampersands"),
    ],
)
def test_hostile_html_does_not_grow(html: str) -> None:
    assert len(text_of(html)) <= 4 * len(html)


def test_html_that_is_not_laid_out_is_read_tag_by_tag() -> None:
    html = (
        "<head><title>t<body><p>a &lt; b<table><tr><td>c<td>d"
        + "<!-- x -->" * 40_000
        + "<style>p</style>\n e"
    )
    assert text_of(html) == "a < b\n\nc d e"


def test_the_text_has_a_limit() -> None:
    message = parse(mail("text/plain", b"x" * (MAX_HTML + 10)))
    assert len(message.text) == 4_000_001
    assert "the text is longer than 4,000,000 octets and was cut" in message.defects


@given(st.text("<>/!-&;pbrtd \n\"'=script", max_size=200))
def test_any_html_becomes_text(html: str) -> None:
    text_of(html)
