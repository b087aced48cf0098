"""One message's trouble stays its own: the others of its window are done, it waits and is tried again."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from automailer.actions import Plan, PlanContext, Tags
from automailer.actions.tag import Tag
from automailer.journal import LeaseLost
from automailer.rules import Subject
from automailer.sandbox import Pop3Faults
from automailer.worker.round import poll_round
from tests.integration.worker.office import Office, mail

SAVE = "rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]}]"
SUBJECTS = ["one", "two", "three", "four", "five"]


def deliver_five(office: Office) -> None:
    for subject in SUBJECTS:
        office.deliver(mail(subject))


def test_a_message_that_the_server_refuses_waits_and_the_others_go_on(office: Office) -> None:
    office.rules(SAVE)
    deliver_five(office)
    office.pop3.faults = Pop3Faults(refuse_retr=frozenset({2}))
    result = office.poll()
    assert (result.processed, result.failed, result.error) == (4, 1, "")
    assert "can not load" in result.troubles[0]
    assert office.poll().failed == 0
    office.pop3.faults = Pop3Faults()
    office.wait(minutes=2)
    assert office.poll().processed == 1
    assert len(office.saved()) == 5


def test_a_message_at_which_the_server_hangs_up_does_not_block_the_others(office: Office) -> None:
    office.rules(SAVE)
    deliver_five(office)
    office.pop3.faults = Pop3Faults(drop_in_retr=frozenset({3}))
    result = office.poll()
    assert result.error
    assert (result.processed, result.failed) == (2, 1)
    office.poll()
    assert len(office.saved()) == 4
    office.wait(hours=1)
    office.poll()
    assert len(office.saved()) == 4
    office.pop3.faults = Pop3Faults()
    office.wait(hours=1)
    assert office.poll().processed == 1
    assert office.saved().keys() == {f"{subject}.eml" for subject in SUBJECTS}
    assert office.states() == ["done"] * 5


def test_what_a_lost_connection_left_undeleted_is_deleted_at_the_next_poll(office: Office) -> None:
    office.rules(SAVE.replace("]}]", ", delete]}]"))
    deliver_five(office)
    office.pop3.faults = Pop3Faults(drop_in_retr=frozenset({3}))
    office.poll()
    assert len(office.uids()) == 5
    office.pop3.faults = Pop3Faults()
    office.wait(hours=1)
    office.poll()
    assert office.uids() == []
    assert len(office.saved()) == 5


class Buggy(Tag):
    """An action with a bug that one message meets: in its plan, in what is written of it, or in what is stored."""

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        if subject.message.subject != "two":
            return super().plan(subject, context)
        if self.words == ("plan",):
            raise RecursionError
        if self.words == ("record",):
            return Plan(effects=(Tags(cast("tuple[str, ...]", None)),))
        return Plan(fields={"what": object()})


@pytest.mark.parametrize("place", ["plan", "record", "store"])
def test_a_bug_that_one_message_meets_keeps_that_message_alone(office: Office, place: str) -> None:
    office.rules(SAVE)
    deliver_five(office)
    with office.shop() as shop:
        rule = shop.assembly.rules["ops"][0]
        buggy = replace(rule.then[0], action=Buggy(words=(place,)), position=1)
        rules = {"ops": (replace(rule, then=(*rule.then, buggy)),)}
        result = poll_round(replace(shop, assembly=replace(shop.assembly, rules=rules)), ["ops"]).mailboxes[0]
    assert (result.processed, result.failed, result.error) == (4, 1, "")
    assert office.states() == ["done", "retry", "done", "done", "done"]
    office.wait(hours=1)
    assert office.poll().processed == 1
    assert office.saved().keys() == {f"{subject}.eml" for subject in SUBJECTS}
    assert office.states() == ["done"] * 5


def test_a_target_that_can_not_be_used_keeps_its_own_messages_alone(office: Office) -> None:
    office.rules("""
rules:
  - name: elsewhere
    when: {subject: two}
    then: [{save_message: {to: "nosuch://bucket/in"}}]
  - name: all
    then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]
""")
    deliver_five(office)
    result = office.poll()
    assert (result.processed, result.failed, result.error) == (4, 1, "")
    assert len(office.saved()) == 5
    assert "nosuch" in office.messages()[1].error


def test_a_folder_that_can_not_be_written_keeps_its_messages_waiting(office: Office) -> None:
    office.rules("""
rules:
  - name: away
    when: {subject: two}
    then: [{save_message: {to: away, name: x.eml}}, {send: {to: a@example.org, text: t, subject: s}}, delete]
  - name: all
    then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}, delete]
""")
    (office.folder / "away").write_text("a file stands where the folder should be")
    deliver_five(office)
    result = office.poll()
    assert (result.processed, result.failed) == (4, 1)
    assert len(office.uids()) == 1
    assert len(office.sent()) == 1
    (office.folder / "away").unlink()
    office.wait(hours=1)
    assert office.poll().processed == 1
    assert office.saved("away").keys() == {"x.eml"}
    assert office.uids() == []
    assert len(office.sent()) == 1


def test_a_list_that_can_not_be_read_makes_its_messages_wait(office: Office) -> None:
    office.settings["lists"] = {"vips": {"file": "vips.txt"}}
    (office.folder / "vips.txt").write_text("ann@example.net\n")
    office.rules("""
rules:
  - name: vip
    when: {subject: two, from: {in: vips}}
    then: [{save_message: {to: vips, name: '{{ message.subject }}.eml'}}]
  - name: all
    then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]
""")
    deliver_five(office)
    with office.shop() as shop:
        (office.folder / "vips.txt").unlink()
        (office.folder / "vips.txt").mkdir()
        result = poll_round(shop, ["ops"]).mailboxes[0]
    assert result.error == ""
    assert result.processed + result.failed == 5
    (office.folder / "vips.txt").rmdir()
    (office.folder / "vips.txt").write_text("ann@example.net\n")
    office.wait(hours=1)
    office.poll()
    assert office.saved("vips").keys() == {"two.eml"}
    assert len(office.saved()) == 5


def test_a_poll_that_hung_longer_than_its_lease_writes_nothing_over_the_next(office: Office) -> None:
    office.rules(SAVE)
    office.deliver(mail("one"))
    with office.shop() as shop:
        old, new = shop.owner("poll ops"), shop.owner("poll ops")
        assert shop.journal.claim_mailbox("ops", owner=old, now=office.now)
        office.wait(hours=1)
        assert shop.journal.claim_mailbox("ops", owner=new, now=office.now)
        with pytest.raises(LeaseLost):
            shop.journal.extend_mailbox("ops", owner=old, now=office.now)
