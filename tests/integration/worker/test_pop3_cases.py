"""What POP3 servers do in the wild, as far as the worker has to bear it; numbered as in docs/pop3-cases.md."""

from __future__ import annotations

from datetime import timedelta

import pytest

from automailer.sandbox import Pop3Faults
from automailer.worker.dry_run import dry_run
from automailer.worker.explain import explain_listed
from tests.integration.mailbox.scripted import CLOSE, HANG, Script, ScriptedServer, Step, login
from tests.integration.worker.office import Office, mail

SAVE = "rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]}]"
SAVE_AND_DELETE = SAVE.replace("]}]", ", delete]}]")
REPLY = "rules: [{name: answer, then: [{reply: {text: hello}}]}]"
QUIT: Step = (b"QUIT", b"+OK\r\n")
GMAIL = Pop3Faults(hide_retrieved=True)


def listed(*messages: tuple[int, bytes]) -> list[Step]:
    """UIDL and LIST, whose sizes are no help."""
    uids = b"".join(b"%d %s\r\n" % message for message in messages)
    sizes = b"".join(b"%d -1\r\n" % number for number, _ in messages)
    return [(b"UIDL", b"+OK\r\n" + uids + b".\r\n"), (b"LIST", b"+OK\r\n" + sizes + b".\r\n")]


def retrieved(number: int, subject: str) -> Step:
    return b"RETR %d" % number, b"+OK\r\n" + mail(subject) + b".\r\n"


def use(office: Office, server: ScriptedServer) -> None:
    """Poll the scripted server in place of the sandbox's."""
    office.mailboxes["ops"] = {"port": server.port, "username": "me", "timeout": "1s"}


def deliver(office: Office, count: int, *, first: int = 1) -> set[str]:
    """Mails with numbers as subjects; the names of their files."""
    numbers = range(first, first + count)
    for number in numbers:
        office.deliver(mail(str(number)))
    return {f"{number}.eml" for number in numbers}


def test_case_5_blank_uids_among_others_are_told_apart_by_header(office: Office) -> None:
    office.rules(SAVE_AND_DELETE.replace("then:", "when: {not: {subject: stays}}, then:"))
    for subject, uid in (("one", ""), ("two", "b"), ("one stays", ""), ("three", "")):
        office.deliver(mail(subject), uid=uid)
    assert office.poll().processed == 4
    assert office.saved().keys() == {"one.eml", "two.eml", "three.eml"}
    office.deliver(mail("four"), uid="")
    assert office.poll().processed == 1
    assert len(office.uids()) == 1


def test_case_10_message_numbers_are_of_one_session_only(office: Office) -> None:
    office.rules("rules: [{name: old, when: {subject: two}, then: [{delete: 7d}]}]")
    for subject in ("one", "two", "three"):
        office.deliver(mail(subject))
    office.poll()
    drop = office.maildrop()
    drop.remove([drop.mails()[0].serial])
    office.wait(days=8)
    assert office.poll().deleted == 1
    assert [b"three" in each.octets for each in office.maildrop().mails()] == [True]


def test_case_11_and_a11_uids_that_differ_in_any_way_are_different_mail(office: Office) -> None:
    office.rules(SAVE)
    uids = [
        "Aa",
        "aA",
        "a/b",
        "a-b",
        "a b",
        "../../x",
        "'; DROP TABLE message; --",
        "u" * 200,
        "u" * 900,
        "%s",
    ]
    for number, uid in enumerate(uids):
        office.deliver(mail(str(number)), uid=uid)
    assert office.poll().processed == len(uids)
    assert office.poll().processed == 0
    assert len(office.saved()) == len(uids)
    office.deliver(mail("more"), uid="u" * 899 + "v")
    assert office.poll().processed == 1


def test_case_15_a_server_that_deletes_on_its_own_costs_no_message_that_has_to_wait(office: Office) -> None:
    office.pop3.faults = GMAIL
    office.rules(SAVE.replace("in,", "away,"))
    (office.folder / "away").write_text("a file stands where the folder should be")
    office.deliver(mail("waits"))
    assert office.poll().failed == 1
    (office.folder / "away").unlink()
    office.wait(hours=1)
    assert office.poll().processed == 1
    assert office.saved("away").keys() == {"waits.eml"}


def test_case_16_a_server_that_deletes_late_is_asked_again_and_nothing_is_done_twice(office: Office) -> None:
    office.rules(SAVE_AND_DELETE)
    office.deliver(mail("late"), uid="late")
    assert office.poll().deleted == 1
    office.deliver(mail("late"), uid="late")
    assert (office.poll().processed, len(office.saved())) == (0, 1)
    office.poll()
    assert office.uids() == []
    assert len(office.saved()) == 1


