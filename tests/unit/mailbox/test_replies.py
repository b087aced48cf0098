"""CAPA, STAT, UIDL and LIST as servers in the wild answer them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.errors import ProtocolError
from automailer.mailbox.replies import (
    parse_capabilities,
    parse_size,
    parse_sizes,
    parse_stat,
    parse_uid,
    parse_uids,
)
from automailer.mailbox.wire import parse_status

UIDS = [
    ("5.1-1 a plain UID", b"1 whqtswO00WBw418f9t5JxYwZ\r\n", {1: "whqtswO00WBw418f9t5JxYwZ"}),
    ("5.1-1 longer than 70", b"1 " + b"u" * 200 + b"\r\n", {1: "u" * 200}),
    ("5.1-1 spaces inside", b"1 a b  c \r\n", {1: "a b  c"}),
    ("5.1-1 empty", b"1 \r\n", {1: ""}),
    ("5.1-2 identical copies share one", b"1 same\r\n2 same\r\n", {1: "same", 2: "same"}),
    ("5.1-5 no UID token", b"1\r\n2 b\r\n", {1: "", 2: "b"}),
    ("5.1-6 several spaces", b"1     a\r\n", {1: "a"}),
    ("5.1-6 a tab", b"1\ta\r\n", {1: "a"}),
    ("5.1-6 +OK before each line", b"+OK 1 a\r\n+OK 2 b\r\n", {1: "a", 2: "b"}),
    ("5.1-6 gaps in the numbers", b"1 a\r\n7 b\r\n", {1: "a", 7: "b"}),
    ("5.1-7 out of order", b"3 c\r\n1 a\r\n2 b\r\n", {1: "a", 2: "b", 3: "c"}),
    ("5.1-11 letter case counts", b"1 Aa\r\n2 aA\r\n", {1: "Aa", 2: "aA"}),
    ("A11 a path", b"1 ../../x\r\n", {1: "../../x"}),
    ("A11 SQL", b"1 '; DROP TABLE message\r\n", {1: "'; DROP TABLE message"}),
    ("A11 8 bits", b"1 caf\xe9\r\n", {1: "caf\xe9"}),
    ("A11 control characters", b"1 a\x00b\x1b\x7f\x85\r\n", {1: "a\u2400b\u241b\u2421\u0185"}),
    ("a number twice: the first counts", b"1 a\r\n1 b\r\n", {1: "a"}),
    ("number 0 is none", b"0 a\r\n1 b\r\n", {1: "b"}),
    ("an odd line among others", b"1 a\r\nWARNING: x\r\n2 b\r\n", {1: "a", 2: "b"}),
    ("blank lines", b"\r\n1 a\r\n\r\n", {1: "a"}),
    ("bare LF", b"1 a\n2 b\n", {1: "a", 2: "b"}),
    ("nothing", b"", {}),
]


@pytest.mark.parametrize(("data", "uids"), [case[1:] for case in UIDS], ids=[case[0] for case in UIDS])
def test_case_5_1_uids_are_read_as_servers_write_them(data: bytes, uids: dict[int, str]) -> None:
    assert parse_uids(data) == uids


def test_case_5_1_1_an_overlong_uid_is_kept_as_its_digest_and_stays_itself() -> None:
    first, second = (parse_uids(b"1 " + b"u" * 400 + end)[1] for end in (b"a", b"b"))
    assert first.startswith("sha256:")
    assert first != second


@given(uids=st.lists(st.binary(min_size=1, max_size=12), unique=True, max_size=8))
def test_uids_that_differ_stay_apart_and_hold_nothing_that_does_not_print(uids: list[bytes]) -> None:
    uids = list({uid.strip(b" \t\r\n").replace(b"\n", b""): 0 for uid in uids})
    uids = [uid.rstrip(b"\r \t") for uid in uids]
    uids = [uid for uid in dict.fromkeys(uids) if uid and uid.strip(b" \t") == uid]
    data = b"".join(b"%d %s\r\n" % (number, uid) for number, uid in enumerate(uids, start=1))
    found = list(parse_uids(data).values())
    assert len(set(found)) == len(uids)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for uid in found for character in uid)


def test_case_a29_a_web_page_is_no_listing() -> None:
    with pytest.raises(ProtocolError, match="numbered lines"):
        parse_uids(b"<html><body>\r\nPlease log in\r\n</body></html>\r\n")


def test_case_5_4_37_a_line_too_long_is_no_listing() -> None:
    with pytest.raises(ProtocolError, match="too long"):
        parse_uids(b"1 " + b"u" * 5000 + b"\r\n")


@pytest.mark.parametrize(
    ("data", "sizes"),
    [
        (b"1 120\r\n2 200 extra\r\n", {1: 120, 2: 200}),
        (b"1 -5\r\n2 9000000000\r\n", {1: None, 2: 9_000_000_000}),
        (b"1\r\n2 abc\r\n", {1: None, 2: None}),
        (b"1 0\r\n", {1: 0}),
        (b"1 " + b"9" * 40 + b"\r\n", {1: None}),
    ],
    ids=["with more behind", "negative", "absent", "zero", "absurd"],
)
def test_case_5_4_33_sizes_are_advice_and_nonsense_is_none(data: bytes, sizes: dict[int, int | None]) -> None:
    assert parse_sizes(data) == sizes


def test_single_replies_are_read_like_lines() -> None:
    assert parse_uid(parse_status(b"+OK 2 abc def")) == "abc def"
    assert parse_uid(parse_status(b"+OK 2")) == ""
    assert parse_size(parse_status(b"+OK 2 200")) == 200
    assert parse_size(parse_status(b"+OK what")) is None


def test_stat_gives_two_numbers_and_forgives_what_is_behind_them() -> None:
    stat = parse_stat(parse_status(b"+OK 2 320 octets"))
    assert (stat.messages, stat.octets) == (2, 320)
    assert parse_stat(parse_status(b"+OK 2")).octets == 0
    with pytest.raises(ProtocolError, match="two numbers"):
        parse_stat(parse_status(b"+OK ready"))


def test_capabilities_are_names_with_arguments_and_names_that_repeat_add_up() -> None:
    found = parse_capabilities(
        b"TOP\r\nuidl\r\nSASL PLAIN xoauth2\r\nSASL LOGIN\r\nLOGIN-DELAY 300 USER\r\nEXPIRENEVER\r\n\r\nX \xff\x1b\r\n"
    )
    assert "UIDL" in found
    assert "STLS" not in found
    assert found.sasl == {"PLAIN", "XOAUTH2", "LOGIN"}
    assert found.login_delay_seconds == 300
    assert found.arguments["X"] == ("\\xff\\x1b",)


@pytest.mark.parametrize("line", [b"", b"LOGIN-DELAY\r\n", b"LOGIN-DELAY soon\r\n"], ids=repr)
def test_a_login_delay_that_is_no_number_is_none(line: bytes) -> None:
    assert parse_capabilities(line).login_delay_seconds is None


GMAIL = b"USER\r\nRESP-CODES\r\nEXPIRE 0\r\nLOGIN-DELAY 300\r\nTOP\r\nUIDL\r\nX-GOOGLE-RICO\r\nSASL PLAIN XOAUTH2\r\n"


def test_case_5_2_15_and_5_6_42_gmail_says_that_it_takes_away_what_was_fetched() -> None:
    found = parse_capabilities(GMAIL)
    assert found.takes_retrieved
    assert found.sasl == {"PLAIN", "XOAUTH2"}
    assert found.login_delay_seconds == 300


@pytest.mark.parametrize("line", [b"", b"EXPIRE\r\n", b"EXPIRE NEVER\r\n", b"EXPIRE 30 USER\r\n"], ids=repr)
def test_case_5_2_15_other_servers_keep_what_was_fetched(line: bytes) -> None:
    assert not parse_capabilities(line).takes_retrieved
