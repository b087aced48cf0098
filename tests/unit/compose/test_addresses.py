"""Addresses that may become a header or an SMTP command, and those that may not."""

from __future__ import annotations

import email
import email.policy
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.compose import address_header, envelope_address, is_ascii_address
from automailer.errors import PermanentError
from automailer.message import Address, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann@example.com", "ann@example.com"),
        ("Ann.O'Neil+tag@Example.COM", "Ann.O'Neil+tag@Example.COM"),
        ("a..b.@docomo.example", "a..b.@docomo.example"),
        ("ops@münchen.example", "ops@xn--mnchen-3ya.example"),
        ("ops@straße.example", "ops@xn--strae-oqa.example"),
        ("ops@例え.テスト", "ops@xn--r8jz45g.xn--zckzah"),
        ("ünï@example.org", "ünï@example.org"),
        ("root@localhost", "root@localhost"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]"),
    ],
)
def test_an_address_is_made_fit_for_smtp(text: str, expected: str) -> None:
    assert envelope_address(text) == expected
    assert is_ascii_address(expected) == expected.isascii()


@pytest.mark.parametrize(
    "text",
    [
        *("", "ann", "@example.com", "ann@", "a@b@c", "a b@example.com", "ann@exa mple.com"),
        *("<a@x>\r\nRCPT TO:<evil@x>", "a@x\r\nDATA", "a@x\n", "a\0@x", "a@x\0", "a\u2028b@x", "a@x\u0085"),
        *(
            "-oQ/tmp@example.com",
            "|sh@example.com",
            "a;b@example.com",
            '"a b"@example.com',
            "a,b@example.com",
        ),
        *(
            "a@-x.example",
            "a@x..example",
            "a@.example",
            "a@example.com.",
            "a@ex_ample.com;",
            "a@[1]",
            "a@[\r\n]",
        ),
        *(
            "x" * 65 + "@example.com",
            "a@" + "b" * 64 + ".example",
            "a@" + ".".join(["b" * 60] * 5),
            "\ud800@x",
        ),
        *("a@xn--\u2028", "a@" + "é" * 300, "a@\u200d.example"),
    ],
)
def test_what_could_break_out_of_a_command_is_refused(text: str) -> None:
    with pytest.raises(PermanentError):
        envelope_address(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_passes_is_one_safe_word(local: str, domain: str) -> None:
    try:
        address = envelope_address(f"{local}@{domain}")
    except PermanentError:
        return
    assert not set(address) & set(' \r\n\t\0<>,;"()\\')
    assert address.isprintable() or not address.isascii()
    assert address.rpartition("@")[2].isascii()
    assert not address.startswith("-")


letters = st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])
names = st.text(letters, max_size=60).map(lambda text: " ".join(text.split()))
addr_specs = st.from_regex(r"[a-z0-9]{1,20}@[a-z]{1,20}\.example", fullmatch=True)


@given(st.lists(st.tuples(names, addr_specs), min_size=1, max_size=8))
def test_names_come_back_as_they_went(people: list[tuple[str, str]]) -> None:
    written = address_header("To", [Address(name, address) for name, address in people])
    assert all(len(line) <= 76 for line in written.split("\r\n"))
    unfolded = email.message_from_string(written + "\r\n")["To"].replace("\r\n", "")
    found = getaddresses([unfolded])
    assert [(str(make_header(decode_header(name))), address) for name, address in found] == people
    assert [(entry.name, entry.address) for entry in parse(written.encode()).addresses("To")] == people


@pytest.mark.parametrize(
    "charset", ["utf-8", "gb2312", "iso-2022-jp", "gbk", "koi8-r", "utf-16", "no-such-charset", "x\r\ny"]
)
def test_a_name_is_encoded_in_the_charset_or_in_utf8(charset: str) -> None:
    written = address_header("To", [Address("日本語", "a@b.example")], charset=charset)
    assert written.isascii()
    assert "日本語" in str(email.message_from_string(written + "\r\n", policy=email.policy.default)["To"])


def test_a_bad_address_is_refused_in_a_header_too() -> None:
    with pytest.raises(PermanentError):
        address_header("To", [Address("x", "a@b>\r\nBcc: <c@d")])