def test_case_18_a_session_that_ends_during_slow_work_is_gone_on_with(office: Office) -> None:
    autologout: Step = (b"DELE 1", (b"-ERR autologout\r\n", CLOSE))
    first: Script = [*login(), *listed((1, b"a")), retrieved(1, "slow"), autologout]
    again: Script = [
        *login(),
        *listed((1, b"a")),
        (b"TOP 1 0", b"+OK\r\n" + mail("slow").partition(b"\r\n\r\n")[0] + b"\r\n\r\n.\r\n"),
        (b"DELE 1", b"+OK\r\n"),
        QUIT,
    ]
    office.rules(SAVE_AND_DELETE)
    with ScriptedServer([first, again]) as server:
        use(office, server)
        assert office.poll().processed == 1
        assert office.poll().deleted == 1
    assert office.saved().keys() == {"slow.eml"}


def test_case_25_and_47_a_session_whose_login_expires_goes_on_in_the_next_one(office: Office) -> None:
    expired = b"-ERR [AUTH] AccessTokenExpired\r\n"
    three = listed((1, b"a"), (2, b"b"), (3, b"c"))
    first: Script = [
        *login(),
        *three,
        retrieved(1, "one"),
        (b"RETR 2", expired),
        (b"RETR 3", expired),
        QUIT,
    ]
    again: Script = [*login(), *three, retrieved(2, "two"), retrieved(3, "three"), QUIT]
    office.rules(SAVE)
    with ScriptedServer([first, again]) as server:
        use(office, server)
        result = office.poll()
        assert (result.processed, result.failed) == (1, 2)
        office.wait(hours=1)
        assert office.poll().processed == 2
    assert office.saved().keys() == {"one.eml", "two.eml", "three.eml"}


def test_case_29_a_message_without_end_waits_behind_the_others(office: Office) -> None:
    endless: Step = (b"RETR 1", (b"+OK\r\nSubject: endless\r\n\r\nlast line.\r\n", HANG))
    scripts: list[Script] = [
        [*login(), *listed((1, b"a"), (2, b"b")), endless],
        [*login(), *listed((1, b"a"), (2, b"b")), retrieved(2, "two"), QUIT],
        [*login(), *listed((1, b"a"), (2, b"b"), (3, b"c")), retrieved(3, "three"), endless],
        [*login(), *listed((1, b"a"), (2, b"b"), (3, b"c")), retrieved(1, "one"), QUIT],
    ]
    office.rules(SAVE)
    with ScriptedServer(scripts) as server:
        use(office, server)
        assert "no answer within" in office.poll().error
        assert (office.poll().processed, office.states()) == (1, ["retry", "done"])
        office.wait(hours=1)
        result = office.poll()
        assert (result.processed, result.failed) == (1, 1)
        assert office.saved().keys() == {"two.eml", "three.eml"}
        office.wait(days=1)
        assert office.poll().processed == 1
    assert office.states() == ["done"] * 3


@pytest.mark.parametrize("octets", [b"", b"\r\n", b"Subject: header alone\r\n", b".\r\n"], ids=repr)
def test_case_34_and_b20_what_is_hardly_a_message_is_one(office: Office, octets: bytes) -> None:
    office.rules("rules: [{name: all, then: [{save_message: {to: in, name: x.eml}}, delete]}]")
    office.deliver(octets)
    result = office.poll()
    assert (result.processed, result.deleted, result.error) == (1, 1, "")
    assert office.saved() == {"x.eml": octets}


def test_case_38_the_folder_s_own_data_is_nobody_s_mail(office: Office) -> None:
    office.rules(SAVE_AND_DELETE)
    office.mailboxes["ops"] = {"remove": "processed"}
    subject = "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA"
    office.deliver(mail(subject, headers={"X-IMAP": "1 2"}))
    office.deliver(mail("letter"))
    assert office.poll().processed == 1
    office.poll()
    assert office.saved().keys() == {"letter.eml"}
    assert len(office.uids()) == 1


def test_case_41_looking_at_headers_does_not_hide_mail_that_is_left_alone(office: Office) -> None:
    office.pop3.faults = GMAIL
    office.mailboxes["ops"] = {"first_poll": "new"}
    office.rules(SAVE)
    deliver(office, 3)
    office.poll()
    assert not any(each.hidden for each in office.maildrop().mails())
    assert not [line for line in office.pop3.commands if line.startswith("RETR")]


