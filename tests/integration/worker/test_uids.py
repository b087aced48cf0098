"""UIDs that lie: used again, shared, missing, all changed. Nothing is acted on twice, nothing is taken for another."""

from __future__ import annotations

import pytest

from automailer.sandbox import Pop3Faults
from tests.integration.worker.office import Office, mail

SAVE = "rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]}]"
SAVE_AND_DELETE = """
rules:
  - name: all
    then:
      - save_message: {to: in, name: '{{ message.subject }}.eml'}
      - delete
"""
DELETE_SPAM = """
rules:
  - name: spam
    when: {subject: spam}
    then: [delete]
  - name: all
    then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]
"""
BREAKS = """
rules:
  - name: all
    then:
      - save_message: {to: in, name: '{{ message.subject }}.eml'}
      - send: {to: a@example.org, text: '{{ [1][message.size - message.size + 5] }}', subject: x}
      - delete
"""
MENDED = BREAKS.replace("{{ [1][message.size - message.size + 5] }}", "mended")


def remove(office: Office, uid: str) -> None:
    """Somebody else deletes a message."""
    drop = office.maildrop()
    drop.remove([each.serial for each in drop.mails() if each.uid == uid])


def test_a_uid_used_again_after_it_vanished_is_new_mail(office: Office) -> None:
    office.rules(SAVE)
    office.deliver(mail("first"), uid="same")
    office.poll()
    remove(office, "same")
    office.poll()
    office.deliver(mail("other"), uid="same")
    assert office.poll().processed == 1
    assert office.saved().keys() == {"first.eml", "other.eml"}
    assert office.poll().processed == 0


def test_a_uid_used_again_at_once_is_new_mail_when_its_size_differs(office: Office) -> None:
    office.rules(SAVE)
    office.deliver(mail("first"), uid="same")
    office.poll()
    remove(office, "same")
    office.deliver(mail("another one"), uid="same")
    office.poll()
    assert office.saved().keys() == {"first.eml", "another one.eml"}


def test_mail_that_is_shown_again_is_not_acted_on_again(office: Office) -> None:
    office.rules(SAVE)
    office.deliver(mail("first"), uid="same")
    office.poll()
    remove(office, "same")
    office.poll()
    office.deliver(mail("first"), uid="same")
    assert office.poll().processed == 0
    assert office.saved().keys() == {"first.eml"}


def test_a_size_that_the_server_counts_otherwise_now_makes_no_new_mail(office: Office) -> None:
    office.rules(SAVE)
    office.deliver(mail("first"))
    office.poll()
    office.pop3.faults = Pop3Faults(size_error=17)
    assert office.poll().processed == 0
    assert office.saved().keys() == {"first.eml"}


def test_identical_uids_of_one_listing_are_separate_messages(office: Office) -> None:
    office.rules(SAVE_AND_DELETE)
    for subject in ("one", "two", "three"):
        office.deliver(mail(subject), uid="same")
    assert office.poll().processed == 3
    assert office.saved().keys() == {"one.eml", "two.eml", "three.eml"}
    assert office.uids() == []


def test_a_message_is_known_by_its_header_when_the_one_before_it_with_the_same_uid_has_gone(
    office: Office,
) -> None:
    office.rules(DELETE_SPAM)
    office.deliver(mail("spam!"), uid="same")
    office.deliver(mail("a letter"), uid="same")
    office.deliver(mail("another letter"), uid="same")
    office.poll()
    saved = {"spam!.eml", "a letter.eml", "another letter.eml"}
    assert office.saved().keys() == saved
    assert len(office.uids()) == 2
    for _ in range(3):
        assert office.poll().processed == 0
    assert office.saved().keys() == saved
    assert len(office.uids()) == 2


def test_a_server_without_uidl_is_read_by_the_headers(office: Office) -> None:
    office.rules(SAVE)
    office.pop3.faults = Pop3Faults(missing=frozenset({"UIDL"}))
    office.deliver(mail("one"))
    office.deliver(mail("two"))
    office.deliver(mail("two"))
    assert office.poll().processed == 3
    assert office.poll().processed == 0
    office.deliver(mail("three"))
    assert office.poll().processed == 1
    assert office.saved().keys() == {"one.eml", "two.eml", "two-2.eml", "three.eml"}


def test_without_uidl_mail_is_deleted_all_the_same(office: Office) -> None:
    office.rules(DELETE_SPAM)
    office.pop3.faults = Pop3Faults(missing=frozenset({"UIDL"}))
    for subject in ("spam", "letter", "spam"):
        office.deliver(mail(subject))
    office.poll()
    assert len(office.uids()) == 1


