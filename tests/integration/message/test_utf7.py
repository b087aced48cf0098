"""UTF-7, in which markup hides from filters that look before they decode: here everything looks after."""

from __future__ import annotations

from automailer.compose.original import as_html, clean_html
from automailer.message import parse

HIDDEN = b"+ADw-script+AD4-alert(1)+ADw-/script+AD4- hello"


def test_markup_in_declared_utf_7_is_markup_to_rules_and_cleaned_where_html_is_made() -> None:
    message = parse(b"Content-Type: text/html; charset=utf-7\n\n" + HIDDEN)
    assert message.html.startswith("<script>alert(1)</script>")
    assert message.text.strip() == "hello"
    assert clean_html(message.html).strip() == "hello"


def test_text_in_utf_7_is_escaped_where_html_is_made() -> None:
    message = parse(b"Content-Type: text/plain; charset=utf-7\n\n" + HIDDEN)
    assert message.text == "<script>alert(1)</script> hello\n"
    assert "<script" not in as_html(message.text)


def test_utf_7_is_never_guessed() -> None:
    for content_type in (
        b"text/plain",
        b"text/html",
        b"text/html; charset=utf-8",
        b"text/html; charset=x-foo",
    ):
        message = parse(b"Content-Type: " + content_type + b"\n\n" + HIDDEN)
        assert "<script" not in message.text + message.html
        assert "+ADw-script+AD4-" in message.text


def test_html_does_not_turn_itself_into_utf_7() -> None:
    message = parse(b"Content-Type: text/html; charset=utf-8\n\n<meta charset=utf-7>" + HIDDEN)
    assert "<script" not in message.html


def test_an_encoded_word_in_utf_7_makes_no_structure() -> None:
    raw = b"From: =?utf-7?q?+ADw-a+AEA-good.example+AD4-+ACw-?= <evil@bad.example>\n"
    (address,) = parse(raw + b"Subject: =?utf-7?q?a+AA0-+AAo-Bcc:_x+AEA-y?=\n\n").addresses("from")
    assert (address.name, address.address) == ("<a@good.example>,", "evil@bad.example")
    assert parse(raw + b"Subject: =?utf-7?q?a+AA0-+AAo-Bcc:_x+AEA-y?=\n\n").subject == "a Bcc: x@y"


def test_half_a_surrogate_in_utf_7_does_not_survive() -> None:
    message = parse(b"Subject: =?utf-7?q?a+2AA-b?=\nContent-Type: text/plain; charset=utf-7\n\na+2AA-b")
    assert (message.subject, message.text) == ("ab", "ab\n")
