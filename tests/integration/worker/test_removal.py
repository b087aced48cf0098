"""What leaves the server and when; a deletion that came to nothing is asked for again, and nothing is done twice."""

from __future__ import annotations

import pytest

from automailer.sandbox import Pop3Faults, SmtpFaults
from tests.integration.worker.office import Office, mail

SAVE = "rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]}]"
SAVE_AND_DELETE = SAVE.replace("]}]", ", delete]}]")
SEND_AND_DELETE = """
rules:
  - name: all
    then:
      - send: {to: "{{ message.subject }}@example.org", text: hello, subject: s}
      - delete: sent
"""


def test_never_leaves_everything(office: Office) -> None:
    office.rules(SAVE)
    office.deliver()
    office.poll()
    office.wait(days=300)
    office.poll()
    assert len(office.uids()) == 1


def test_processed_takes_what_is_done_matched_or_not(office: Office) -> None:
    office.rules(SAVE.replace("then:", "when: {subject: wanted}, then:"))
    office.mailboxes["ops"] = {"remove": "processed"}
    office.deliver(mail("wanted"))
    office.deliver(mail("other"))
    assert office.poll().deleted == 2
    assert office.uids() == []
    assert office.saved().keys() == {"wanted.eml"}


def test_a_span_of_time_counts_from_when_the_message_was_first_seen(office: Office) -> None:
    office.rules(SAVE)
    office.mailboxes["ops"] = {"remove": "14d"}
    office.deliver()
    office.poll()
    office.wait(days=13, hours=23)
    office.poll()
    assert len(office.uids()) == 1
    office.wait(hours=1)
    assert office.poll().deleted == 1
    assert office.uids() == []


def test_keep_outweighs_every_removal_earlier_or_later(office: Office) -> None:
    office.mailboxes["ops"] = {"remove": "processed"}
    office.rules("""
rules:
  - {name: first, then: [delete]}
  - {name: second, when: {subject: kept}, then: [keep]}
  - {name: third, then: [{delete: 1d}]}
""")
    office.deliver(mail("kept"))
    office.deliver(mail("gone"))
    office.poll()
    office.wait(days=30)
    office.poll()
    assert [each.octets.count(b"kept") > 0 for each in office.maildrop().mails()] == [True]


def test_the_most_patient_delete_wins(office: Office) -> None:
    office.rules("rules: [{name: one, then: [delete]}, {name: two, then: [{delete: 2d}]}]")
    office.deliver()
    office.poll()
    office.wait(days=1)
    office.poll()
    assert len(office.uids()) == 1
    office.wait(days=1)
    office.poll()
    assert office.uids() == []


def test_delete_after_sent_waits_for_the_mail_to_leave(office: Office) -> None:
    office.rules(SEND_AND_DELETE)
    office.deliver(mail("temp"))
    office.poll()
    office.wait(minutes=2)
    office.poll()
    assert len(office.uids()) == 1
    office.smtp.faults = SmtpFaults(temporary=frozenset())
    office.wait(hours=1)
    office.poll()
    assert len(office.sent()) == 1
    office.poll()
    assert office.uids() == []


@pytest.mark.parametrize("to", ["perm", "temp"], ids=["refused", "expired"])
def test_delete_after_sent_never_takes_a_message_whose_mail_failed(office: Office, to: str) -> None:
    office.rules(SEND_AND_DELETE)
    office.deliver(mail(to))
    office.poll()
    for _ in range(3):
        office.wait(days=2)
        office.poll()
    assert [each.state.value for each in office.outbox()] == [{"perm": "failed", "temp": "expired"}[to]]
    assert len(office.uids()) == 1


def test_delete_after_sent_with_a_span_waits_for_both(office: Office) -> None:
    office.rules(SEND_AND_DELETE + "  - {name: two, then: [{delete: 7d}]}\n")
    office.deliver(mail("ann"))
    office.poll()
    office.wait(days=1)
    office.poll()
    assert len(office.uids()) == 1
    office.wait(days=6)
    office.poll()
    assert office.uids() == []


@pytest.mark.parametrize("faults", [Pop3Faults(quit_refused=True), Pop3Faults(drop_in_retr=frozenset({2}))])
def test_what_was_not_deleted_is_asked_for_again_and_not_acted_on_again(
    office: Office, faults: Pop3Faults
) -> None:
    office.rules(SAVE_AND_DELETE)
    for subject in ("one", "two", "three"):
        office.deliver(mail(subject))
    office.pop3.faults = faults
    office.poll()
    assert len(office.uids()) == 3
    office.pop3.faults = Pop3Faults()
    office.wait(hours=1)
    office.poll()
    assert office.uids() == []
    assert office.saved().keys() == {"one.eml", "two.eml", "three.eml"}


def test_a_refused_quit_is_no_failure_of_the_poll(office: Office) -> None:
    office.rules(SAVE_AND_DELETE)
    office.deliver()
    office.pop3.faults = Pop3Faults(quit_refused=True)
    result = office.poll()
    assert (result.error, result.deleted, result.processed) == ("", 0, 1)


def test_a_quit_without_answer_deletes_once_and_is_found_out(office: Office) -> None:
    office.rules(SAVE_AND_DELETE)
    office.deliver(mail("one"))
    office.pop3.faults = Pop3Faults(quit_lost=True)
    office.poll()
    office.pop3.faults = Pop3Faults()
    office.deliver(mail("two"))
    assert office.poll().processed == 1
    assert office.saved().keys() == {"one.eml", "two.eml"}
    assert office.uids() == []


def test_other_mail_under_the_uid_of_a_message_to_be_deleted_stays(office: Office) -> None:
    office.rules("rules: [{name: old, when: {subject: old}, then: [{delete: 1d}]}]")
    office.deliver(mail("old"), uid="same")
    office.poll()
    drop = office.maildrop()
    drop.remove([each.serial for each in drop.mails()])
    office.deliver(mail("new"), uid="same")  # of the same size: the listing tells no difference
    office.wait(days=2)
    office.poll()
    assert office.uids() == ["same"]


def test_an_undone_message_is_not_removed(office: Office) -> None:
    office.mailboxes["ops"] = {"remove": "processed"}
    office.rules("rules: [{name: all, then: [{send: {to: '{{ message.nothing }}', text: t, subject: s}}]}]")
    office.deliver()
    for _ in range(8):
        office.poll()
        office.wait(hours=12)
    assert office.states() == ["failed"]
    assert len(office.uids()) == 1


def test_the_deletions_of_several_windows_are_all_noted(office: Office) -> None:
    office.rules("rules: [{name: all, then: [delete]}]")
    for number in range(450):
        office.deliver(b"Subject: %d\r\n\r\n" % number)
    assert office.poll().deleted == 450
    assert office.uids() == []
    assert office.poll().listed == 0