def test_changed_uids_are_held_and_known_mail_is_recognised(office: Office) -> None:
    office.rules(SAVE)
    for number in range(20):
        office.deliver(mail(f"old {number}"))
    office.poll()
    office.deliver(mail("came during the move"))
    office.maildrop().change_uids("moved-")
    result = office.poll()
    assert (result.processed, result.held) == (0, 1)
    assert len(office.saved()) == 20
    assert office.states().count("held") == 1
    office.deliver(mail("came later"))
    assert office.poll().processed == 1
    with office.shop() as shop:
        assert shop.journal.release("ops", now=office.now) == 1
    assert office.poll().processed == 1
    assert office.poll().processed == 0
    assert len(office.saved()) == 22


def test_changed_uids_are_new_mail_on_request(office: Office) -> None:
    office.rules(SAVE)
    office.mailboxes["ops"] = {"uids_changed": "process"}
    for number in range(20):
        office.deliver(mail(f"old {number}"))
    office.poll()
    office.maildrop().change_uids("moved-")
    assert office.poll().processed == 20
    assert len(office.saved()) == 40


def test_a_wish_to_delete_outlives_a_change_of_uids(office: Office) -> None:
    office.rules("rules: [{name: all, then: [{delete: 7d}]}]")
    for number in range(19):
        office.deliver(mail(f"old {number}"))
    office.poll()
    office.rules("rules: []")
    for number in range(20):
        office.deliver(mail(f"young {number}"))
    office.wait(days=1)
    office.poll()
    office.maildrop().change_uids("moved-")
    office.poll()
    office.wait(days=7)
    assert office.poll().deleted == 19
    assert len(office.uids()) == 20


def test_after_a_move_mail_whose_header_is_refused_is_held_too(office: Office) -> None:
    office.rules(SAVE)
    for number in range(20):
        office.deliver(mail(f"old {number}"))
    office.poll()
    office.maildrop().change_uids("moved-")
    office.pop3.faults = Pop3Faults(missing=frozenset({"TOP"}), refuse_retr=frozenset({3}))
    assert office.poll().held == 1
    office.pop3.faults = Pop3Faults()
    office.wait(days=1)
    assert office.poll().processed == 0
    assert len(office.saved()) == 20


def test_emptying_the_mailbox_ourselves_is_no_change_of_uids(office: Office) -> None:
    office.rules(SAVE_AND_DELETE)
    for number in range(25):
        office.deliver(mail(f"old {number}"))
    office.poll()
    for number in range(25):
        office.deliver(mail(f"new {number}"))
    assert office.poll().processed == 25


@pytest.mark.parametrize("polled_between", [False, True], ids=["at once", "after it vanished"])
def test_a_message_that_waits_is_not_mixed_up_with_new_mail_under_its_uid(
    office: Office, polled_between: bool
) -> None:
    office.rules(BREAKS)
    office.deliver(mail("waits"), uid="same")
    assert office.poll().failed == 1
    remove(office, "same")
    if polled_between:
        office.poll()
    office.deliver(mail("another letter"), uid="same")
    office.wait(hours=1)
    assert office.poll().failed == 2
    office.rules(MENDED)
    office.wait(hours=1)
    assert office.poll().processed == 2
    assert office.saved().keys() == {"waits.eml", "another letter.eml"}
    assert office.states() == ["done", "done"]
    assert office.uids() == []
    assert len(office.sent()) == 2


def test_the_end_of_a_message_that_waited_deletes_no_new_mail_under_its_uid(office: Office) -> None:
    office.rules(BREAKS)
    office.deliver(mail("waits"), uid="same")
    office.poll()
    remove(office, "same")
    office.rules(MENDED.replace("- name: all", "- name: all\n    when: {subject: waits}"))
    office.deliver(mail("another letter"), uid="same")
    office.wait(hours=1)
    assert office.poll().processed == 2
    assert office.uids() == ["same"]


def test_a_message_that_could_not_be_fetched_is_not_mixed_up_with_new_mail_under_its_uid(
    office: Office,
) -> None:
    office.rules(SAVE)
    office.deliver(mail("first"), uid="same")
    office.pop3.faults = Pop3Faults(refuse_retr=frozenset({1}))
    assert office.poll().failed == 1
    office.pop3.faults = Pop3Faults()
    remove(office, "same")
    office.deliver(mail("another letter"), uid="same")
    office.wait(hours=1)
    office.poll()
    office.poll()
    assert office.saved().keys() == {"another letter.eml"}
