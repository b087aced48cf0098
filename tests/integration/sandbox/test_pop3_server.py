"""The sandbox's POP3 server, seen by the standard library's client and by a bare socket."""

from __future__ import annotations

import poplib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from automailer.sandbox import Pop3Faults, Pop3Server

MAILS = (
    b"Subject: one\r\n\r\nfirst\r\n",
    b"Subject: two\r\n\r\n.a line with a dot\r\n..two dots\r\n",
    b"Subject: three\r\n\r\nno newline at the end",
)


@pytest.fixture
def server() -> Iterator[Pop3Server]:
    with Pop3Server({"ops": "secret"}) as running:
        for octets in MAILS:
            running.maildrop("ops").deliver(octets)
        yield running


def login(server: Pop3Server) -> poplib.POP3:
    client = poplib.POP3(server.host, server.port, timeout=10)
    client.user("ops")
    client.pass_("secret")
    return client


def dialogue(server: Pop3Server, commands: bytes) -> list[bytes]:
    """All reply lines to commands that are sent at once."""
    with socket.create_connection((server.host, server.port), timeout=10) as client:
        client.sendall(commands)
        with client.makefile("rb") as replies:
            return replies.read().splitlines()


def test_every_mail_is_listed_and_comes_back_as_it_was_delivered(server: Pop3Server) -> None:
    client = login(server)
    assert client.stat() == (3, sum(map(len, MAILS)))
    assert client.uidl()[1] == [b"1 sandbox-000001", b"2 sandbox-000002", b"3 sandbox-000003"]
    assert client.list()[1][1] == b"2 %d" % len(MAILS[1])
    assert b"\r\n".join(client.retr(2)[1]) + b"\r\n" == MAILS[1]
    assert b"\r\n".join(client.retr(3)[1]) == MAILS[2]
    assert client.top(1, 0)[1] == [b"Subject: one", b""]
    client.quit()


def test_a_deletion_takes_effect_only_behind_quit(server: Pop3Server) -> None:
    client = login(server)
    client.dele(1)
    client.close()
    assert len(server.maildrop("ops").mails()) == 3

    client = login(server)
    client.dele(1)
    client.dele(3)
    with pytest.raises(poplib.error_proto, match="no such message"):
        client.retr(1)
    client.quit()
    assert [mail.octets for mail in server.maildrop("ops").mails()] == [MAILS[1]]


def test_commands_sent_in_one_go_are_answered_in_order(server: Pop3Server) -> None:
    assert dialogue(server, b"USER ops\r\nPASS secret\r\nSTAT\r\nNOOP\r\nQUIT\r\n") == [
        b"+OK sandbox ready",
        b"+OK",
        b"+OK 3 messages",
        b"+OK 3 %d" % sum(map(len, MAILS)),
        b"+OK",
        b"+OK bye",
    ]
    assert "PASS ***" in server.commands
    assert not any("secret" in command for command in server.commands)


@pytest.mark.parametrize(
    ("faults", "password", "code"),
    [
        pytest.param(Pop3Faults(), "guess", b"[AUTH]", id="wrong password"),
        pytest.param(Pop3Faults(in_use=True), "secret", b"[IN-USE]", id="locked"),
        pytest.param(Pop3Faults(unavailable=True), "secret", b"[SYS/TEMP]", id="unavailable"),
    ],
)
def test_a_refusal_says_why(server: Pop3Server, faults: Pop3Faults, password: str, code: bytes) -> None:
    server.faults = faults
    replies = dialogue(server, b"USER ops\r\nPASS %s\r\nQUIT\r\n" % password.encode())
    assert any(reply.startswith(b"-ERR " + code) for reply in replies)


def test_a_dropped_download_ends_the_session_and_deletes_nothing(server: Pop3Server) -> None:
    server.faults = Pop3Faults(drop_in_retr=frozenset({2}))
    client = login(server)
    client.dele(1)
    with pytest.raises(poplib.error_proto):
        client.retr(2)
    client.close()
    assert len(server.maildrop("ops").mails()) == 3


def test_one_message_that_cannot_be_had_leaves_the_others(server: Pop3Server) -> None:
    server.faults = Pop3Faults(refuse_retr=frozenset({1}))
    client = login(server)
    with pytest.raises(poplib.error_proto, match="can not load"):
        client.retr(1)
    assert client.retr(2)[0].startswith(b"+OK")
    client.quit()


def test_quit_can_refuse_the_deletions(server: Pop3Server) -> None:
    server.faults = Pop3Faults(quit_refused=True)
    client = login(server)
    client.dele(1)
    with pytest.raises(poplib.error_proto, match="not removed"):
        client.quit()
    client.close()
    assert len(server.maildrop("ops").mails()) == 3


def test_quit_can_delete_and_lose_its_answer(server: Pop3Server) -> None:
    server.faults = Pop3Faults(quit_lost=True)
    client = login(server)
    client.dele(1)
    with pytest.raises(poplib.error_proto):
        client.quit()
    client.close()
    assert len(server.maildrop("ops").mails()) == 2


def test_missing_commands_are_neither_announced_nor_known(server: Pop3Server) -> None:
    server.faults = Pop3Faults(missing=frozenset({"UIDL", "PIPELINING"}))
    client = login(server)
    capabilities = client.capa()
    assert "TOP" in capabilities
    assert not {"UIDL", "PIPELINING"} & capabilities.keys()
    with pytest.raises(poplib.error_proto, match="unknown command"):
        client.uidl()
    client.quit()


def test_uids_can_change_and_repeat(server: Pop3Server) -> None:
    maildrop = server.maildrop("ops")
    maildrop.change_uids("new-")
    assert maildrop.deliver(b"Subject: again\r\n\r\n", uid="new-000001") == "new-000001"
    client = login(server)
    assert client.uidl()[1] == [b"1 new-000001", b"2 new-000002", b"3 new-000003", b"4 new-000001"]
    client.quit()


def test_retrieved_mail_can_be_hidden_as_gmail_does(server: Pop3Server) -> None:
    server.faults = Pop3Faults(hide_retrieved=True)
    client = login(server)
    client.retr(1)
    client.quit()
    client = login(server)
    assert client.stat()[0] == 2
    client.quit()
    assert len(server.maildrop("ops").mails()) == 3


def test_sizes_can_be_wrong_and_replies_slow(server: Pop3Server) -> None:
    server.faults = Pop3Faults(size_error=-5, pause_seconds=0.01)
    client = login(server)
    assert client.stat() == (3, sum(map(len, MAILS)) - 15)
    client.quit()


@pytest.mark.parametrize("implicit", [False, True], ids=["STLS", "implicit TLS"])
def test_tls_is_spoken(implicit: bool, certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    trust = ssl.create_default_context(cafile=certificate)
    with Pop3Server({"ops": "secret"}, tls=context, implicit_tls=implicit) as server:
        client: poplib.POP3
        if implicit:
            client = poplib.POP3_SSL("localhost", server.port, timeout=10, context=trust)
        else:
            client = poplib.POP3("localhost", server.port, timeout=10)
            assert "STLS" in client.capa()
            client.stls(trust)
            assert "STLS" not in client.capa()
        client.user("ops")
        client.pass_("secret")
        assert client.stat() == (0, 0)
        client.quit()


def test_stop_ends_sessions_that_are_open(server: Pop3Server) -> None:
    client = login(server)
    server.stop()
    with pytest.raises((poplib.error_proto, OSError)):
        client.noop()
    client.close()
    server.start()
    login(server).quit()
