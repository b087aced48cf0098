"""What a relay's answers mean, as a table, and what of their text is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.smtp import Outcome, Scope
from automailer.smtp.replies import MAX_TEXT, outcome_of, parse_reply, scope_of


@pytest.mark.parametrize(
    ("command", "code", "text", "outcome", "scope"),
    [
        ("MAIL", 250, b"2.1.0 ok", Outcome.DELIVERED, Scope.MESSAGE),
        ("MAIL", 421, b"4.3.2 closing", Outcome.DEFERRED, Scope.CONNECTION),
        ("MAIL", 451, b"4.7.1 later", Outcome.DEFERRED, Scope.MESSAGE),
        ("MAIL", 530, b"5.7.0 log in", Outcome.DEFERRED, Scope.CONNECTION),
        ("MAIL", 553, b"5.1.8 no such sender", Outcome.REFUSED, Scope.MESSAGE),
        ("RCPT", 251, b"will forward", Outcome.DELIVERED, Scope.RECIPIENT),
        ("RCPT", 450, b"4.2.0 greylisted", Outcome.DEFERRED, Scope.RECIPIENT),
        ("RCPT", 452, b"4.5.3 too many", Outcome.DEFERRED, Scope.RECIPIENT),
        ("RCPT", 503, b"5.5.1 MAIL first", Outcome.DEFERRED, Scope.CONNECTION),
        ("RCPT", 550, b"5.1.1 unknown", Outcome.REFUSED, Scope.RECIPIENT),
        ("RCPT", 552, b"too many", Outcome.DEFERRED, Scope.RECIPIENT),
        ("RCPT", 552, b"5.2.2 full", Outcome.REFUSED, Scope.RECIPIENT),
        ("RCPT", 354, b"what", Outcome.DEFERRED, Scope.CONNECTION),
        ("DATA", 554, b"no recipients", Outcome.REFUSED, Scope.MESSAGE),
        (".", 250, b"2.0.0 queued", Outcome.DELIVERED, Scope.MESSAGE),
        (".", 421, b"4.3.0 closing", Outcome.DEFERRED, Scope.CONNECTION),
        (".", 552, b"5.3.4 too big", Outcome.REFUSED, Scope.MESSAGE),
        (".", 354, b"what", Outcome.UNKNOWN, Scope.MESSAGE),
        ("connect", 554, b"go away", Outcome.REFUSED, Scope.CONNECTION),
    ],
)
def test_an_answer_means_what_the_standards_say(
    command: str, code: int, text: bytes, outcome: Outcome, scope: Scope
) -> None:
    reply = parse_reply(code, text)
    assert scope_of(reply, command=command) is scope
    if command != "connect":
        assert outcome_of(reply, command=command) is outcome


def test_the_status_is_read_from_the_first_line_that_has_one() -> None:
    reply = parse_reply(550, b"5.7.1 not you\n5.7.1 see https://example.org")
    assert (reply.status, reply.text) == ("5.7.1", "not you see https://example.org")
    assert str(reply) == "550 5.7.1 not you see https://example.org"


def test_a_status_of_another_class_than_the_code_is_only_text() -> None:
    reply = parse_reply(450, b"5.1.1 unknown")
    assert (reply.status, reply.text) == ("", "5.1.1 unknown")


@given(st.integers(200, 599), st.binary(max_size=2000))
def test_whatever_a_server_says_can_be_shown(code: int, text: bytes) -> None:
    reply = parse_reply(code, text)
    assert str(reply).isprintable()
    assert len(reply.text) <= MAX_TEXT * 10 + 1
