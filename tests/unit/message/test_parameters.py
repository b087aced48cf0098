"""Parameters of Content-Type and Content-Disposition, in all the forms that mailers write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message.parameters import MAX_PARAMETERS, media_type, parse_parameters


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        pytest.param(b'a; filename="x.pdf"', "x.pdf", id="quoted"),
        pytest.param(b"a; filename=x.pdf", "x.pdf", id="bare"),
        pytest.param(b"a; filename=a b c.pdf; x=y", "a b c.pdf", id="bare with blanks"),
        pytest.param(b'a; FileName = "x.pdf"', "x.pdf", id="blanks and letter case"),
        pytest.param(b'a; filename="a;b\\"c.pdf"', 'a;b"c.pdf', id="semicolon and quote inside"),
        pytest.param(
            b'a; filename="C:\\path\\x.pdf"', "C:\\path\\x.pdf", id="backslashes that quote nothing"
        ),
        pytest.param(b'a; filename="never closed.pdf', "never closed.pdf", id="quote not closed"),
        pytest.param(b"a; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf", id="RFC 2231"),
        pytest.param(b"a; filename*=Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf", id="RFC 2231 without charset"),
        pytest.param(b"a; filename*=gb2312'zh'%D6%D0.pdf", "中.pdf", id="RFC 2231 in gb2312"),
        pytest.param(b"a; filename*=rot13''a%C3%B6.pdf", "aö.pdf", id="RFC 2231 in no charset"),
        pytest.param(b"a; filename*=utf-8''a%zz%4.pdf", "a%zz%4.pdf", id="broken percent signs"),
        pytest.param(b'a; filename*0="in"; filename*1="voice.pdf"', "invoice.pdf", id="continued"),
        pytest.param(
            b'a; filename*1="voice.pdf"; filename*0="in"', "invoice.pdf", id="continued, out of order"
        ),
        pytest.param(b'a; filename*0="in"; filename*2="voice.pdf"', "in", id="continued with a gap"),
        pytest.param(
            b"a; filename*0*=utf-8''%E4; filename*1*=%B8%AD; filename*2=.pdf",
            "中.pdf",
            id="character cut in two",
        ),
        pytest.param(b"a; filename=b.pdf; filename*=utf-8''a.pdf", "a.pdf", id="the extended form counts"),
        pytest.param(b"a; filename=a.pdf; filename=b.pdf", "a.pdf", id="the first counts"),
        pytest.param(b'a; filename="=?utf-8?q?Gr=C3=B6=C3=9Fe?=.pdf"', "Größe.pdf", id="RFC 2047 in quotes"),
        pytest.param(b"a; filename==?utf-8?b?5Lit?= =?utf-8?b?5paH?=", "中文", id="RFC 2047 bare"),
        pytest.param('a; filename="Größe.pdf"'.encode(), "Größe.pdf", id="raw UTF-8"),
        pytest.param('a; filename="Größe.pdf"'.encode("latin-1"), "Größe.pdf", id="raw Latin-1"),
        pytest.param('a; filename="测试文件.pdf"'.encode("gb18030"), "测试文件.pdf", id="raw gb18030"),
        pytest.param(b"a; filename*=utf-8''..%2F..%2Fx%0D%0A", "../../x", id="encoded path and line end"),
        pytest.param(b'a;\r\n filename="x\r\n y.pdf"', "x y.pdf", id="folded"),
        pytest.param(b"a; filename*=gb2312''%D6%D0%E9F", "中镕", id="GBK called gb2312"),
        pytest.param(
            b"a; filename*=us-ascii'en-us'a%E9.pdf", "aé.pdf", id="language, and 8-bit called ASCII"
        ),
        pytest.param(
            b'a; filename="=?utf-8?b?5Lg=?= =?utf-8?b?reaWhw==?=.pdf"',
            "中文.pdf",
            id="words cut in a character",
        ),
        pytest.param(b"a; filename", "", id="no value"),
        pytest.param(b";;;; filename=x", "x", id="no token"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_a_file_name_is_found_in_every_form(raw: bytes, name: str) -> None:
    assert parse_parameters(raw).get("filename") == name


def test_a_guess_is_a_defect() -> None:
    assert parse_parameters(b'a; filename="caf\xe9.pdf"').defects == (
        "filename: 8-bit text names no charset: read as windows-1252",
    )
    assert parse_parameters(b"a; name*=x-y''%C3%A9").defects == (
        "name: charset 'x-y' is not known: read as utf-8",
    )
    assert parse_parameters("a; filename=\"café.pdf\"; name*=utf-8''%C3%A9".encode()).defects == ()


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"Text/HTML; charset=x", "text/html"),
        (b" attachment ", "attachment"),
        (b'"text/html"', ""),
        (b"\xff/\xfe;a=b", "\xff/\xfe"),
    ],
)
def test_the_token_is_read_in_lower_case(raw: bytes, value: str) -> None:
    assert parse_parameters(raw).value == value


@pytest.mark.parametrize(
    "value", ["", "text", "text/", "/plain", "text/plain/x", "te xt/plain", "\xff/\xfe", "a" * 200 + "/b"]
)
def test_a_broken_type_is_none(value: str) -> None:
    assert media_type(value, default="x/y") == "x/y"


def test_parameters_have_a_limit() -> None:
    raw = b"a" + b"".join(b"; p%d=x" % number for number in range(20_000))
    assert len(parse_parameters(raw).items) == MAX_PARAMETERS


@given(st.binary(max_size=300))
def test_any_octets_are_read(raw: bytes) -> None:
    for value in parse_parameters(b"a; name=" + raw).items.values():
        assert "\n" not in value
        assert "\r" not in value
