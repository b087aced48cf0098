"""Messages above `max_message_size`: known by their headers, never downloaded whole, never lost by their actions."""

from __future__ import annotations

import pytest

from automailer.sandbox import Pop3Faults
from tests.integration.worker.office import Office, mail

RULES = """
rules:
  - name: by subject
    when: {subject: big}
    then: [{tag: big}]
  - name: by body
    when: {body: needle}
    then: [{tag: found}]
  - name: forwarded
    when: {from: "ann@*"}
    then: [{forward: desk@example.org}, {save_message: {to: in}}, delete]
"""
BIG = mail("big", "needle\n" + "x" * 70 + "\n" * 3000)


@pytest.fixture(autouse=True)
def small_limit(office: Office) -> None:
    office.mailboxes["ops"] = {"max_message_size": "3KB"}
    office.rules(RULES)


def test_only_its_headers_are_fetched_and_what_needs_the_body_is_refused(office: Office) -> None:
    office.deliver(BIG)
    office.deliver(mail("small"))
    assert office.poll().processed == 2
    assert [command for command in office.pop3.commands if command.startswith("RETR")] == ["RETR 2"]
    big = office.messages()[0]
    assert (big.state.value, big.tags) == ("oversize", ("big",))
    refused = {one.action: one.refused for one in office.detail(big.id).effects if one.refused}
    assert refused.keys() == {"forward", "save_message"}
    assert len(office.uids()) == 1
    assert len(office.sent()) == 1


def test_it_is_dealt_with_once(office: Office) -> None:
    office.deliver(BIG)
    office.poll()
    office.wait(days=30)
    assert office.poll().processed == 0
    assert office.states() == ["oversize"]


def test_a_delete_that_needs_no_body_deletes_it(office: Office) -> None:
    office.rules("rules: [{name: too large, when: {size: '>3KB'}, then: [{tag: big}, delete]}]")
    office.deliver(BIG)
    office.poll()
    assert office.uids() == []


def test_removal_of_processed_mail_leaves_it(office: Office) -> None:
    office.mailboxes["ops"] |= {"remove": "processed"}
    office.rules("rules: []")
    office.deliver(BIG)
    office.deliver(mail("small"))
    office.poll()
    assert len(office.uids()) == 1


def test_a_size_that_was_told_wrong_is_found_out(office: Office) -> None:
    office.pop3.faults = Pop3Faults(size_error=-len(BIG))
    office.deliver(BIG)
    office.poll()
    assert office.states() == ["oversize"]
    assert len(office.uids()) == 1


def test_a_server_without_top_keeps_it_waiting_and_the_others_go_on(office: Office) -> None:
    office.pop3.faults = Pop3Faults(missing=frozenset({"TOP"}))
    office.deliver(BIG)
    office.deliver(mail("small"))
    office.poll()
    assert office.states()[1] == "done"
    assert len(office.sent()) == 1
