"""What happens to the mail that is there at the very first poll, and to mail that comes while it goes wrong."""

from __future__ import annotations

import pytest

from automailer.sandbox import Pop3Faults
from tests.integration.worker.office import Office, mail

SAVE = "rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]}]"


@pytest.fixture(autouse=True)
def rules(office: Office) -> None:
    office.rules(SAVE)


def received(hours_ago: int) -> dict[str, str]:
    return {"Received": f"from a by b; Mon, {23 - hours_ago // 24} Nov 2026 09:00:00 +0000"}


def test_all_acts_on_what_lies_there(office: Office) -> None:
    office.deliver(mail("old"))
    assert office.poll().processed == 1
    assert office.saved().keys() == {"old.eml"}


def test_new_leaves_what_lies_there_alone_for_ever(office: Office) -> None:
    office.mailboxes["ops"] = {"first_poll": "new", "remove": "processed"}
    office.deliver(mail("old"))
    assert office.poll().processed == 0
    office.deliver(mail("new"))
    office.wait(days=1)
    assert office.poll().processed == 1
    office.poll()
    assert office.saved().keys() == {"new.eml"}
    assert office.states() == ["seen", "done"]
    assert len(office.uids()) == 1


def test_a_span_of_time_acts_on_what_came_within_it(office: Office) -> None:
    office.mailboxes["ops"] = {"first_poll": "7d"}
    office.deliver(mail("old", headers=received(24 * 8)))
    office.deliver(mail("young", headers=received(24 * 6)))
    office.deliver(mail("undelivered"))
    assert office.poll().processed == 2
    assert office.saved().keys() == {"young.eml", "undelivered.eml"}


@pytest.mark.parametrize("first_poll", ["new", "7d"])
def test_mail_that_comes_after_a_first_poll_whose_end_was_lost_is_new(
    office: Office, first_poll: str
) -> None:
    office.mailboxes["ops"] = {"first_poll": first_poll}
    office.deliver(mail("old", headers=received(24 * 8)))
    office.pop3.faults = Pop3Faults(quit_lost=True)
    assert office.poll().error
    office.pop3.faults = Pop3Faults()
    office.deliver(mail("new", headers=received(24 * 8)))
    assert office.poll().processed == 1
    assert office.saved().keys() == {"new.eml"}


def test_a_message_whose_header_is_refused_does_not_keep_the_first_poll_open(office: Office) -> None:
    office.mailboxes["ops"] = {"first_poll": "new"}
    office.pop3.faults = Pop3Faults(missing=frozenset({"TOP"}), refuse_retr=frozenset({1}))
    office.deliver(mail("unreadable"))
    office.poll()
    office.deliver(mail("new"))
    office.poll()
    office.pop3.faults = Pop3Faults()
    office.wait(days=1)
    office.poll()
    assert office.saved().keys() == {"new.eml"}


def test_new_mail_of_an_empty_mailbox_is_new(office: Office) -> None:
    office.mailboxes["ops"] = {"first_poll": "new"}
    office.poll()
    office.deliver(mail("new"))
    office.poll()
    assert office.saved().keys() == {"new.eml"}
