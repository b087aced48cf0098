"""The text of a mail in every charset that people write, declared rightly, wrongly and not at all."""

from __future__ import annotations

import pytest

from automailer.message import parse
from automailer.message.guessing import MAX_SAMPLE, make_guess

FRENCH = "Ceci est un été près de la forêt où les élèves étudient tous les jours."
RUSSIAN = "Привет, это письмо для проверки кодировки. Спасибо за внимание."
SIMPLIFIED = "这是一封测试邮件，请忽略。谢谢您的耐心等待，祝您有美好的一天。"
TRADITIONAL = "這是一封測試郵件，請忽略。謝謝您的耐心等待，祝您有美好的一天。"
JAPANESE = "これはテストです。無視してください。よろしくお願いいたします。"
KOREAN = "이것은 테스트 메일입니다. 무시하세요. 감사합니다. 좋은 하루 되세요."
CZECH = "Žluťoučký kůň úpěl ďábelské ódy, a pak šel domů přes les a přes řeku."
GREEK = "Αυτό είναι ένα δοκιμαστικό μήνυμα, παρακαλώ αγνοήστε το. Ευχαριστώ."
POLISH = "Zażółć gęślą jaźń, powiedział król i poszedł spać pod własną kołdrę."


def mail(octets: bytes, charset: str = "") -> bytes:
    content_type = f"Content-Type: text/plain; charset={charset}\n".encode() if charset else b""
    return (
        b"From: a@b.example\nDate: Mon, 23 Nov 2026 10:00:00 +0000\nMessage-Id: <1@b>\n"
        + content_type
        + b"\n"
        + octets
    )


def seen(octets: bytes, charset: str = "") -> tuple[str, str]:
    message = parse(mail(octets, charset))
    return message.text, "; ".join(message.defects)


@pytest.mark.parametrize(
    ("codec", "charset", "text"),
    [
        ("utf-8", "utf-8", JAPANESE),
        ("cp1252", "windows-1252", FRENCH),
        ("latin-1", "iso-8859-1", FRENCH),
        ("iso8859-15", "iso-8859-15", "10 € für Œuvre"),
        ("iso8859-2", "iso-8859-2", CZECH),
        ("iso8859-7", "iso-8859-7", GREEK),
        ("cp1254", "iso-8859-9", "İğneyi şişe geçir"),
        ("koi8-r", "koi8-r", RUSSIAN),
        ("koi8-u", "koi8-u", "Їжак та ґава"),
        ("cp1251", "windows-1251", RUSSIAN),
        ("cp866", "ibm866", RUSSIAN),
        ("gb18030", "gb18030", SIMPLIFIED),
        ("gbk", "gbk", SIMPLIFIED),
        ("gb2312", "gb2312", SIMPLIFIED),
        ("big5", "big5", TRADITIONAL),
        ("big5hkscs", "big5-hkscs", "佢哋喺嗰度"),
        ("cp950", "big5", "價錢 €"),
        ("cp932", "shift_jis", JAPANESE),
        ("euc_jp", "euc-jp", JAPANESE),
        ("euc_jis_2004", "euc-jp", "①Ⅳ㌔"),
        ("cp949", "euc-kr", KOREAN),
        ("cp949", "ks_c_5601-1987", "똠방각하 펲시콜라"),
        ("iso2022_kr", "iso-2022-kr", KOREAN),
        ("johab", "johab", KOREAN),
        ("hz", "hz-gb-2312", SIMPLIFIED),
        ("cp874", "tis-620", "สวัสดีครับ"),
        ("cp874", "windows-874", "สวัสดี…"),
        ("cp1255", "windows-1255", "שלום עולם"),
        ("iso8859-8", "iso-8859-8-i", "שלום עולם"),
        ("cp1256", "windows-1256", "مرحبا بالعالم"),
        ("cp1258", "windows-1258", "Viê?t Nam".replace("?", "\u0323")),
        ("iso2022_jp", "iso-2022-jp", JAPANESE),
        ("iso2022_jp_1", "iso-2022-jp-1", "丂丄"),
        ("iso2022_jp_2", "iso-2022-jp-2", "Ελλάδα 한국 中国"),
        ("iso2022_jp_3", "iso-2022-jp-3", "日本 ①"),
        ("utf-16", "utf-16", SIMPLIFIED),
        ("utf-16-be", "utf-16", f"{SIMPLIFIED}\n"),
        ("utf-16-le", "utf-16", f"{SIMPLIFIED}\n"),
        ("utf-16-le", "utf-16le", SIMPLIFIED),
        ("utf-16-be", "UTF-16BE", SIMPLIFIED),
        ("utf-32", "utf-32", RUSSIAN),
        ("utf-32-be", "utf-32", RUSSIAN),
        ("utf-32-le", "utf-32", RUSSIAN),
        ("utf-7", "utf-7", JAPANESE),
        ("mac-roman", "macintosh", FRENCH),
    ],
)
def test_a_charset_that_is_what_it_says_is_no_defect(codec: str, charset: str, text: str) -> None:
    assert seen(text.encode(codec), charset) == (text if text.endswith("\n") else f"{text}\n", "")