def test_case_44_trying_without_doing_hides_nothing(office: Office) -> None:
    office.pop3.faults = GMAIL
    office.rules(SAVE)
    uid = office.deliver(mail("letter"))
    with office.shop() as shop:
        (tried,) = dry_run(shop.assembly, ["ops"]).mailboxes
        assert (tried.result.new, tried.result.error) == (1, "")
        assert explain_listed(shop.assembly, "ops", uid, journal=shop.journal, now=office.now)
    assert office.poll().processed == 1
    assert office.saved().keys() == {"letter.eml"}


def test_case_43_mail_that_is_shown_by_portions_is_got_by_portions_and_not_held(office: Office) -> None:
    office.pop3.faults = Pop3Faults(hide_retrieved=True, shows=25)
    office.rules(SAVE)
    files = deliver(office, 70)
    results = [office.poll() for _ in range(4)]
    assert [(result.processed, result.held) for result in results] == [(25, 0), (25, 0), (20, 0), (0, 0)]
    assert office.saved().keys() == files


def test_case_44_what_a_server_hides_is_not_taken_for_deleted_nor_for_a_move(office: Office) -> None:
    office.pop3.faults = GMAIL
    office.rules(SAVE)
    files = deliver(office, 30)
    office.poll()
    files |= deliver(office, 1, first=31)
    result = office.poll()
    assert (result.listed, result.processed, result.held) == (1, 1, 0)
    office.pop3.faults = Pop3Faults(hide_retrieved=True, shows=None)
    for each in office.maildrop().mails():
        office.maildrop().remove([each.serial])
        office.deliver(each.octets, uid=each.uid)
    assert office.poll().processed == 0
    assert office.saved().keys() == files


def test_case_44_a_move_to_such_a_server_acts_on_nothing_again(office: Office) -> None:
    office.rules(SAVE)
    files = deliver(office, 30)
    office.poll()
    office.pop3.faults = GMAIL
    office.maildrop().change_uids("moved-")
    files |= deliver(office, 2, first=31)
    assert office.poll().processed == 2
    assert office.saved().keys() == files


def test_case_45_our_own_answers_that_come_back_are_not_answered(office: Office) -> None:
    office.rules(REPLY)
    office.deliver(mail("question"))
    office.poll()
    (answer,) = office.sent()
    office.deliver(answer.octets)
    office.deliver(mail("note to self", from_="ops@example.com"))
    assert office.poll().processed == 2
    assert len(office.sent()) == 1


def test_case_49_the_pause_that_a_server_asks_for_is_kept(office: Office) -> None:
    capa = b"+OK\r\nUSER\r\nLOGIN-DELAY 300\r\n.\r\n"
    throttled: Script = [
        (None, b"+OK ready\r\n"),
        (b"CAPA", capa),
        (b"USER me", b"+OK\r\n"),
        (b"PASS secret", b"-ERR [LOGIN-DELAY] minimum time between mail checks\r\n"),
    ]
    office.rules(SAVE)
    with ScriptedServer([throttled, [*login(), *listed((1, b"a")), retrieved(1, "one"), QUIT]]) as server:
        use(office, server)
        assert "LOGIN-DELAY" in office.poll().error
        office.now += timedelta(minutes=4)
        assert "not tried before" in office.poll().error
        office.now += timedelta(minutes=2)
        assert office.poll().processed == 1


def test_case_a28_a_mailbox_that_can_not_be_reached_costs_only_itself(office: Office) -> None:
    office.rules(SAVE)
    office.mailboxes = {
        "ops": {},
        "nowhere": {"host": f"{'a' * 70}.example"},
        "refused": {"port": 1},
    }
    office.deliver(mail("one"))
    found = {result.name: result for result in office.round().mailboxes}
    assert (found["ops"].processed, found["ops"].error) == (1, "")
    assert "name can't be resolved" in found["nowhere"].error
    assert "127.0.0.1:1: can't be reached" in found["refused"].error
    assert found["nowhere"].may_pass
    assert found["refused"].may_pass


def test_case_a29_a_portal_that_says_yes_to_everything_deletes_nothing_and_is_nothing(office: Office) -> None:
    page = b"+OK\r\n<html>\r\n<body>Please log in</body>\r\n</html>\r\n.\r\n"
    office.rules(SAVE_AND_DELETE)
    portal: Script = [*login(), (b"UIDL", page), (b"LIST", page)]
    with ScriptedServer([portal]) as server:
        use(office, server)
        assert "expected numbered lines" in office.poll().error
        assert b"QUIT" not in server.heard
    assert office.messages() == []
