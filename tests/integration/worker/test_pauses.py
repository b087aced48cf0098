"""When a mailbox that failed is polled again, and when it is left alone."""

from __future__ import annotations

from datetime import timedelta

from automailer.sandbox import Pop3Faults
from automailer.worker.poll import MailboxResult, poll_mailbox
from tests.integration.worker.office import Office

KEEP = "rules:\n  - {name: all, then: [keep]}\n"


def scheduled_poll(office: Office) -> MailboxResult:
    """A poll by the daemon, which comes again a minute later."""
    with office.shop() as shop:
        return poll_mailbox(shop, "ops", next_poll=lambda: office.now + timedelta(minutes=1))


def test_a_round_finds_out_whether_a_locked_mailbox_still_is(office: Office) -> None:
    office.rules(KEEP)
    office.deliver()
    office.pop3.faults = Pop3Faults(in_use=True)
    assert "[IN-USE]" in office.poll().error
    office.pop3.faults = Pop3Faults()
    assert (office.poll().error, office.states()) == ("", ["done"])


def test_the_schedule_leaves_a_locked_mailbox_to_who_has_it(office: Office) -> None:
    office.rules(KEEP)
    office.pop3.faults = Pop3Faults(in_use=True)
    scheduled_poll(office)
    office.pop3.faults = Pop3Faults()
    office.wait(minutes=9)
    assert "not tried before" in scheduled_poll(office).error
    office.wait(minutes=2)
    assert scheduled_poll(office).error == ""


def test_a_refused_password_is_not_tried_again_at_once(office: Office) -> None:
    office.rules(KEEP)
    office.mailboxes["ops"] = {"password": "guessed"}
    assert "login refused" in office.poll().error
    office.wait(minutes=4)
    assert "not tried before" in office.poll().error
    assert office.pop3.commands.count("PASS ***") == 1


def test_a_password_that_was_mended_is_tried_at_once(office: Office) -> None:
    office.rules(KEEP)
    office.deliver()
    office.mailboxes["ops"] = {"password": "guessed"}
    office.poll()
    office.wait(seconds=10)
    office.mailboxes["ops"] = {}
    assert (office.poll().error, office.states()) == ("", ["done"])


def test_a_secret_whose_file_was_mended_is_tried_at_once(office: Office) -> None:
    office.rules(KEEP)
    office.deliver()
    secret = office.folder / "secret"
    office.mailboxes["ops"] = {"password": {"file": "secret"}}
    office.write(secret, "guessed\n")
    assert "login refused" in office.poll().error
    assert "not tried before" in office.poll().error
    office.wait(seconds=10)
    office.write(secret, "secret\n")
    assert (office.poll().error, office.states()) == ("", ["done"])


def test_a_server_that_is_not_to_be_trusted_does_not_become_so_by_itself(office: Office) -> None:
    office.rules(KEEP)
    office.mailboxes["ops"] = {"tls": "starttls"}
    found = office.round()
    assert "STLS" in found.mailboxes[0].error
    assert (found.failed, found.nothing_polled) == (True, False)


def test_wrong_settings_of_the_only_mailbox_are_told_apart(office: Office) -> None:
    office.rules(KEEP)
    office.mailboxes["ops"] = {"password": {"env": "NOBODY_HAS_SET_THIS"}}
    assert office.round().misconfigured
    office.mailboxes["desk"] = {}
    found = office.round()
    assert found.failed
    assert not found.misconfigured
