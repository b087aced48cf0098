"""Header values become one clean line of text, whatever encoded words and octets they hold."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message.words import clean, header_defects, header_text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(b"plain text", "plain text", id="plain"),
        pytest.param(b"folded\r\n text\r\n\there", "folded text here", id="folded"),
        pytest.param(b"=?utf-8?q?Gr=C3=BC=C3=9Fe_an?= Bob", "Grüße an Bob", id="word then text"),
        pytest.param(b"=?utf-8?b?R3LDvMOf?=\r\n =?utf-8?b?ZQ==?=", "Grüße", id="blank between words goes"),
        pytest.param(b"a =?utf-8?q?b?= c", "a b c", id="blanks around text stay"),
        pytest.param(b"=?utf-8?b?5Lg=?= =?utf-8?b?reaWhw==?=", "中文", id="character cut between words"),
        pytest.param(b"=?utf-8?b?5Lit5p?= =?utf-8?b?aH?=", "中文", id="base64 cut within four"),
        pytest.param(b"=?utf-8?q?=E4=B8?= =?utf-8?q?=AD?=", "中", id="octets cut between q words"),
        pytest.param(b"=?utf-8?q?a?= =?iso-8859-1?q?=E9?=", "aé", id="two charsets"),
        pytest.param(b"=?utf-8?q?a?==?utf-8?q?b?=", "ab", id="no blank between words"),
        pytest.param(b'"=?utf-8?q?M=C3=BCller?=" <a@b>', '"Müller" <a@b>', id="inside quotes"),
        pytest.param(b"=?utf-8*de?q?M=C3=BC?=", "Mü", id="language, RFC 2231"),
        pytest.param(b"=?utf-8?q?a b c?=", "a b c", id="blanks inside a word"),
        pytest.param(b"=?gb2312?b?1tDOxA==?=", "中文", id="gb2312"),
        pytest.param(
            b"=?gb2312?b?%s?=" % b64encode("㐀".encode("gb18030")), "㐀", id="gb18030 called gb2312"
        ),
        pytest.param(b"=?ISO-2022-JP?B?GyRCLWIbKEI=?=", "№", id="NEC row 13 in iso-2022-jp"),
        pytest.param(b"=?ks_c_5601-1987?b?x9GxuQ==?=", "한국", id="ks_c_5601-1987"),
        pytest.param(b"=?x-unknown?q?caf=C3=A9?=", "café", id="unknown charset"),
        pytest.param(b"=?rot13?q?uryyb?=", "uryyb", id="rot13 is no charset"),
        pytest.param(b"=?utf-8?b?####?=", "", id="no base64 at all"),
        pytest.param(b"=?utf-8?x?abc?=", "=?utf-8?x?abc?=", id="unknown encoding stays"),
        pytest.param(b"=?utf-8?q?never closed", "=?utf-8?q?never closed", id="word that does not end"),
        pytest.param("Grüße".encode(), "Grüße", id="raw UTF-8"),
        pytest.param("Grüße".encode("latin-1"), "Grüße", id="raw Latin-1"),
        pytest.param("这是一封测试邮件".encode("gb18030"), "这是一封测试邮件", id="raw gb18030"),
        pytest.param("Привет, это письмо".encode("cp1251"), "Привет, это письмо", id="raw windows-1251"),
        pytest.param("Привет, это письмо".encode("koi8-r"), "Привет, это письмо", id="raw koi8-r"),
        pytest.param("テスト".encode("iso2022_jp"), "テスト", id="raw iso-2022-jp"),
        pytest.param(
            b"=?utf-8?q?x=0D=0ABcc=3A_evil=40x.example?=", "x Bcc: evil@x.example", id="encoded line end"
        ),
        pytest.param(b"a\0b\x1b[31mc", "ab[31mc", id="control characters"),
        pytest.param("invoice\u202efdp.exe".encode(), "invoicefdp.exe", id="direction"),
        pytest.param("a\u2028b".encode(), "a b", id="line separator"),
        pytest.param(
            b"=?utf-8?b?5Lg=?=\r\n\t=?UTF-8?b?reaWhw==?=", "中文", id="cut character, case and fold"
        ),
        pytest.param(
            b"=?utf-8?b?5Lg=?= =?utf-8?q?=AD=E6=96?= =?utf-8?q?=87?=", "中文", id="cut over b and q"
        ),
        pytest.param(
            b"=?iso-2022-jp?b?GyRCJUY=?= =?iso-2022-jp?b?JTklSBsoQg==?=",
            "テスト",
            id="one escape for two words",
        ),
        pytest.param(
            b"=?iso-2022-jp?b?GyRCJUYbKEI=?= =?iso-2022-jp?b?GyRCJTklSBsoQg==?=",
            "テスト",
            id="an escape for each word",
        ),
        pytest.param(
            b"=?gb2312?b?1tDO?= =?gb2312?b?zsQ=?=",
            "中\ufffd文",
            id="half a character lost, the next word whole",
        ),
        pytest.param(b"=?utf-8 ?q?caf=C3=A9?=", "café", id="blank behind the charset"),
        pytest.param(b"=? utf-8?q?caf=C3=A9?=", "café", id="blank before the charset"),
        pytest.param(b"=?utf-8?q?caf=C3=A9?", "café", id="last octet cut off"),
        pytest.param(b"=?utf-8?b?Y2Fmw6k", "=?utf-8?b?Y2Fmw6k", id="end of the word cut off"),
        pytest.param(
            b"=?utf-8?q?=3D=3Futf-8=3Fq=3Fevil=3F=3D?=",
            "=?utf-8?q?evil?=",
            id="a word in a word is decoded once",
        ),
        pytest.param(b"=?iso-8859-1?q?caf=C3=A9?=", "café", id="UTF-8 called Latin-1"),
        pytest.param(b"=?utf-8?q?caf=E9?=", "café", id="Latin-1 called UTF-8"),
        pytest.param(b"=?us-ascii?q?caf=E9?=", "café", id="Latin-1 called ASCII"),
        pytest.param(b"=?iso-8859-1?q?=93a=94_=80?=", "“a” €", id="windows-1252 called Latin-1"),
        pytest.param(b"=?ks_c_5601-1987?b?jGO55ryEvcPE3bbz?=", "똠방펲시콜라", id="UHC called KS C 5601"),
        pytest.param(b"=?big5?b?tPq41Q==?=", "測試", id="Big5"),
        pytest.param(b"=?koi8-r?b?9MXT1A==?=", "Тест", id="KOI8-R"),
        pytest.param(b"=?tis-620?b?ycfR?=", "ษวั", id="TIS-620"),
        pytest.param(b"=?utf-16be?b?Ti1lhw==?=", "中文", id="UTF-16BE"),
        pytest.param(b"=?hz-gb-2312?q?=7E{VPND=7E}?=", "中文", id="HZ"),
        pytest.param(b"=?x-unknown?q?=CF=F0=E8=E2=E5=F2?=", "Привет", id="windows-1251 without a name"),
        pytest.param("Привет всем".encode()[:-1], "Привет все\ufffd", id="raw UTF-8, cut"),
        pytest.param("テストのメール".encode("cp932"), "テストのメール", id="raw Shift-JIS"),
        pytest.param("これはテスト".encode("euc_jp"), "これはテスト", id="raw EUC-JP"),
    ],
)
def test_a_header_value_is_decoded_as_mail_readers_do(raw: bytes, text: str) -> None:
    assert header_text(raw) == text


@pytest.mark.parametrize(
    ("raw", "defects"),
    [
        (b"plain", ()),
        (b"=?utf-8?q?caf=C3=A9?=", ()),
        ("café".encode(), ()),
        ("café".encode("latin-1"), ("8-bit text names no charset: read as windows-1252",)),
        ("Привет, это письмо".encode("koi8-r"), ("8-bit text names no charset: read as koi8-r",)),
        (b"=?x-unknown?q?caf=C3=A9?=", ("charset 'x-unknown' is not known: read as utf-8",)),
        (b"=?utf-8?q?caf=E9?= x", ("text is not 'utf-8' as declared: read as windows-1252",)),
        (b"=?gb2312?b?1tDO?= =?gb2312?b?zsQ=?=", ("text is not 'gb2312' throughout, as declared",)),
    ],
)
def test_a_guess_in_a_header_is_a_defect(raw: bytes, defects: tuple[str, ...]) -> None:
    assert header_defects(raw) == defects


def test_the_charset_of_the_text_is_tried_for_undeclared_headers() -> None:
    assert header_text("Ελλάδα".encode("iso8859-7"), hint="iso-8859-7") == "Ελλάδα"


@given(st.binary(max_size=300))
def test_any_octets_give_one_printable_line(raw: bytes) -> None:
    text = header_text(raw)
    assert not any(c in text for c in "\r\n\0\x1b\u202e\u2028\x85")
    text.encode()  # no surrogates


@given(st.text(max_size=100))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=60)
)
def test_what_the_standard_library_encodes_comes_back(text: str) -> None:
    from email.header import Header

    assert header_text(Header(text, "utf-8", maxlinelen=40).encode().encode()) == text
