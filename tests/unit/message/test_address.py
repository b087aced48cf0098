"""Address lists: as RFC 5322 has them, as they come, and as they are forged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import Address
from automailer.message.address import MAX_ADDRESSES, parse_addresses


def pairs(raw: str | bytes) -> list[tuple[str, str]]:
    found = parse_addresses(raw if isinstance(raw, bytes) else raw.encode())
    return [(address.name, address.address) for address in found.addresses]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("bob@x.example", [("", "bob@x.example")], id="bare"),
        pytest.param("Bob <bob@x.example>", [("Bob", "bob@x.example")], id="named"),
        pytest.param("Joe Q. Public <j@x>", [("Joe Q. Public", "j@x")], id="dot in the name"),
        pytest.param('"Smith, John" <j@x>, a@y', [("Smith, John", "j@x"), ("", "a@y")], id="quoted comma"),
        pytest.param(r'"a \"b\" c" <j@x>', [('a "b" c', "j@x")], id="quoted quotes"),
        pytest.param("bob@x (Bob (the) B)", [("Bob (the) B", "bob@x")], id="name in a comment"),
        pytest.param("Foo (c <x@y>) <a@b>", [("Foo", "a@b")], id="address in a comment"),
        pytest.param("A: a@x, B <b@y>;, c@z", [("", "a@x"), ("B", "b@y"), ("", "c@z")], id="group"),
        pytest.param("undisclosed-recipients:;", [], id="empty group"),
        pytest.param("<@a,@b:c@d>", [("", "c@d")], id="route"),
        pytest.param("a @ x . com", [("", "a@x.com")], id="blanks at @ and dots"),
        pytest.param('"a b"@x', [("", '"a b"@x')], id="quoted local part"),
        pytest.param('"bob"@x', [("", "bob@x")], id="quotes that are not needed"),
        pytest.param("bob@[127.0.0.1]", [("", "bob@[127.0.0.1]")], id="domain literal"),
        pytest.param(
            "a..b.@docomo.example", [("", "a..b.@docomo.example")], id="dots as Japanese phones have"
        ),
        pytest.param("用户@例子.example", [("", "用户@例子.example")], id="SMTPUTF8"),
        pytest.param("=?utf-8?q?M=C3=BCller?= <m@x>", [("Müller", "m@x")], id="encoded name"),
        pytest.param('"=?utf-8?b?5Lit5paH?=" <a@x>', [("中文", "a@x")], id="encoded name in quotes"),
        pytest.param("Müller <m@x>".encode("latin-1"), [("Müller", "m@x")], id="raw 8-bit name"),
        pytest.param("<>", [("", "")], id="null sender"),
        pytest.param("MAILER DAEMON <>", [("MAILER DAEMON", "")], id="null sender with a name"),
        pytest.param("Jöran <jöran@x>", [("Jöran", "jöran@x")], id="UTF-8 in an address"),
        pytest.param(
            "Jöran <jöran@x>".encode("latin-1"), [("Jöran <jöran@x>", "")], id="Latin-1 in an address"
        ),
        pytest.param("Jöran <joran@x>".encode("latin-1"), [("Jöran", "joran@x")], id="Latin-1 in a name"),
        pytest.param("", [], id="nothing"),
        pytest.param(" , ,, ", [], id="only commas"),
        pytest.param("a@x; b@y", [("", "a@x"), ("", "b@y")], id="semicolon as Outlook writes it"),
        pytest.param("mailto:bob@x", [("", "bob@x")], id="mailto"),
        pytest.param("Bob <bob@x", [("Bob", "bob@x")], id="no closing bracket"),
        pytest.param(
            "Bob <bob@x, Eve <eve@y>",
            [("Bob", "bob@x"), ("Eve", "eve@y")],
            id="bracket not closed before the next",
        ),
        pytest.param("Smith, John <j@x>", [("Smith", ""), ("John", "j@x")], id="comma without quotes"),
    ],
)
def test_an_address_list_is_read(raw: str | bytes, expected: list[tuple[str, str]]) -> None:
    assert pairs(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "a@b@c",
        "root",
        '"Bob <bob@x>',
        "<a@x> <b@y>",
        "a@x <b@y> c@z",
        "<a@x>>",
        "a@x com",
        "<a b@x>",
        "@x",
        "a@",
        "a@.x",
        "a@x..y",
        "x@y <>",
        "=?utf-8?q?a=40b?=",
        "a@x\x7f",
        "a\u202e@x",
        "a\u200b@x",
        "<a@x\x00>",
    ],
)
def test_what_has_not_exactly_one_reading_is_no_address(raw: str) -> None:
    found = parse_addresses(raw.encode())
    assert [address.address for address in found.addresses] == [""]
    assert found.defects


@pytest.mark.parametrize(
    "raw",
    [
        "a@good.example <evil@bad.example>",
        '"a@good.example" <evil@bad.example>',
        "=?utf-8?q?a=40good.example=2C?= <evil@bad.example>",
        "=?utf-8?q?x=3Ca=40good.example=3E?= <evil@bad.example>",
        "(a@good.example) <evil@bad.example>",
        "a@good.example: evil@bad.example;",
    ],
)
def test_a_forged_name_is_never_the_address(raw: str) -> None:
    """CVE-2023-27043: the address is what mail would be sent to."""
    assert [address for _, address in pairs(raw)] == ["evil@bad.example"]


def test_an_encoded_line_end_does_not_survive_in_a_name() -> None:
    """docs/pop3-cases.md, B12."""
    assert pairs("=?utf-8?q?x=0D=0ABcc=3A_evil=40x?= <a@x>") == [("x Bcc: evil@x", "a@x")]


@pytest.mark.parametrize(
    "mark", [b'"', b"(", b"<", b"[", b"\\", b"@", b":", b",", b"a.", b"()", b'"\\', b"=?utf-8?q?a?= "]
)
def test_sixty_kilobytes_of_any_mark_are_read(mark: bytes) -> None:
    found = parse_addresses(mark * (60_000 // len(mark)))
    assert not any(address.address for address in found.addresses)


def test_more_addresses_than_the_limit_are_a_defect() -> None:
    """docs/pop3-cases.md, B08."""
    found = parse_addresses(b"a@x, " * (MAX_ADDRESSES + 5))
    assert len(found.addresses) == MAX_ADDRESSES
    assert found.defects == ("there are more than 1,000 addresses: the rest was not read",)


@given(st.binary(max_size=200))
def test_any_octets_give_addresses_that_are_safe_in_a_command(raw: bytes) -> None:
    for address in parse_addresses(raw).addresses:
        assert address.address.isprintable()
        assert "<" not in address.domain
        assert ">" not in address.domain
        assert not address.address or (address.local and address.domain)


@given(st.text('ab"\\<>(),:;@. ', max_size=30), st.from_regex(r"[a-z]{1,5}@[a-z]{1,5}", fullmatch=True))
def test_a_quoted_name_comes_back_whatever_is_in_it(name: str, address: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_addresses(f'"{quoted}" <{address}>'.encode()).addresses == (
        Address(" ".join(name.split()), address),
    )
