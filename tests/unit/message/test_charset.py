"""Charsets: what is declared, what is misdeclared, what is not declared at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message.charset import decode
from automailer.message.guessing import guess
from automailer.message.labels import codec_for


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("iso-8859-1", "cp1252"),
        ("us-ascii", "cp1252"),
        ('"UTF-8"', "utf-8"),
        ("ks_c_5601-1987", "cp949"),
        ("Shift_JIS", "cp932"),
        ("ISO-8859-15", "iso8859-15"),
        ("windows-1251", "cp1251"),
        ("tis-620", "cp874"),
    ],
)
def test_a_label_means_what_mail_readers_take_it_for(label: str, codec: str) -> None:
    assert codec_for(label) == codec


@pytest.mark.parametrize(
    "label",
    [
        "../../etc/passwd",
        "idna",
        "punycode",
        "rot13",
        "zlib_codec",
        "hex",
        "base64",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "x-unknown",
        "8bit",
        "",
        "a" * 10_000,
        "utf-8\0",
    ],
)
def test_what_is_no_charset_of_mail_is_refused(label: str) -> None:
    """docs/pop3-cases.md, B13."""
    assert codec_for(label) is None
    assert decode(b"caf\xc3\xa9", label).text == "café"


@pytest.mark.parametrize(
    ("octets", "label", "text", "is_defect"),
    [
        pytest.param("中文".encode("gb18030"), "gb2312", "中文", False, id="gb2312"),
        pytest.param("㐀".encode("gb18030"), "gb2312", "㐀", False, id="gb18030 declared gb2312"),
        pytest.param("Größe".encode(), "iso-8859-1", "Größe", True, id="UTF-8 declared Latin-1"),
        pytest.param(b"\x93a\x94", "iso-8859-1", "“a”", False, id="windows-1252 declared Latin-1"),
        pytest.param("Größe".encode("latin-1"), "utf-8", "Größe", True, id="Latin-1 declared UTF-8"),
        pytest.param("Größe".encode("latin-1"), "us-ascii", "Größe", False, id="8-bit declared ASCII"),
        pytest.param("№①㈱".encode("cp932"), "shift_jis", "№①㈱", False, id="cp932 declared Shift-JIS"),
        pytest.param(b'\x1b$B-b$"\x1b(B abc', "iso-2022-jp", "№あ abc", True, id="NEC row in iso-2022-jp"),
        pytest.param("테스트".encode("iso2022_kr"), "iso-2022-kr", "테스트", False, id="iso-2022-kr"),
        pytest.param("hi".encode("utf-16-be"), "utf-16", "hi", False, id="UTF-16 without BOM, big end first"),
        pytest.param(
            "hi".encode("utf-16-le"), "utf-16", "hi", False, id="UTF-16 without BOM, little end first"
        ),
        pytest.param("hi".encode("utf-16"), "utf-16", "hi", False, id="UTF-16 with BOM"),
        pytest.param(b"+ZeVnLA-", "utf-7", "日本", False, id="UTF-7"),
        pytest.param(b"~{VPND~}", "hz-gb-2312", "中文", False, id="HZ"),
        pytest.param("中文".encode("big5"), "big5", "中文", False, id="Big5"),
    ],
)
def test_text_is_decoded_although_its_charset_lies(
    octets: bytes, label: str, text: str, is_defect: bool
) -> None:
    """docs/pop3-cases.md, B14."""
    found = decode(octets, label)
    assert found.text == text
    assert bool(found.defect) is is_defect


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1251", "Привет, это письмо для проверки кодировки. Спасибо за внимание."),
        ("koi8-r", "Привет, это письмо для проверки кодировки. Спасибо за внимание."),
        ("big5", "這是一封測試郵件，請忽略。謝謝您的耐心等待，祝您有美好的一天。"),
        ("gb18030", "这是一封测试邮件，请忽略。谢谢您的耐心等待，祝您有美好的一天。"),
        ("cp932", "これはテストです。無視してください。よろしくお願いいたします。"),
        ("euc_jp", "これはテストです。無視してください。よろしくお願いいたします。"),
        ("cp949", "이것은 테스트 메일입니다. 무시하세요. 감사합니다. 좋은 하루 되세요."),
        ("cp1252", "Ceci est un été près de la forêt où les élèves étudient tous les jours."),
        ("cp1250", "Žluťoučký kůň úpěl ďábelské ódy, a pak šel domů přes les a přes řeku."),
        ("cp1253", "Αυτό είναι ένα δοκιμαστικό μήνυμα, παρακαλώ αγνοήστε το. Ευχαριστώ."),
    ],
)
def test_a_longer_text_without_charset_is_recognised(codec: str, text: str) -> None:
    text *= 2
    assert guess(text.encode(codec), thorough=True) == text


@given(
    st.binary(max_size=200),
    st.sampled_from(["utf-8", "gb2312", "iso-2022-jp", "utf-16", "utf-7", "hz", "big5", "x", ""]),
)
def test_decoding_never_fails(octets: bytes, label: str) -> None:
    decode(octets, label, thorough=True)
