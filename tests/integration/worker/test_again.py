"""A message that fails is tried again; what was done of it is not repeated; at the end it is shown as failed."""

from __future__ import annotations

from automailer.sandbox import Pop3Faults
from automailer.worker.housekeeping import keep_house
from tests.integration.worker.office import Office, mail

RULES = """
rules:
  - name: all
    then:
      - save_message: {to: in, name: mail.eml}
      - send: {to: a@example.org, text: "fine", subject: first}
      - send: {to: b@example.org, template: broken, subject: second}
      - tag: done
      - delete
"""


def broken(office: Office) -> None:
    office.rules(RULES)
    (office.folder / "templates").mkdir(exist_ok=True)
    (office.folder / "templates" / "broken.txt.j2").write_text("line one\n{{ message.headers['X-No'].y }}\n")
    office.settings["templates"] = "templates/"


def mend(office: Office) -> None:
    (office.folder / "templates" / "broken.txt.j2").write_text("mended\n")


def test_a_broken_template_is_named_and_what_works_is_done_once(office: Office) -> None:
    broken(office)
    office.deliver(mail("one"))
    result = office.poll()
    assert result.failed == 1
    assert "broken.txt.j2:2: " in result.troubles[0]
    for _ in range(3):
        office.wait(hours=1)
        office.poll()
    assert office.subjects_sent() == ["first"]
    (one,) = office.messages()
    assert (one.state.value, one.attempts) == ("retry", 4)
    assert "broken.txt.j2:2" in one.error
    mend(office)
    office.wait(hours=5)
    assert office.poll().processed == 1
    assert office.subjects_sent() == ["first", "second"]
    assert office.saved().keys() == {"mail.eml"}
    assert (office.states(), office.messages()[0].tags, office.uids()) == (["done"], ("done",), [])


def test_retry_makes_it_due_at_once(office: Office) -> None:
    broken(office)
    office.deliver()
    office.poll()
    mend(office)
    assert office.poll().processed == 0
    with office.shop() as shop:
        shop.journal.retry(1, now=office.now)
    assert office.poll().processed == 1


def test_it_is_shown_as_failed_at_the_end_and_can_still_be_mended(office: Office) -> None:
    broken(office)
    office.deliver()
    for _ in range(10):
        office.poll()
        office.wait(hours=12)
    assert office.states() == ["failed"]
    assert office.poll().failed == 0
    assert len(office.uids()) == 1
    mend(office)
    with office.shop() as shop:
        shop.journal.retry(1, now=office.now)
    assert office.poll().processed == 1
    assert office.subjects_sent() == ["first", "second"]


def test_what_a_server_hides_once_it_was_fetched_is_tried_again_from_the_spool(office: Office) -> None:
    broken(office)
    office.pop3.faults = Pop3Faults(hide_retrieved=True)
    office.deliver()
    office.poll()
    mend(office)
    office.wait(hours=1)
    result = office.poll()
    assert (result.listed, result.processed) == (0, 1)
    assert office.subjects_sent() == ["first", "second"]
    assert list((office.folder / "state" / "spool").iterdir()) == []


def test_a_rule_added_between_two_tries_acts_once(office: Office) -> None:
    broken(office)
    office.deliver()
    office.poll()
    mend(office)
    office.rules(RULES + "  - {name: new, then: [{send: {to: c@example.org, text: t, subject: third}}]}\n")
    office.wait(hours=1)
    office.poll()
    assert office.subjects_sent() == ["first", "second", "third"]


def test_the_raw_message_is_kept_as_long_as_asked(office: Office) -> None:
    office.mailboxes["ops"] = {"keep_raw": "7d", "remove": "processed"}
    office.rules("rules: []")
    octets = mail("kept")
    office.deliver(octets)
    office.poll()
    spool = office.folder / "state" / "spool"
    assert [path.read_bytes() for path in spool.iterdir()] == [octets]
    for days, left in ((6, 1), (2, 0)):
        office.wait(days=days)
        with office.shop() as shop:
            keep_house(shop)
        assert len(list(spool.iterdir())) == left


def test_a_mailbox_that_is_not_enabled_is_left_alone(office: Office) -> None:
    office.rules("rules: []")
    office.mailboxes = {"ops": {"enabled": False}, "desk": {}}
    office.deliver()
    assert [one.name for one in office.round().mailboxes] == ["desk"]
    assert not any(command == "USER ops" for command in office.pop3.commands)


def test_one_mailbox_in_trouble_leaves_the_others_to_themselves(office: Office) -> None:
    office.rules("rules: [{name: all, then: [delete]}]")
    office.mailboxes = {"ops": {"password": "wrong"}, "desk": {}, "away": {"port": 1, "timeout": "1s"}}
    office.deliver(user="ops")
    office.deliver(user="desk")
    result = office.round()
    errors = {one.name: bool(one.error) for one in result.mailboxes}
    assert errors == {"ops": True, "desk": False, "away": True}
    assert (office.uids("desk"), len(office.uids("ops"))) == ([], 1)
    assert result.failed
    assert not result.nothing_polled
