"""A message in place is what its writer says, read back by the program's own eyes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from automailer.message import Message, parse
from automailer.ruletests.message import raw_octets, written_octets
from automailer.ruletests.model import WrittenMessage

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def made(**fields: Any) -> Message:
    return parse(written_octets(WrittenMessage.model_validate(fields), now=NOW))


def test_the_header_is_as_written() -> None:
    message = made(
        **{"from": "Jürgen Müller <j@example.com>", "to": ["a@example.com", "B <b@example.com>"]},
        subject="Über 5 €",
        headers={"X-Tag": ["one", "zwei ü"], "List-Id": "<x.example.com>"},
        return_path="<>",
    )
    assert (message.from_.name, message.from_.address) == ("Jürgen Müller", "j@example.com")
    assert [one.address for one in message.addresses("to")] == ["a@example.com", "b@example.com"]
    assert message.subject == "Über 5 €"
    assert message.header_all("x-tag") == ("one", "zwei ü")
    assert message.header("return-path") == "<>"
    assert "list" in message.kinds
    assert message.defects == ()


def test_what_is_not_written_is_not_there_but_for_date_and_message_id() -> None:
    message = made(subject="x")
    assert [header.name for header in message.headers] == [
        "Date", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ]  # fmt: skip
    assert message.date == NOW
    assert message.message_id
    assert (
        made(headers={"message-id": "<own@example.com>", "date": "Mon, 1 Jan 2024 00:00:00 +0000"})
        .headers[0]
        .value
        == "<own@example.com>"
    )


def test_the_same_message_is_the_same_octets() -> None:
    fields = WrittenMessage.model_validate(
        {"subject": "x", "body": "y", "attachments": [{"name": "a", "text": "b"}]}
    )
    assert written_octets(fields, now=NOW) == written_octets(fields, now=NOW)


def test_text_and_html_are_alternatives() -> None:
    message = made(body="plain ü", html="<p>rich</p>")
    assert (message.text.strip(), message.html.strip()) == ("plain ü", "<p>rich</p>")
    assert made(html="<p>rich</p>").text.strip() == "rich"


def test_attachments_are_filled_in_every_way(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1,2\n")
    message = made(
        body="see there",
        attachments=[
            str(tmp_path / "a.csv"),
            {"name": "übersicht.pdf", "size": "5KB"},
            {"name": "b", "type": "text/x-b", "text": "ü"},
            {"name": "c.png", "base64": "iVBO Rw=="},
            {"name": "d.eml", "file": str(tmp_path / "a.csv")},
            {"name": "empty"},
        ],
    )
    assert message.text.strip() == "see there"
    assert [(one.name, one.type, one.size) for one in message.attachments] == [
        ("a.csv", "text/csv", 4),
        ("übersicht.pdf", "application/pdf", 5000),
        ("b", "text/x-b", 2),
        ("c.png", "image/png", 4),
        ("d.eml", "message/rfc822", 5),
        ("empty", "application/octet-stream", 0),
    ]


def test_what_is_no_address_stands_there_as_it_was_written() -> None:
    message = made(**{"from": "MAILER-DAEMON"})
    assert message.header("from") == "MAILER-DAEMON"


def test_a_raw_message_gets_the_line_ends_of_mail() -> None:
    assert raw_octets("Subject: x\n\ny\n") == b"Subject: x\r\n\r\ny\r\n"


@given(st.text(max_size=900), st.text(max_size=300))
def test_whatever_is_written_becomes_a_message(subject: str, body: str) -> None:
    fields = WrittenMessage.model_construct(subject=subject, body=body, from_=subject)
    message = parse(written_octets(fields, now=NOW))
    assert len(message.header_all("subject")) == 1