def test_half_width_kana_and_the_rows_of_windows_are_read_in_iso_2022_jp() -> None:
    assert seen(b"\x1b(I\x43\x3d\x44\x1b(B.", "iso-2022-jp")[0] == "ﾃｽﾄ.\n"
    assert seen(b"\x1b$B-j\x1b(B Fujitsu", "iso-2022-jp-ms")[0] == "㈱ Fujitsu\n"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("utf-8", JAPANESE),
        ("cp1252", FRENCH),
        ("koi8-r", RUSSIAN),
        ("cp1251", RUSSIAN),
        ("gbk", SIMPLIFIED),
        ("big5", TRADITIONAL),
        ("cp932", JAPANESE),
        ("euc_jp", JAPANESE),
        ("cp949", KOREAN),
        ("cp1250", CZECH),
        ("cp1253", GREEK),
        ("iso2022_jp", JAPANESE),
    ],
)
def test_a_charset_that_is_not_named_is_guessed_and_the_guess_is_told(codec: str, text: str) -> None:
    found, defect = seen((text * 2).encode(codec))
    assert found == f"{text * 2}\n"
    assert bool(defect) is (codec not in ("utf-8", "iso2022_jp"))
    assert not defect or defect.startswith("8-bit text names no charset: read as ")


@pytest.mark.parametrize(
    ("octets", "charset", "text", "defect"),
    [
        pytest.param("镜头 屄 镕".encode("gbk"), "gb2312", "镜头 屄 镕", "", id="gb2312 that is GBK"),
        pytest.param("㐀".encode("gb18030"), "gbk", "㐀", "", id="GBK that is GB 18030"),
        pytest.param(
            b"\x93quoted\x94 \x80 5", "iso-8859-1", "“quoted” € 5", "", id="Latin-1 that is windows-1252"
        ),
        pytest.param(
            FRENCH.encode(),
            "iso-8859-1",
            FRENCH,
            "'iso-8859-1' as declared: read as utf-8",
            id="Latin-1 that is UTF-8",
        ),
        pytest.param(FRENCH.encode(), "us-ascii", FRENCH, "read as utf-8", id="ASCII that is UTF-8"),
        pytest.param(FRENCH.encode("latin-1"), "us-ascii", FRENCH, "", id="ASCII that is Latin-1"),
        pytest.param(
            FRENCH.encode("latin-1"),
            "utf-8",
            FRENCH,
            "'utf-8' as declared: read as windows-1252",
            id="UTF-8 that is Latin-1",
        ),
        pytest.param(
            RUSSIAN.encode("cp1251"),
            "utf-8",
            RUSSIAN,
            "read as windows-1251",
            id="UTF-8 that is windows-1251",
        ),
        pytest.param(
            SIMPLIFIED.encode("gbk"), "utf-8", SIMPLIFIED, "read as gb18030", id="UTF-8 that is GBK"
        ),
        pytest.param(
            "Šup, žába".encode("cp1250"),
            "iso-8859-2",
            "Šup, žába",
            "'iso-8859-2' as declared: read as windows-1250",
            id="Latin-2 that is windows-1250",
        ),
        pytest.param(
            "„Ελλάδα“".encode("cp1253"),
            "iso-8859-7",
            "„Ελλάδα“",
            "read as windows-1253",
            id="ISO Greek of Windows",
        ),
        pytest.param(
            "5 € „x“".encode("cp1252"),
            "iso-8859-15",
            "5 € „x“",
            "read as windows-1252",
            id="Latin-9 of Windows",
        ),
        pytest.param(
            JAPANESE.encode("cp932"), "iso-2022-jp", JAPANESE, "read as cp932", id="no escapes, Shift-JIS"
        ),
        pytest.param(
            JAPANESE.encode("euc_jp"), "iso-2022-jp", JAPANESE, "read as euc-jp", id="no escapes, EUC"
        ),
        pytest.param(JAPANESE.encode(), "iso-2022-jp", JAPANESE, "read as utf-8", id="no escapes, UTF-8"),
        pytest.param(
            JAPANESE.encode("iso2022_jp"), "us-ascii", JAPANESE, "read as iso2022-jp", id="escapes in ASCII"
        ),
        pytest.param(
            JAPANESE.encode("iso2022_jp"), "utf-8", JAPANESE, "read as iso2022-jp", id="escapes in UTF-8"
        ),
        pytest.param(
            SIMPLIFIED.encode(),
            "big5",
            SIMPLIFIED,
            "'big5' as declared: read as utf-8",
            id="Big5 that is UTF-8",
        ),
        pytest.param(
            "Größe\xff".encode() + b"\xff", "utf-8", "Größeÿ\ufffd", "throughout", id="one broken octet"
        ),
        pytest.param(
            FRENCH.encode(), "x-unknown", FRENCH, "'x-unknown' is not known: read as utf-8", id="x-unknown"
        ),
        pytest.param(
            RUSSIAN.encode("koi8-r"), "x-foo", RUSSIAN, "'x-foo' is not known: read as koi8-r", id="x-foo"
        ),
        pytest.param(b"plain", "rot13", "plain", "'rot13' is not known", id="rot13"),
        pytest.param("Grüße 😀".encode(), "utf8mb4", "Grüße 😀", "", id="a label of MySQL"),
        pytest.param(FRENCH.encode("cp850"), "cp-850", FRENCH, "", id="cp-850"),
        pytest.param(FRENCH.encode("cp1252"), "ansi_x3.110-1983", FRENCH, "", id="ansi_x3.110-1983"),
        pytest.param(FRENCH.encode(), '"utf-8; format=flowed"', FRENCH, "", id="more than a label"),
        pytest.param(FRENCH.encode(), "utf-8 (unicode)", FRENCH, "", id="comment"),
        pytest.param(FRENCH.encode(), "'UTF-8'", FRENCH, "", id="single quotes"),
        pytest.param(FRENCH.encode(), "charset=utf-8", FRENCH, "", id="its own name again"),
        pytest.param(FRENCH.encode("latin-1"), '"ISO 8859-1"', FRENCH, "", id="blank for a dash"),
        pytest.param(RUSSIAN.encode("koi8-r"), "ru_RU.KOI8-R", RUSSIAN, "", id="a locale"),
    ],
)
def test_what_is_declared_wrongly_is_read_as_what_it_is(
    octets: bytes, charset: str, text: str, defect: str
) -> None:
    found, told = seen(octets, charset)
    assert found == f"{text}\n"
    assert defect in told
    assert bool(told) is bool(defect)


def test_html_says_its_charset_itself_where_the_mail_does_not() -> None:
    html = b'<meta http-equiv="content-type" content="text/html; charset=iso-8859-7"><p>' + GREEK.encode(
        "iso8859-7"
    )
    message = parse(b"Content-Type: text/html\n\n" + html)
    assert message.text.strip() == GREEK


def test_octets_far_behind_the_beginning_are_still_seen_by_the_guess() -> None:
    octets = b"x" * (3 * MAX_SAMPLE) + (RUSSIAN * 3).encode("koi8-r")
    assert make_guess(octets, thorough=True).codec == "koi8-r"


def test_text_cut_within_a_character_is_still_utf_8() -> None:
    assert make_guess(RUSSIAN.encode()[:-6]).codec == "utf-8"
    assert make_guess("Größe ü".encode()[:-1]).codec == "utf-8"
    assert make_guess("café".encode("latin-1")).text == "café"
