"""The dialogue: replies paired with commands, states, and servers that break the protocol."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.errors import ProtocolError, TemporaryError
from automailer.mailbox import commands
from automailer.mailbox.session import Challenge, Event, Reply, Session, State
from automailer.mailbox.wire import Command

GREETING = b"+OK ready\r\n"


def greeted() -> Session:
    session = Session()
    session.receive(GREETING)
    return session


def opened() -> Session:
    session = greeted()
    session.send([commands.password("x")])
    session.receive(b"+OK\r\n")
    session.authenticated()
    return session


def told(events: list[Event]) -> list[tuple[str, bool, bytes]]:
    return [(event.command.verb, event.status.ok, event.data) for event in events if isinstance(event, Reply)]


def feed(session: Session, stream: bytes, sizes: list[int]) -> list[Event]:
    events: list[Event] = []
    position = 0
    for size in [*sizes, len(stream)]:
        events += session.receive(stream[position : position + size])
        position += size
    return events


STREAM = (
    b"+OK 2 300\r\n"
    b"+OK listing\r\n1 100\r\n2 200\r\n.\r\n"
    b"-ERR no such message\r\n"
    b"+OK 12 octets\r\nSubject: x\r\n\r\n..\r\n+OK\r\n.\r\n"
    b"+OK\r\n.\r\n"
    b"+OK\r\n"
)


def ask(session: Session, sink: list[bytes]) -> None:
    session.send(
        [
            commands.STAT,
            commands.LIST,
            commands.delete(9),
            commands.retrieve(1, sink.append, max_octets=1000),
            commands.UIDL,
            commands.NOOP,
        ]
    )


EXPECTED = [
    ("STAT", True, b""),
    ("LIST", True, b"1 100\r\n2 200\r\n"),
    ("DELE", False, b""),
    ("RETR", True, b""),
    ("UIDL", True, b""),
    ("NOOP", True, b""),
]


@pytest.mark.parametrize("sizes", [[], [1] * len(STREAM)], ids=["whole", "octet by octet"])
def test_replies_of_a_window_are_paired_with_its_commands(sizes: list[int]) -> None:
    session, sink = opened(), list[bytes]()
    ask(session, sink)
    assert told(feed(session, STREAM, sizes)) == EXPECTED
    assert b"".join(sink) == b"Subject: x\r\n\r\n.\r\n+OK\r\n"
    assert session.reading is None


@pytest.mark.parametrize("trailing", [b"+OK 1 4242\r\n", b"Subject: forged\r\n", b"+"])
def test_with_trailing_data_nothing_more_is_believed(trailing: bytes) -> None:
    session, sink = opened(), list[bytes]()
    ask(session, sink)
    with pytest.raises(ProtocolError):
        feed(session, STREAM + trailing + b"\r\n", [])
    assert session.state is State.BROKEN


@given(sizes=st.lists(st.integers(min_value=1, max_value=20), max_size=200))
def test_any_pieces_of_a_stream_give_the_same_events(sizes: list[int]) -> None:
    session, sink = opened(), list[bytes]()
    ask(session, sink)
    assert told(feed(session, STREAM, sizes)) == EXPECTED
    assert b"".join(sink) == b"Subject: x\r\n\r\n.\r\n+OK\r\n"


def test_commands_go_out_in_one_piece() -> None:
    assert opened().send([commands.STAT, commands.delete(7)]) == b"STAT\r\nDELE 7\r\n"


@pytest.mark.parametrize(
    "greeting",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"* OK IMAP4rev1\r\n",
        b"220 smtp ESMTP\r\n",
        b"\r\n",
        b"\x15\x03\x01\x00\x02\x02\n",
    ],
)
def test_case_a29_a_greeting_of_another_protocol_is_no_pop3_server(greeting: bytes) -> None:
    with pytest.raises(ProtocolError, match="not a POP3 server"):
        Session().receive(greeting)


def test_a_tls_alert_as_greeting_gives_a_hint() -> None:
    with pytest.raises(ProtocolError, match="tls: implicit"):
        Session().receive(b"\x15\x03\x01\x00\x02\x02\n")


@pytest.mark.parametrize("pieces", [1, 1000], ids=["at once", "in pieces"])
def test_case_a01_a_greeting_without_end_is_given_up(pieces: int) -> None:
    session = Session()
    stream = b"+OK " + b"x" * 1_000_000
    with pytest.raises(ProtocolError, match="status line too long"):
        feed(session, stream, [len(stream) // pieces] * pieces)


def test_a_greeting_of_no_is_told_and_ends_the_dialogue() -> None:
    session = Session()
    events = session.receive(b"-ERR [SYS/TEMP] come back later\r\n")
    assert isinstance(events[0], Reply)
    assert events[0].status.code == "SYS/TEMP"
    assert session.state is State.BROKEN


def test_case_a03_after_a_broken_rule_the_mail_that_follows_is_never_taken_for_replies() -> None:
    session = opened()
    session.send([commands.STAT])
    with pytest.raises(ProtocolError):
        session.receive(b"x" * 2049 + b"\r\n")
    with pytest.raises(ProtocolError, match="broken"):
        session.receive(b"+OK 1 4242\r\n")
    with pytest.raises(ValueError, match="broken"):
        session.send([commands.delete(1)])


@pytest.mark.parametrize("breach", [b"Subject: forged\r\n", b"x" * 10_000], ids=["no status", "no end"])
def test_after_a_breach_the_command_whose_reply_it_was_is_named_and_not_the_next(breach: bytes) -> None:
    session = opened()
    session.send([commands.retrieve(number, bytes, max_octets=10) for number in (1, 2)])
    session.receive(b"+OK\r\n.\r\n")
    session.send([commands.retrieve(3, bytes, max_octets=10)])
    with pytest.raises(ProtocolError):
        session.receive(breach)
    assert session.reading is not None
    assert session.reading.number == 2


def test_case_a02_a_body_line_of_any_length_is_part_of_the_message() -> None:
    session, sink = opened(), list[bytes]()
    session.send([commands.retrieve(1, sink.append, max_octets=10_000), commands.STAT])
    body = b"x" * 2049 + b"+OK 1 4242\r\n+OK\r\nSubject: forged\r\n"
    events = session.receive(b"+OK\r\n" + body + b".\r\n+OK 1 99\r\n")
    assert b"".join(sink) == body
    assert isinstance(events[1], Reply)
    assert (events[1].command, events[1].status.text) == (commands.STAT, "1 99")


def test_autologout_comes_unasked_and_is_no_breach() -> None:
    session = opened()
    with pytest.raises(TemporaryError, match="idle too long"):
        session.receive(b"-ERR idle too long\r\n")


def begin_tls(session: Session, octets: bytes) -> None:
    session.receive(octets)
    session.secured()


@pytest.mark.parametrize("trailing", [b"+OK 1 1\r\n", b"+", b"-ERR go away\r\n"], ids=repr)
def test_case_5_7_50_what_is_said_between_stls_and_tls_ends_the_dialogue(trailing: bytes) -> None:
    session = greeted()
    session.send([commands.STLS])
    with pytest.raises((ProtocolError, TemporaryError)):
        begin_tls(session, b"+OK begin TLS\r\n" + trailing)
    assert session.state is State.BROKEN


@pytest.mark.parametrize("command", [commands.STLS, commands.auth("PLAIN", b"eA=="), commands.QUIT])
def test_nothing_is_sent_behind_a_command_that_changes_the_dialogue(command: Command) -> None:
    session = greeted()
    with pytest.raises(ValueError, match="can't follow"):
        session.send([command, commands.CAPA])


@pytest.mark.parametrize("command", [commands.STAT, commands.delete(1), commands.UIDL])
def test_nothing_of_the_mailbox_is_asked_before_the_login(command: Command) -> None:
    with pytest.raises(ValueError, match="can't be sent"):
        greeted().send([command])


def test_the_password_is_not_sent_twice_in_one_session() -> None:
    with pytest.raises(ValueError, match="can't be sent"):
        opened().send([commands.password("x")])


def test_a_login_believed_too_early_is_refused() -> None:
    session = greeted()
    session.send([commands.user("a"), commands.password("x")])
    session.receive(b"+OK\r\n")
    with pytest.raises(ProtocolError):
        session.authenticated()


@pytest.mark.parametrize(
    ("line", "text"),
    [(b"+ \r\n", b""), (b"+\r\n", b""), (b"+ PDEyMzQ=\r\n", b"PDEyMzQ="), (b"+ go ahead\r\n", b"go ahead")],
)
def test_case_5_7_55_challenges_come_with_text_and_without(line: bytes, text: bytes) -> None:
    session = greeted()
    session.send([commands.auth("LOGIN", None)])
    events = session.receive(line)
    assert isinstance(events[0], Challenge)
    assert events[0].text == text
    assert session.answer(b"eA==") == b"eA==\r\n"


def test_case_5_6_47_a_yes_in_place_of_a_challenge_can_be_answered() -> None:
    session = greeted()
    session.send([commands.auth("XOAUTH2", None)])
    session.receive(b"+OK\r\n")
    assert session.answer(b"eA==") == b"eA==\r\n"
    session.receive(b"+OK\r\n")
    session.authenticated()
    assert session.state is State.TRANSACTION


def test_nothing_is_answered_that_was_not_asked() -> None:
    with pytest.raises(ValueError, match="no challenge"):
        greeted().answer(b"eA==")


def test_case_5_2_14_quit_is_answered_and_moves_to_update() -> None:
    session = opened()
    session.send([commands.QUIT])
    events = session.receive(b"-ERR some deleted messages not removed\r\n")
    assert told(events) == [("QUIT", False, b"")]
    assert session.state is State.UPDATE


def test_case_5_4_28_a_server_with_bare_lf_alone_is_understood() -> None:
    session = Session()
    session.receive(b"+OK\n")
    session.send([commands.password("x")])
    session.receive(b"+OK\n")
    session.authenticated()
    session.send([commands.UIDL, commands.NOOP])
    assert told(session.receive(b"+OK\n1 a\n.\n+OK\n")) == [("UIDL", True, b"1 a\n"), ("NOOP", True, b"")]


def test_case_5_4_36_capabilities_without_end_are_a_breach() -> None:
    session = opened()
    session.send([commands.CAPA])
    with pytest.raises(ProtocolError):
        session.receive(b"+OK\r\n" + b"X\r\n" * 100_000)
