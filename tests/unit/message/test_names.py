"""safe_name: one path component that is harmless on every system."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        pytest.param("report.pdf", "report.pdf", id="harmless"),
        pytest.param("Größe 中文.pdf", "Größe 中文.pdf", id="any script"),
        pytest.param("a.b.c.tar.gz", "a.b.c.tar.gz", id="several dots"),
        pytest.param("../../../../etc/cron.d/x", "etc_cron.d_x", id="climbing"),
        pytest.param("..\\..\\x", "x", id="climbing on Windows"),
        pytest.param("....//x", "x", id="four dots"),
        pytest.param("%2e%2e/x", "%2e%2e_x", id="percent signs mean nothing"),
        pytest.param("1234/../../1234.txt", "1234_.._.._1234.txt", id="climbing in the middle"),
        pytest.param("Report 1/2.pdf", "Report 1_2.pdf", id="a slash in a title"),
        pytest.param("/etc/passwd", "passwd", id="absolute"),
        pytest.param("C:\\windows\\x.dll", "x.dll", id="drive"),
        pytest.param("\\\\host\\share\\x", "x", id="UNC"),
        pytest.param("file:///x", "x", id="file URL"),
        pytest.param("~/.ssh/authorized_keys", "authorized_keys", id="home"),
        pytest.param("-rf", "rf", id="leading dash"),
        pytest.param("$(id)", "_(id)", id="command"),
        pytest.param(";id", "_id", id="semicolon"),
        pytest.param("`id`", "_id_", id="backticks"),
        pytest.param("a.pdf\0.exe", "a.pdf.exe", id="NUL"),
        pytest.param("a\n.pdf", "a .pdf", id="line end"),
        pytest.param("a\tb.pdf", "a b.pdf", id="tab"),
        pytest.param("a\x1b[31m.pdf", "a[31m.pdf", id="escape"),
        pytest.param("CON", "_CON", id="device"),
        pytest.param("NUL.txt", "_NUL.txt", id="device with extension"),
        pytest.param("aux.", "_aux", id="device with a dot"),
        pytest.param("COM1.pdf", "_COM1.pdf", id="port"),
        pytest.param("con .txt", "_con .txt", id="device with a blank"),
        pytest.param("console.txt", "console.txt", id="no device"),
        pytest.param("a:b", "a_b", id="alternate stream"),
        pytest.param("a. . ", "a", id="trailing dots and blanks"),
        pytest.param(".htaccess", "htaccess", id="leading dot"),
        pytest.param(".", "fallback", id="dot"),
        pytest.param("..", "fallback", id="two dots"),
        pytest.param("", "fallback", id="empty"),
        pytest.param("   ", "fallback", id="blanks"),
        pytest.param("///", "fallback", id="slashes"),
        pytest.param("\u200b\u202e", "fallback", id="nothing to see"),
        pytest.param("invoice\u202efdp.exe", "invoicefdp.exe", id="bidi"),
        pytest.param("a\u200b\ufeffb", "ab", id="zero width"),
        pytest.param("e\u0301.txt", "é.txt", id="NFC"),
        pytest.param("a\ud800b", "ab", id="surrogate"),
        pytest.param('what?*<>|".txt', "what______.txt", id="what Windows refuses"),
    ],
)
def test_a_name_is_made_harmless(name: str, safe: str) -> None:
    assert safe_name(name, fallback="fallback") == safe


def test_a_long_name_is_cut_before_its_extension() -> None:
    name = safe_name("x" * 4_096 + ".pdf", fallback="f")
    assert len(name) == 255
    assert name.endswith("x.pdf")


def test_a_cut_never_splits_a_character() -> None:
    name = safe_name("😀" * 100 + ".pdf", fallback="f")
    assert name == "😀" * 62 + ".pdf"
    assert len(name.encode()) <= 255


def test_what_is_too_long_for_an_extension_is_cut_too() -> None:
    assert len(safe_name("a." + "x" * 400, fallback="f")) == 255


_HOSTILE = st.text(
    st.sampled_from('./\\:~-_ aAé\u0301\0\n\u202e\u200b😀CONnul1$`;<>|*?"%') | st.characters(), max_size=400
)


@given(_HOSTILE)
def test_every_name_is_one_harmless_component(text: str) -> None:
    name = safe_name(text, fallback="fallback")
    assert name
    assert name not in (".", "..")
    assert not set(name) & set('/\\:*?"<>|\0')
    assert name[0] not in ".- "
    assert name[-1] not in ". "
    assert len(name.encode()) <= 255
    assert unicodedata.is_normalized("NFC", name)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in name)


@given(_HOSTILE)
def test_a_safe_name_is_left_alone(text: str) -> None:
    name = safe_name(text, fallback="fallback")
    assert safe_name(name, fallback="fallback") == name
