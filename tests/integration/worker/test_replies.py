"""Answers by a machine: within their limits in one window and over polls, never in a loop, never in shadow mode."""

from __future__ import annotations

from tests.integration.worker.office import Office, mail

REPLY = "rules: [{name: answer, then: [{reply: {text: hello}}]}]"


def subjects(number: int) -> list[str]:
    return [f"mail {index}" for index in range(number)]


def test_one_sender_is_answered_once_in_one_window(office: Office) -> None:
    office.rules(REPLY)
    for subject in subjects(3):
        office.deliver(mail(subject))
    office.poll()
    assert len(office.sent()) == 1
    effects = [office.detail(one.id).effects[0] for one in office.messages()]
    assert [one.state.value for one in effects] == ["done", "refused", "refused"]
    assert "once in" in effects[1].refused


def test_one_sender_is_answered_once_over_polls_until_the_time_is_over(office: Office) -> None:
    office.rules(REPLY)
    for hours in (0, 23, 2):
        office.wait(hours=hours)
        office.deliver(mail(f"after {hours}"))
        office.poll()
    assert len(office.sent()) == 2


def test_the_senders_address_counts_without_letter_case(office: Office) -> None:
    office.rules(REPLY)
    office.deliver(mail("one", from_="Ann@Example.NET"))
    office.deliver(mail("two", from_="ann@example.net"))
    office.poll()
    assert len(office.sent()) == 1


def test_each_rule_counts_for_itself(office: Office) -> None:
    office.rules("""
rules:
  - {name: one, then: [{reply: {text: one}}]}
  - {name: two, then: [{reply: {text: two, once_per: 0s}}]}
""")
    office.deliver(mail("first"))
    office.deliver(mail("second"))
    office.poll()
    assert len(office.sent()) == 3


def test_no_more_than_so_many_an_hour_leave_a_mailbox(office: Office) -> None:
    office.settings["autoreply"] = {"max_per_hour": 3}
    office.rules(REPLY)
    for number in range(5):
        office.deliver(mail(from_=f"person{number}@example.net"))
    office.poll()
    assert len(office.sent()) == 3
    office.deliver(mail(from_="late@example.net"))
    office.wait(minutes=59)
    office.poll()
    assert len(office.sent()) == 3
    office.deliver(mail(from_="later@example.net"))
    office.wait(minutes=2)
    office.poll()
    assert len(office.sent()) == 4


def test_a_window_that_was_not_written_down_counts_for_nothing(office: Office) -> None:
    office.rules(REPLY)
    office.deliver()
    office.poll_without_commit()
    office.poll()
    assert len(office.sent()) == 1


def test_a_reply_has_the_empty_sender_and_the_marks(office: Office) -> None:
    office.rules(REPLY)
    office.deliver()
    office.poll()
    (sent,) = office.sent()
    assert (sent.sender, sent.recipients) == ("", ("ann@example.net",))
    assert b"Auto-Submitted: auto-replied" in sent.octets
    assert b"X-Automailer-Loop: " in sent.octets


def test_an_answer_to_our_own_answer_is_not_answered(office: Office) -> None:
    office.rules(REPLY.replace("text: hello", "text: hello, once_per: 0s"))
    office.deliver()
    office.poll()
    for _ in range(3):
        office.deliver(office.sent()[-1].octets)
        office.poll()
    assert len(office.sent()) == 1


def test_redirect_and_forward_stop_at_their_own_mail_and_keep_it(office: Office) -> None:
    office.rules("""
rules:
  - {name: on, then: [{redirect: a@example.org}, {forward: b@example.org}, delete]}
""")
    office.deliver()
    office.poll()
    assert (len(office.sent()), office.uids()) == (2, [])
    for sent in office.sent():
        office.deliver(sent.octets)
    assert office.poll().processed == 2
    assert len(office.sent()) == 2
    assert len(office.uids()) == 2
    assert all(
        "loop" in one.refused for one in office.detail(office.messages()[-1].id).effects if one.refused
    )
    assert office.poll().new == 0


def test_mail_that_went_through_fifty_servers_is_not_sent_on(office: Office) -> None:
    office.rules("rules: [{name: on, then: [{redirect: a@example.org}, delete]}]")
    office.deliver(b"Received: from a by b; Mon, 23 Nov 2026 09:00:00 +0000\r\n" * 50 + mail())
    office.poll()
    assert office.sent() == []
    assert len(office.uids()) == 1


def test_shadow_mode_decides_and_records_and_does_nothing(office: Office) -> None:
    office.rules("""
rules:
  - name: shadow
    mode: shadow
    stop: true
    then:
      - save_message: {to: in}
      - reply: {text: hello}
      - send: {to: a@example.org, text: t, subject: s}
      - redirect: b@example.org
      - tag: shadow
      - set: {seen: shadow}
      - delete
  - name: real
    then: [{tag: "{{ vars.seen | default('real') }}"}]
""")
    office.deliver()
    assert office.poll().processed == 1
    (one,) = office.messages()
    assert (one.state.value, one.tags, one.rules) == ("done", ("real",), ("shadow", "real"))
    states = [effect.state.value for effect in office.detail(one.id).effects]
    assert states == ["shadow"] * 7 + ["done"]
    assert (office.saved(), office.sent(), len(office.uids()), office.outbox()) == ({}, [], 1, [])
    office.rules(REPLY)
    office.deliver(mail("later"))
    office.poll()
    assert len(office.sent()) == 1
