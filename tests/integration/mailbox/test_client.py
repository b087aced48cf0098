"""Listing, fetching, deleting and leaving, against a server that says what it is told to."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from automailer.errors import BusyError, PermanentError, ProtocolError, TemporaryError
from automailer.mailbox import Entry, Refused, Retrieved, open_mailbox
from automailer.mailbox.client import Pop3Client
from automailer.mailbox.limits import WINDOW_COMMANDS
from tests.integration.mailbox.scripted import CLOSE, HANG, Drip, Script, ScriptedServer, Step, login, mailbox

QUIT: Step = (b"QUIT", b"+OK bye\r\n")
PIPELINED = b"PIPELINING\r\nUIDL\r\nTOP\r\n"
MESSAGE = b"Subject: x\r\n\r\nbody\r\n"


def pipelined_login() -> list[Step]:
    """CAPA after the login goes with the first listing when PIPELINING is announced before."""
    return login(PIPELINED)[:-1]


def listed(uids: bytes, sizes: bytes) -> list[Step]:
    return [(b"UIDL", b"+OK\r\n" + uids + b".\r\n"), (b"LIST", b"+OK\r\n" + sizes + b".\r\n")]


def contents(client: Pop3Client, *numbers: int, max_octets: int = 10_000) -> dict[int, bytes | Refused]:
    found: dict[int, bytes | Refused] = {}
    for number, message in client.retrieve(numbers, max_octets=max_octets):
        if isinstance(message, Refused):
            found[number] = message
        else:
            with message:
                found[number] = bytes(message.octets)
    return found


@pytest.mark.parametrize("one_by_one", [False, True], ids=["whole", "octet by octet"])
def test_a_whole_session_one_command_at_a_time(one_by_one: bool) -> None:
    script: Script = [
        *login(),
        (b"STAT", b"+OK 2 40\r\n"),
        *listed(b"1 a\r\n2 b\r\n", b"1 20\r\n2 20\r\n"),
        (b"RETR 1", b"+OK\r\n" + MESSAGE + b".\r\n"),
        (b"RETR 2", b"+OK\r\n..\r\n.\r\n"),
        (b"DELE 1", b"+OK\r\n"),
        (b"NOOP", b"+OK\r\n"),
        QUIT,
    ]
    with ScriptedServer([script], one_by_one=one_by_one) as server, open_mailbox(mailbox(server)) as client:
        assert client.stat().messages == 2
        assert client.listing() == (Entry(1, "a", 0, 20), Entry(2, "b", 0, 20))
        assert contents(client, 1, 2) == {1: MESSAGE, 2: b".\r\n"}
        assert client.delete([1]) == {1}
        client.noop()
        assert client.quit()


def test_where_pipelining_is_announced_commands_go_in_windows() -> None:
    count = WINDOW_COMMANDS * 3
    numbers = range(1, count + 1)
    uids = b"".join(b"%d u%d\r\n" % (number, number) for number in numbers)
    sizes = b"".join(b"%d 20\r\n" % number for number in numbers)
    script: list[Step] = [
        *pipelined_login(),
        (b"CAPA", b"+OK\r\n" + PIPELINED + b".\r\n"),
        *listed(uids, sizes),
        *((b"RETR %d" % number, b"+OK\r\n%d\r\n.\r\n" % number) for number in numbers),
        *((b"DELE %d" % number, b"+OK\r\n") for number in numbers),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert len(client.listing()) == count
        found = contents(client, *numbers)
        assert found == {number: b"%d\r\n" % number for number in numbers}
        assert len(client.delete(numbers)) == count


def test_case_5_6_42_pipelining_that_comes_only_after_the_login_is_used() -> None:
    script: Script = [
        *login()[:-1],
        (b"CAPA", b"+OK\r\nPIPELINING\r\n.\r\n"),
        (b"UIDL", b""),
        (b"LIST", b"+OK\r\n1 a\r\n.\r\n+OK\r\n1 5\r\n.\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert client.listing() == (Entry(1, "a", 0, 5),)


def test_case_5_1_8_a_server_without_capa_is_asked_for_uids_all_the_same() -> None:
    script: Script = [
        (None, b"+OK\r\n"),
        (b"CAPA", b"-ERR unknown command\r\n"),
        (b"USER me", b"+OK\r\n"),
        (b"PASS secret", b"+OK\r\n"),
        *listed(b"1 a\r\n", b"1 5\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert client.capabilities is None
        assert client.listing() == (Entry(1, "a", 0, 5),)


@pytest.mark.parametrize("fate", [CLOSE, HANG], ids=["closes", "hangs"])
def test_case_5_1_8_a_server_that_dies_of_capa_is_asked_again_without(fate: object) -> None:
    again: Script = [
        (None, b"+OK\r\n"),
        (b"USER me", b"+OK\r\n"),
        (b"PASS secret", b"+OK\r\n"),
        QUIT,
    ]
    first: Script = [(None, b"+OK\r\n"), (b"CAPA", fate)]  # type: ignore[list-item]
    with ScriptedServer([first, again]) as server, open_mailbox(mailbox(server, timeout="1s")) as client:
        assert client.login == "USER"


def test_case_a14_without_uidl_every_entry_has_an_empty_uid() -> None:
    script: Script = [
        *login(),
        (b"UIDL", b"-ERR unknown command\r\n"),
        (b"LIST", b"+OK\r\n1 5\r\n3 6\r\n.\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert client.listing() == (Entry(1, "", 0, 5), Entry(3, "", 0, 6))


@pytest.mark.parametrize(
    ("capabilities", "answer", "kind"),
    [
        (b"UIDL\r\n", b"-ERR what\r\n", TemporaryError),
        (b"", b"-ERR [SYS/TEMP] index broken\r\n", BusyError),
        (b"", b"-ERR [SYS/PERM] index broken\r\n", PermanentError),
    ],
    ids=["announced", "temporary", "permanent"],
)
def test_a_server_that_has_uids_and_will_not_say_them_gives_no_listing(
    capabilities: bytes, answer: bytes, kind: type[Exception]
) -> None:
    script: Script = [*login(capabilities), (b"UIDL", answer), (b"LIST", b"+OK\r\n1 5\r\n.\r\n")]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client, pytest.raises(kind):
        client.listing()


def test_neither_uidl_nor_list_is_no_listing() -> None:
    script: Script = [*login(), (b"UIDL", b"-ERR\r\n"), (b"LIST", b"-ERR\r\n")]
    with (
        ScriptedServer([script]) as server,
        open_mailbox(mailbox(server)) as client,
        pytest.raises(TemporaryError, match="LIST refused"),
    ):
        client.listing()


def test_case_5_1_9_and_a08_uidl_rules_over_list_and_stat() -> None:
    script: Script = [*login(), *listed(b"2 b\r\n1 a\r\n", b"1 5\r\n3 7\r\n"), QUIT]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert client.listing() == (Entry(1, "a", 0, 5), Entry(2, "b", 0, None))


def test_case_5_1_2_and_a10_identical_uids_are_told_apart() -> None:
    script: Script = [*login(), *listed(b"1 same\r\n2 same\r\n", b"1 5\r\n2 5\r\n"), QUIT]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert [entry.key for entry in client.listing()] == [("same", 0), ("same", 1)]


def test_one_message_can_be_asked_for_alone() -> None:
    script: Script = [
        *login(),
        (b"UIDL 2", b"+OK 2 b\r\n"),
        (b"LIST 2", b"+OK 2 50\r\n"),
        (b"UIDL 9", b"-ERR no such message\r\n"),
        (b"LIST 9", b"-ERR no such message\r\n"),
        (b"TOP 2 1", b"+OK\r\n" + MESSAGE + b".\r\n"),
        (b"TOP 9 1", b"-ERR no such message\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert client.entry(2) == Entry(2, "b", 0, 50)
        assert isinstance(client.entry(9), Refused)
        assert client.top(2, 1) == MESSAGE
        assert isinstance(client.top(9, 1), Refused)


@pytest.mark.parametrize(
    "words",
    ["Download exceed. msg=10", "Message can not load", "[AUTH] AccessTokenExpired", "no such message"],
)
def test_case_5_3_24_25_and_a27_a_refused_message_does_not_stop_the_others(words: str) -> None:
    script: Script = [
        *login(b"PIPELINING\r\n")[:-1],
        (b"RETR 1", b"+OK\r\n" + MESSAGE + b".\r\n"),
        (b"RETR 2", f"-ERR {words}\r\n".encode()),
        (b"RETR 3", b"+OK\r\n" + MESSAGE + b".\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        found = contents(client, 1, 2, 3)
        assert found[1] == found[3] == MESSAGE
        assert isinstance(found[2], Refused)
        assert found[2].text == words


def test_case_5_4_35_and_a05_a_message_without_end_is_given_up_without_quit() -> None:
    script: Script = [
        *login(),
        (b"DELE 1", b"+OK\r\n"),
        (b"RETR 2", [b"+OK\r\n", *[b"x" * 1_000_000] * 80]),
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        client.delete([1])
        with pytest.raises(ProtocolError, match="RETR: reply does not end"):
            contents(client, 2, max_octets=1000)
        assert client.reading == 2
    assert server.heard[-1] == b"RETR 2"


def test_case_a07_what_is_listed_as_too_large_is_never_asked_for() -> None:
    script: Script = [
        *login(),
        *listed(b"1 a\r\n2 b\r\n", b"1 10000000000\r\n2 5\r\n"),
        (b"RETR 2", b"+OK\r\n" + MESSAGE + b".\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        client.listing()
        found = contents(client, 1, 2)
        assert isinstance(found[1], Refused)
        assert found[1].oversize
        assert found[2] == MESSAGE


def test_case_5_4_35_a_message_larger_than_listed_and_allowed_is_drained() -> None:
    script: Script = [
        *login(),
        *listed(b"1 a\r\n2 b\r\n", b"1 5\r\n2 5\r\n"),
        (b"RETR 1", b"+OK\r\n" + b"x" * 50_000 + b"\r\n.\r\n"),
        (b"RETR 2", b"+OK\r\n" + MESSAGE + b".\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        client.listing()
        found = contents(client, 1, 2, max_octets=1000)
        assert isinstance(found[1], Refused)
        assert found[1].oversize
        assert found[2] == MESSAGE


@pytest.mark.parametrize("size", [b"5", b"185", b"-1", b"99999"])
def test_case_5_4_33_and_a09_the_listed_size_never_ends_a_message(size: bytes) -> None:
    script: Script = [
        *login(),
        *listed(b"1 a\r\n", b"1 " + size + b"\r\n"),
        (b"RETR 1", b"+OK\r\n" + MESSAGE * 40 + b".\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        client.listing()
        assert contents(client, 1, max_octets=100_000) == {1: MESSAGE * 40}


def test_a_large_message_is_spooled_to_a_file_and_mapped(tmp_path: Path) -> None:
    body = b"0123456789abcdef" * 64 + b"\r\n"
    large = body * 2000
    script: Script = [*login(), (b"RETR 1", b"+OK\r\n" + large + b".\r\n"), QUIT]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server), spool=tmp_path) as client:
        for _, message in client.retrieve([1], max_octets=10_000_000):
            assert isinstance(message, Retrieved)
            assert isinstance(message.octets, memoryview)
            assert message.octets == large
            assert len(message) == len(large)
            kept = message.octets[:4]
            message.close()
            assert bytes(kept) == b"0123"
            kept.release()
    assert list(tmp_path.iterdir()) == []


def test_a_spool_folder_that_is_not_there_is_a_temporary_error(tmp_path: Path) -> None:
    large = b"x" * 2_000_000
    script: Script = [*login(), (b"RETR 1", b"+OK\r\n" + large + b"\r\n.\r\n")]
    with (
        ScriptedServer([script]) as server,
        open_mailbox(mailbox(server), spool=tmp_path / "none") as client,
        pytest.raises(TemporaryError, match="spooled"),
    ):
        contents(client, 1, max_octets=10_000_000)


def test_case_5_5_39_headers_come_by_top() -> None:
    script: Script = [
        *pipelined_login(),
        (b"TOP 1 0", b"+OK\r\nSubject: a\r\n\r\n.\r\n"),
        (b"TOP 2 0", b"+OK\r\nSubject: b\r\n\r\nten lines\r\nof body\r\n.\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert dict(client.headers([1, 2])) == {1: b"Subject: a\r\n\r\n", 2: b"Subject: b\r\n\r\n"}


def test_case_5_5_40_a_top_without_blank_line_falls_back_to_the_whole_message() -> None:
    script: Script = [
        *pipelined_login(),
        (b"TOP 1 0", b"+OK\r\nSubject: a\r\n.\r\n"),
        (b"TOP 2 0", b"-ERR Message can not load\r\n"),
        (b"TOP 3 0", b"+OK\r\n+OK\r\nSubject: c\r\n\r\n.\r\n"),
        (b"RETR 1", b"+OK\r\n" + MESSAGE + b".\r\n"),
        (b"RETR 2", b"+OK\r\nSubject: no body\r\n.\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert dict(client.headers([1, 2, 3])) == {
            1: b"Subject: x\r\n\r\n",
            2: b"Subject: no body\r\n",
            3: b"Subject: c\r\n\r\n",
        }


def test_case_5_5_39_a_server_without_top_is_asked_for_it_once() -> None:
    script: Script = [
        *login(),
        (b"TOP 1 0", b"-ERR unknown command\r\n"),
        (b"RETR 1", b"+OK\r\n" + MESSAGE + b".\r\n"),
        (b"RETR 2", b"-ERR gone\r\n"),
        (b"RETR 3", b"+OK\r\n" + MESSAGE + b".\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert dict(client.headers([1, 2]))[1] == b"Subject: x\r\n\r\n"
        assert dict(client.headers([3])) == {3: b"Subject: x\r\n\r\n"}


def test_case_5_2_20_a_message_is_deleted_once_and_refusals_are_told() -> None:
    script: Script = [
        *login(),
        (b"DELE 1", b"+OK\r\n"),
        (b"DELE 2", b"-ERR no such message\r\n"),
        (b"DELE 2", b"+OK\r\n"),
        (b"RSET", b"+OK\r\n"),
        (b"DELE 1", b"+OK\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert client.delete([1, 2]) == {1}
        assert client.delete([1, 2]) == {1, 2}
        client.reset()
        assert client.delete([1]) == {1}


@pytest.mark.parametrize(
    ("capabilities", "heard"), [(b"", [b"RETR 1", b"RSET", b"QUIT"]), (b"EXPIRE 0\r\n", [b"RETR 1"])]
)
def test_case_5_6_44_who_only_looks_leaves_the_mailbox_as_it_was(
    capabilities: bytes, heard: list[bytes]
) -> None:
    script: Script = [
        *login(capabilities),
        (b"RETR 1", b"+OK\r\n" + MESSAGE + b".\r\n"),
        (b"RSET", b"+OK\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        with open_mailbox(mailbox(server)) as client:
            assert contents(client, 1) == {1: MESSAGE}
            client.leave()
        assert server.heard[-len(heard) :] == heard


def test_case_5_2_14_and_a18_quit_tells_when_not_all_was_deleted() -> None:
    script: Script = [*login(), (b"QUIT", b"-ERR some deleted messages not removed\r\n")]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        assert client.quit() is False


def test_case_5_2_13_a_lost_answer_to_quit_is_an_unknown_outcome() -> None:
    script: Script = [*login(), (b"DELE 1", b"+OK\r\n"), (b"QUIT", CLOSE)]
    with (
        ScriptedServer([script]) as server,
        pytest.raises(TemporaryError, match="QUIT: server closed"),
        open_mailbox(mailbox(server)) as client,
    ):
        client.delete([1])


def test_case_5_2_12_a_with_that_fails_leaves_without_quit_so_that_nothing_is_deleted() -> None:
    script: Script = [*login(), (b"DELE 1", b"+OK\r\n")]
    with (
        ScriptedServer([script]) as server,
        contextlib.suppress(RuntimeError),
        open_mailbox(mailbox(server)) as client,
    ):
        client.delete([1])
        raise RuntimeError
    assert server.heard[-1] == b"DELE 1"


def test_case_5_2_19_and_a17_a_connection_dropped_behind_dele_is_told() -> None:
    script: Script = [*login(), (b"DELE 1", b"+OK\r\n"), (b"DELE 2", CLOSE)]
    with (
        ScriptedServer([script]) as server,
        open_mailbox(mailbox(server)) as client,
        pytest.raises(TemporaryError, match="DELE"),
    ):
        client.delete([1, 2])


def test_case_a19_half_a_message_is_never_given_out() -> None:
    script: Script = [*login(), (b"RETR 1", (b"+OK\r\nSubject: half\r\n\r\nbo", CLOSE))]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        with pytest.raises(TemporaryError, match="RETR"):
            contents(client, 1)
        assert client.reading == 1


def test_case_a03_after_a_breach_the_connection_is_dropped_without_quit() -> None:
    script: Script = [*login(b"PIPELINING\r\n")[:-1], (b"RETR 1", b"Subject: forged\r\n+OK 1 4242\r\n")]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        with pytest.raises(ProtocolError, match="expected"):
            contents(client, 1)
        with pytest.raises(ValueError, match="broken"):
            client.stat()
    assert server.heard[-1] == b"RETR 1"


def test_case_a29_a_server_that_says_ok_to_everything_deletes_nothing() -> None:
    page = b"+OK\r\n<html>\r\n<body>Please log in</body>\r\n</html>\r\n.\r\n"
    script: Script = [*login(), (b"UIDL", page), (b"LIST", page)]
    with (
        ScriptedServer([script]) as server,
        open_mailbox(mailbox(server)) as client,
        pytest.raises(ProtocolError, match="numbered lines"),
    ):
        client.listing()
    assert b"QUIT" not in server.heard


def test_case_5_4_29_a_message_whose_end_never_comes_is_given_up() -> None:
    script: Script = [*login(), (b"RETR 1", (b"+OK\r\nSubject: x\r\n\r\nlast line.\r\n", HANG))]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server, timeout="1s")) as client:
        with pytest.raises(TemporaryError, match="no answer within"):
            contents(client, 1)
        assert client.reading == 1


def test_case_a06_a_reply_line_that_drips_is_given_up() -> None:
    script: Script = [*login(), (b"STAT", Drip(b"+OK 1 " + b"9" * 500, 0.2))]
    with (
        ScriptedServer([script]) as server,
        open_mailbox(mailbox(server, timeout="1s")) as client,
        pytest.raises(TemporaryError, match="no complete line within 1 s"),
    ):
        client.stat()


def test_case_5_2_18_autologout_is_told_in_the_server_s_words() -> None:
    script: Script = [*login(), (b"NOOP", (b"+OK\r\n-ERR Autologout; idle for too long\r\n", CLOSE))]
    with (
        ScriptedServer([script]) as server,
        open_mailbox(mailbox(server)) as client,
        pytest.raises(TemporaryError, match="idle for too long"),
    ):
        client.noop()


def test_replies_of_messages_that_nobody_waited_for_are_dropped() -> None:
    script: Script = [
        *login(b"PIPELINING\r\n")[:-1],
        *((b"RETR %d" % number, b"+OK\r\n" + MESSAGE + b".\r\n") for number in range(1, 21)),
        (b"STAT", b"+OK 20 400\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server, open_mailbox(mailbox(server)) as client:
        messages = client.retrieve(range(1, 21), max_octets=1000)
        assert next(messages)[0] == 1
        with pytest.raises(ValueError, match="still being read"):
            client.stat()
        messages.close()  # type: ignore[attr-defined]
        assert client.stat().messages == 20


def test_an_empty_window_asks_nothing() -> None:
    with ScriptedServer([[*login(), QUIT]]) as server, open_mailbox(mailbox(server)) as client:
        assert contents(client) == {}
        assert client.delete([]) == frozenset()
        assert dict(client.headers([])) == {}
    assert server.heard[-1] == b"QUIT"


def test_case_a26_a_hundred_thousand_messages_are_listed() -> None:
    uids = b"".join(b"%d %016x\r\n" % (number, number) for number in range(1, 100_001))
    sizes = b"".join(b"%d 2000\r\n" % number for number in range(1, 100_001))
    with (
        ScriptedServer([[*login(), *listed(uids, sizes), QUIT]]) as server,
        open_mailbox(mailbox(server)) as client,
    ):
        found = client.listing()
    assert len(found) == 100_000
    assert found[-1] == Entry(100_000, f"{100_000:016x}", 0, 2000)
