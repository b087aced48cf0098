"""Commands and status lines."""

from __future__ import annotations

import pytest

from automailer.errors import PermanentError, ProtocolError
from automailer.mailbox import commands
from automailer.mailbox.limits import MAX_SERVER_TEXT
from automailer.mailbox.wire import parse_status, printable, serialise


@pytest.mark.parametrize(
    ("line", "ok", "code", "text"),
    [
        (b"+OK", True, "", ""),
        (b"+OK ", True, "", ""),
        (b"+ok ready", True, "", "ready"),
        (b"-ERR", False, "", ""),
        (b"-ERR [IN-USE] locked", False, "IN-USE", "[IN-USE] locked"),
        (b"-err [in-use] locked", False, "IN-USE", "[in-use] locked"),
        (b"-ERR [SYS/TEMP/DISK] full", False, "SYS/TEMP/DISK", "[SYS/TEMP/DISK] full"),
        (b"-ERR [AUTH]", False, "AUTH", "[AUTH]"),
        (b"-ERR [not a code] x", False, "", "[not a code] x"),
        (b"-ERR text [AUTH]", False, "", "text [AUTH]"),
    ],
    ids=repr,
)
def test_case_5_3_21_a_status_line_tells_yes_or_no_code_and_text(
    line: bytes, ok: bool, code: str, text: str
) -> None:
    status = parse_status(line)
    assert (status.ok, status.code, status.text) == (ok, code, text)


@pytest.mark.parametrize(
    "line", [b"", b"OK", b"+OKAY", b"-ERROR", b"* OK IMAP", b"HTTP/1.1 200 OK", b"<html>"]
)
def test_case_a29_anything_else_is_no_status_line(line: bytes) -> None:
    with pytest.raises(ProtocolError, match=r"expected \+OK or -ERR"):
        parse_status(line)


def test_case_5_3_21_codes_are_hierarchical_and_levels_below_are_ignored() -> None:
    status = parse_status(b"-ERR [SYS/TEMP/WHATEVER] later")
    assert status.under("SYS/TEMP")
    assert not status.under("SYS/PERM")
    assert not parse_status(b"-ERR [SYS/TEMPORARY] later").under("SYS/TEMP")


def test_case_a15_server_text_is_escaped_and_cut() -> None:
    assert printable(b"\x1b]0;x\x07 caf\xe9 \x9b") == "\\x1b]0;x\\x07 caf\\xe9 \\x9b"
    assert len(printable(b"x" * 5000)) == MAX_SERVER_TEXT + 1


@pytest.mark.parametrize("octet", [*range(32), 127])
def test_case_5_7_54_no_command_carries_a_control_character(octet: int) -> None:
    with pytest.raises(PermanentError, match="control character"):
        commands.user(f"me{chr(octet)}DELE 1")
    with pytest.raises(PermanentError, match="control character"):
        commands.password(f"{chr(octet)}")


def test_case_5_7_56_passwords_with_spaces_and_names_in_utf_8_go_as_they_are() -> None:
    assert commands.password(" two  words ").line == b"PASS  two  words "
    assert commands.user("ünï@example.org").line == "USER ünï@example.org".encode()


def test_the_error_for_a_bad_argument_does_not_show_it() -> None:
    with pytest.raises(PermanentError) as caught:
        serialise("PASS", "hunter2\r\nQUIT")
    assert "hunter2" not in str(caught.value)
