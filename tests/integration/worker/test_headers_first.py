"""Large messages: decided by their header where that is enough, fetched whole where a rule or an action needs more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from automailer.errors import TemporaryError
from automailer.sandbox import Pop3Faults
from automailer.worker.dry_run import dry_run
from automailer.worker.order import WINDOW_OCTETS
from automailer.worker.poll import poll_mailbox
from tests.integration.worker.office import Office, mail

FILLING = "x" * 70 + "\n"


def large(subject: str = "large", body: str = "needle\n", *, from_: str = "Ann <ann@example.net>") -> bytes:
    """A mail of 4 KB, where `headers_first` is 2 KB."""
    return mail(subject, body + FILLING * 50, from_=from_)


@pytest.fixture(autouse=True)
def low_threshold(office: Office) -> None:
    office.mailboxes["ops"] = {"headers_first": "2KB"}


def fetched(office: Office) -> list[str]:
    """What was asked for, in order: messages and headers."""
    asked = [command.removesuffix(" 0") for command in office.pop3.commands]
    return [command for command in asked if command.startswith(("TOP", "RETR"))]


def test_what_a_header_rule_deletes_is_never_downloaded(office: Office) -> None:
    office.rules("rules: [{name: by subject, when: {subject: large}, then: [delete], stop: true}]")
    for number in range(5):
        office.deliver(large(f"large {number}"))
    result = office.poll()
    assert (result.processed, result.deleted) == (5, 5)
    assert fetched(office) == [f"TOP {number}" for number in range(1, 6)]
    assert office.states() == ["done"] * 5
    assert office.messages()[0].subject == "large 0"


def test_the_journal_says_that_only_the_header_was_fetched(office: Office) -> None:
    office.rules("rules: [{name: all, then: [{tag: seen}]}]")
    office.deliver(large())
    office.deliver(mail("small"))
    office.poll()
    traces = [office.detail(one.id).trace for one in office.messages()]
    assert [trace.get("fetched", "message") for trace in traces] == ["headers", "message"]
    assert [office.detail(one.id).size for one in office.messages()] == [len(large()), len(mail("small"))]


def test_small_messages_are_fetched_at_once(office: Office) -> None:
    office.rules("rules: [{name: all, then: [delete]}]")
    office.deliver(mail("small"))
    office.poll()
    assert fetched(office) == ["RETR 1"]


def test_only_what_needs_its_body_is_fetched_whole(office: Office) -> None:
    office.rules(
        """
        rules:
          - {name: news, when: {from: "news@*"}, then: [delete], stop: true}
          - {name: needle, when: {body: needle}, then: [{save_message: {to: in}}]}
        """
    )
    for number in range(6):
        office.deliver(
            large(f"mail {number}", from_="news@example.org" if number % 2 else "Ann <ann@example.net>")
        )
    assert office.poll().deleted == 3
    assert [one for one in fetched(office) if one.startswith("RETR")] == ["RETR 1", "RETR 3", "RETR 5"]
    assert office.saved()["mail 2.eml"] == large("mail 2")
    assert len(office.saved()) == 3


@pytest.mark.parametrize(
    ("action", "retrieved"),
    [
        ("tag: '{{ message.subject }}'", False),
        ("tag: '{{ message.text | length }}'", True),
        ("set: {a: '{{ message.text | length }}'}", True),
        ("reply: {text: 'got {{ message.subject }}'}", False),
        ("reply: {text: 'got it', quote: true}", True),
        ("reply: {text: '{{ message.attachments | length }} files'}", True),
        ("send: {to: desk@example.org, text: 'from {{ message.from.address }}'}", False),
        ("send: {to: desk@example.org, text: hello, attachments: true}", True),
        ("forward: desk@example.org", True),
        ("redirect: desk@example.org", True),
        ("save_message: in", True),
        ("save_attachments: in", True),
        ("keep", False),
    ],
)
def test_each_action_says_whether_it_needs_the_body(office: Office, action: str, retrieved: bool) -> None:
    entry = action if ":" not in action else f"{{{action}}}"
    office.rules(f"rules: [{{name: all, then: [{entry}]}}]")
    office.deliver(large())
    assert office.poll().failed == 0
    assert fetched(office) == ["TOP 1", *["RETR 1"] * retrieved]
    assert office.states() == ["done"]


def test_what_is_refused_by_the_header_needs_no_body(office: Office) -> None:
    office.rules("rules: [{name: all, then: [{reply: {text: '{{ message.text }}'}}]}]")
    office.deliver(mail(body=FILLING * 50, headers={"Auto-Submitted": "auto-replied"}))
    office.poll()
    assert fetched(office) == ["TOP 1"]
    assert office.sent() == []


def test_a_rule_in_shadow_mode_is_answered_with_certainty(office: Office) -> None:
    office.rules("rules: [{name: tried, mode: shadow, when: {body: needle}, then: [delete]}]")
    office.deliver(large())
    office.poll()
    assert fetched(office) == ["TOP 1", "RETR 1"]
    assert office.messages()[0].rules == ("tried",)


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({"headers_first": 0}, ["TOP 1", "TOP 2"]),
        ({"headers_first": "1GB"}, ["RETR 1", "RETR 2"]),
        ({"headers_first": 0, "keep_raw": "7d"}, ["RETR 1", "RETR 2"]),
        ({"headers_first": "2KB", "remove": "processed"}, ["TOP 2", "RETR 1"]),
    ],
    ids=["every message", "none", "the raw message is wanted anyway", "by size"],
)
def test_the_settings_say_which_headers_come_first(
    office: Office, settings: dict[str, object], asked: list[str]
) -> None:
    office.mailboxes["ops"] = settings
    office.rules("rules: [{name: all, then: [{tag: seen}]}]")
    office.deliver(mail("small"))
    office.deliver(large())
    assert office.poll().deleted == (2 if "remove" in settings else 0)
    assert fetched(office) == asked


def test_a_server_without_top_gives_whole_messages(office: Office) -> None:
    office.pop3.faults = Pop3Faults(missing=frozenset({"TOP"}))
    office.rules("rules: [{name: all, then: [delete]}]")
    office.deliver(large("one"))
    office.deliver(large("two"))
    assert office.poll().deleted == 2
    assert fetched(office) == ["TOP 1", "RETR 1", "RETR 2"]


def test_a_message_whose_header_is_refused_is_fetched_whole(office: Office) -> None:
    office.pop3.faults = Pop3Faults(refuse_top=frozenset({2}))
    office.rules("rules: [{name: all, then: [delete]}]")
    for subject in ("one", "two", "three"):
        office.deliver(large(subject))
    assert office.poll().deleted == 3
    assert fetched(office) == ["TOP 1", "TOP 2", "TOP 3", "RETR 2"]


def test_a_header_at_which_the_server_hangs_up_does_not_block_the_others(office: Office) -> None:
    office.pop3.faults = Pop3Faults(drop_in_top=frozenset({2}))
    office.rules("rules: [{name: all, then: [{tag: seen}]}]")
    for subject in ("one", "two", "three"):
        office.deliver(large(subject))
    result = office.poll()
    assert result.error
    assert (result.processed, result.failed) == (1, 1)
    assert office.poll().processed == 1
    assert sorted(office.states()) == ["done", "done", "retry"]
    office.wait(hours=1)
    assert office.poll().processed == 1
    assert fetched(office)[-1] == "RETR 2"
    assert office.states() == ["done"] * 3


def test_a_header_without_end_is_no_header(office: Office) -> None:
    office.rules("rules: [{name: all, then: [{tag: seen}]}]")
    office.deliver(b"Subject: no body\r\n" + b"X-Long: x\r\n" * 500_000)
    office.deliver(large())
    assert office.poll().processed == 2
    assert fetched(office) == ["TOP 1", "TOP 2", "RETR 1"]


def test_a_message_that_failed_by_its_header_is_tried_again_by_its_header(office: Office) -> None:
    office.rules(
        "rules: [{name: all, then: [{send: {to: desk@example.org, text: here, attach: [plan.txt]}}, delete]}]"
    )
    office.deliver(large())
    assert office.poll().failed == 1
    assert office.uids()
    assert office.detail(office.messages()[0].id).spool == ""
    (office.folder / "plan.txt").write_text("plan")
    office.wait(hours=1)
    assert office.poll().deleted == 1
    assert fetched(office) == ["TOP 1", "TOP 1"]
    assert len(office.sent()) == 1


def test_one_that_waits_for_its_body_is_dealt_with_before_those_behind_it(office: Office) -> None:
    """Only the first of a series is known by its header; that is found out when the first has been counted."""
    office.rules(
        """
        rules:
          - name: again
            when: {duplicate: {key: "{{ message.subject }}", within: 1h}}
            then: [{save_message: {to: in, name: "{{ message.text[:6] }}"}}]
        """
    )
    for number in range(4):
        office.deliver(large("the same", f"copy {number}\n"))
    assert office.poll().processed == 4
    assert [one for one in fetched(office) if one.startswith("RETR")] == ["RETR 2", "RETR 3", "RETR 4"]
    assert office.saved().keys() == {"copy 1.eml", "copy 2.eml", "copy 3.eml"}
    assert [one.subject for one in office.messages()] == ["the same"] * 4
    assert [one.id for one in office.messages()] == sorted(one.id for one in office.messages())


def test_a_reply_that_the_one_before_it_used_up_is_refused(office: Office) -> None:
    office.rules("rules: [{name: all, then: [{reply: {text: 'got {{ message.subject }}'}}]}]")
    office.deliver(large("one"))
    office.deliver(large("two"))
    office.poll()
    assert office.subjects_sent() == ["Re: one"]


def test_bodies_that_are_needed_come_in_windows(office: Office) -> None:
    size = int(WINDOW_OCTETS / 2.5)
    office.mailboxes["ops"] = {}
    office.rules("rules: [{name: needle, when: {body: needle}, then: [{tag: found}, delete]}]")
    for number in range(7):
        office.deliver(mail(f"mail {number}", "needle\n" + FILLING * (size // 71)))
    assert office.poll().deleted == 7
    asked = [one.split()[0] for one in office.pop3.commands]
    assert [verb for verb in asked if verb in ("TOP", "RETR", "DELE")] == [
        *["TOP"] * 7,
        *["RETR", "RETR", "DELE", "DELE"] * 3,
        *["RETR", "DELE"],
    ]


def test_a_dry_run_fetches_no_more_than_a_poll(office: Office) -> None:
    office.rules(
        """
        rules:
          - {name: huge, when: {size: ">1MB"}, then: [delete], stop: true}
          - {name: by subject, when: {subject: large}, then: [delete], stop: true}
          - {name: needle, when: {body: needle}, then: [{forward: desk@example.org}]}
        """
    )
    office.deliver(large())
    office.deliver(large("other"))
    with office.shop() as shop:
        (dry,) = dry_run(shop.assembly, ["ops"]).mailboxes
    assert fetched(office) == ["TOP 1", "TOP 2", "RETR 2"]
    assert [one["needed"] for one in dry.document()["messages"]] == ["headers", "message"]
    assert (dry.result.processed, dry.result.deleted, dry.mails) == (2, 1, 1)
    assert len(office.uids()) == 2


def test_a_lease_is_held_through_a_long_window(office: Office) -> None:
    """Each message takes four minutes; the lease lasts fifteen."""
    office.rules("rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}'}}]}]")
    for number in range(8):
        office.deliver(mail(f"mail {number}"))
    office.pop3.faults = Pop3Faults(missing=frozenset({"PIPELINING"}))
    taken: list[bool] = []
    with office.shop() as shop:

        def wire(direction: str, octets: bytes) -> None:
            if octets.startswith(b"RETR"):
                office.wait(minutes=4)
                taken.append(shop.journal.claim_mailbox("ops", owner="thief", now=office.now))

        result = poll_mailbox(replace(shop, wire=wire), "ops")
    assert (result.processed, result.error) == (8, "")
    assert taken == [False] * 8


def test_what_is_downloaded_behind_a_header_that_says_too_little_is_not_downloaded_again_and_again(
    office: Office,
) -> None:
    office.rules(
        """
        rules:
          - {name: first, when: {not: {duplicate: {key: "{{ message.subject }}"}}}, then: [delete], stop: true}
          - {name: needle, when: {body: needle}, then: [{tag: again}]}
        """
    )
    for number in range(10):
        office.deliver(large(f"pair {number}"))
        office.deliver(large(f"pair {number}"))
        office.deliver(mail(f"small {number}"))
    assert office.poll().processed == 30
    # Ten small ones twice at most, and the second of each pair.
    assert len([one for one in fetched(office) if one.startswith("RETR")]) <= 30
    assert [one.rules for one in office.messages()] == [("first",), ("needle",), ("first",)] * 10


def test_a_poll_that_breaks_off_among_the_headers_has_not_dealt_with_the_listing(office: Office) -> None:
    """The lease can't be extended just then: no other answer is awaited, and no message is to blame."""
    office.rules("rules: [{name: all, then: [{tag: seen}]}]")
    office.deliver(large())
    broken: list[str] = []
    with office.shop() as shop:

        def wire(direction: str, octets: bytes) -> None:
            if octets.startswith(b"TOP 1"):
                broken.append("the database is locked")

        def clock() -> datetime:
            if broken:
                raise TemporaryError(broken.pop())
            return office.now

        result = poll_mailbox(replace(shop, wire=wire, clock=clock), "ops")
    assert result.error == "the database is locked"
    assert office.poll().processed == 1
