"""Header sections, and the pseudo-message of mail folders."""

from __future__ import annotations

import pytest

from automailer.mailbox.header import header_section, is_folder_data


@pytest.mark.parametrize(
    ("octets", "header"),
    [
        (b"Subject: x\r\n\r\nbody\r\n\r\n", b"Subject: x\r\n\r\n"),
        (b"Subject: x\n\nbody", b"Subject: x\n\n"),
        (b"\r\nbody", b"\r\n"),
        (b"Subject: x\r\n", None),
        (b"", None),
        (b"+OK\r\nSubject: x\r\n\r\n", b"Subject: x\r\n\r\n"),
    ],
    ids=["CRLF", "LF", "5.4-34 no header", "5.5-40 no blank line", "5.4-34 nothing", "5.5-40 +OK twice"],
)
def test_case_5_5_40_only_what_stands_before_the_blank_line_is_header(
    octets: bytes, header: bytes | None
) -> None:
    assert header_section(octets) == header


def test_case_5_4_38_the_folder_s_own_data_is_no_mail() -> None:
    header = b"From: MAILER-DAEMON\r\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\r\nX-IMAP: 1 2\r\n\r\n"
    assert is_folder_data(header)
    assert not is_folder_data(header.replace(b"X-IMAP", b"X-Other"))
    assert not is_folder_data(b"Subject: hello\r\nX-IMAP: 1 2\r\n\r\n")
