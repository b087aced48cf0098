"""`duplicate` and `frequency` over whole polls: what counts, for how long, and what a failure leaves uncounted."""

from __future__ import annotations

from automailer.worker.dry_run import dry_run
from automailer.worker.explain import explain_listed
from tests.integration.worker.office import Office, mail

MANY = """
rules:
  - name: too many
    when: {subject: '/^(?P<host>\\w+) is down/', frequency: {key: "{{ match.host }}", over: 10, within: 5m}}
    then: [tag: flood]
"""
AGAIN = """
rules:
  - name: again
    when: {duplicate: {key: "{{ message.subject }}", within: 1h}}
    then: [tag: again]
"""


def flooded(office: Office) -> list[bool]:
    """Which messages, oldest first, a rule matched."""
    return [bool(one.rules) for one in office.messages()]


def deliver(office: Office, subject: str, number: int = 1) -> None:
    for index in range(number):
        office.deliver(mail(subject, body=f"{office.now} {index}\n"))


def rows(office: Office) -> int:
    with office.shop() as shop, shop.journal.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM sighting").scalar_one())


def test_of_twelve_alerts_in_one_poll_the_last_two_are_too_many(office: Office) -> None:
    office.rules(MANY)
    deliver(office, "db1 is down", 12)
    office.poll()
    assert flooded(office) == [False] * 10 + [True] * 2


def test_over_two_polls_they_are_counted_together_until_the_time_is_over(office: Office) -> None:
    office.rules(MANY)
    deliver(office, "db1 is down", 6)
    office.poll()
    office.wait(minutes=4)
    deliver(office, "db1 is down", 6)
    deliver(office, "db2 is down")
    office.poll()
    assert flooded(office) == [False] * 10 + [True] * 2 + [False]
    office.wait(minutes=5)
    deliver(office, "db1 is down")
    office.poll()
    assert flooded(office)[-1] is False


def test_what_the_other_tests_do_not_meet_is_not_counted(office: Office) -> None:
    office.rules(MANY)
    deliver(office, "db1 is up", 12)
    office.poll()
    assert rows(office) == 0


def test_a_duplicate_is_one_within_its_time(office: Office) -> None:
    office.rules(AGAIN)
    for minutes in (0, 59, 59, 60):
        office.wait(minutes=minutes)
        deliver(office, "db1 is down")
        office.poll()
    assert flooded(office) == [False, True, True, False]


def test_a_window_that_was_not_written_down_counts_for_nothing(office: Office) -> None:
    office.rules(AGAIN)
    deliver(office, "db1 is down")
    office.poll_without_commit()
    office.poll()
    assert flooded(office) == [False]
    assert rows(office) == 1


FAILS = """
rules:
  - name: again
    when: {duplicate: "{{ message.subject }}"}
    then: [tag: again]
    stop: true
  - name: file
    then:
      - forward: {to: desk@example.com, template: later}
"""


def test_a_message_that_fails_is_counted_when_it_is_finished(office: Office) -> None:
    office.settings["templates"] = "templates"
    template = office.folder / "templates" / "later.txt.j2"
    template.parent.mkdir()
    template.write_text("{{ message.headers['X-Missing'] }}")
    office.rules(FAILS)
    deliver(office, "db1 is down", 2)
    office.poll()
    assert office.states() == ["retry", "retry"]
    assert rows(office) == 0
    template.write_text("mended")
    office.wait(minutes=2)
    office.poll()
    assert office.states() == ["done", "done"]
    assert [one.rules for one in office.messages()] == [("file",), ("again",)]
    assert len(office.sent()) == 1


SAVES = """
rules:
  - name: again
    when: {duplicate: "{{ message.subject }}"}
    then: [tag: again]
    stop: true
  - name: keep a copy
    then: [save_message: {to: "in/{{ message.from.address }}"}]
"""


def test_a_message_whose_file_fails_is_not_counted_for_those_of_its_own_window(office: Office) -> None:
    office.rules(SAVES)
    (office.folder / "in").mkdir()
    (office.folder / "in" / "ann@example.net").write_text("a file where a folder is wanted")
    deliver(office, "db1 is down")
    office.deliver(mail("db1 is down", from_="bob@example.net"))
    office.deliver(mail("db1 is down", from_="carol@example.net"))
    office.poll()
    assert office.states() == ["retry", "done", "done"]
    assert [one.rules for one in office.messages()][1:] == [("keep a copy",), ("again",)]
    (office.folder / "in" / "ann@example.net").unlink()
    office.wait(minutes=2)
    office.poll()
    assert office.messages()[0].rules == ("again",)
    assert len(office.saved()) == 1


def test_a_message_that_is_tried_again_does_not_see_itself(office: Office) -> None:
    office.rules("""
rules:
  - {name: again, when: {duplicate: true}, then: [tag: again]}
  - {name: known, when: {body: word}, then: [tag: read]}
""")
    office.mailboxes["ops"]["max_message_size"] = "1KB"
    office.deliver(mail("large", body="word\n" * 1000))
    office.poll()
    assert office.states() == ["oversize"]
    with office.shop() as shop:
        shop.journal.retry(office.messages()[0].id, now=office.now)
    office.poll()
    assert office.messages()[0].rules == ()
    assert rows(office) == 1


def test_a_shadow_counts_so_that_it_shows_what_would_be(office: Office) -> None:
    office.rules(AGAIN.replace("    when", "    mode: shadow\n    when"))
    deliver(office, "db1 is down", 2)
    office.poll()
    assert flooded(office) == [False, True]


def test_mailboxes_count_for_themselves(office: Office) -> None:
    office.mailboxes["desk"] = {}
    office.rules(AGAIN)
    office.deliver(mail("same"), user="ops")
    office.deliver(mail("same"), user="desk")
    office.round()
    assert [one.rules for box in ("ops", "desk") for one in office.messages(box)] == [(), ()]


def test_large_mail_of_which_only_the_header_is_fetched_is_counted_in_its_order(office: Office) -> None:
    office.mailboxes["ops"]["headers_first"] = "1KB"
    office.rules("""
rules:
  - name: flood
    when: {frequency: {key: "{{ message.subject }}", over: 2, within: 1h}}
    then: [save_message: {to: in}]
""")
    for number in range(4):
        office.deliver(mail("chart", body=f"{number}\n" * 2000))
    office.poll()
    assert flooded(office) == [False, False, True, True]
    assert office.states() == ["done"] * 4
    assert len(office.saved()) == 2


def test_a_dry_run_counts_as_a_poll_would_and_writes_nothing(office: Office) -> None:
    office.rules(AGAIN)
    deliver(office, "db1 is down")
    office.poll()
    deliver(office, "db1 is down")
    deliver(office, "db2 is down", 2)
    before = rows(office)
    with office.shop() as shop:
        (seen,) = dry_run(shop.assembly, ["ops"]).mailboxes
    # Its clock is the machine's, to which the office's first message is long ago.
    matched = [any(rule["matched"] for rule in one.document()["rules"]) for one in seen.messages]
    assert matched[-2:] == [False, True]
    assert rows(office) == before


def test_explaining_what_was_counted_leaves_the_message_itself_out(office: Office) -> None:
    office.rules(AGAIN)
    deliver(office, "db1 is down", 3)
    office.poll()
    with office.shop() as shop:
        (found,) = explain_listed(
            shop.assembly, "ops", office.uids()[0], journal=shop.journal, now=office.now
        )
    assert found.trace[0].test is not None
    assert found.trace[0].test.value == "key 'db1 is down', seen 2 times in 1h, last 10:00"
    assert rows(office) == 3


def test_what_nobody_asks_for_any_more_is_forgotten(office: Office) -> None:
    office.rules(AGAIN)
    deliver(office, "db1 is down", 2)
    office.poll()
    with office.shop() as shop:
        assert shop.journal.forget(now=office.now).sightings == 0
    office.wait(hours=1)
    with office.shop() as shop:
        assert shop.journal.forget(now=office.now).sightings == 2
    assert rows(office) == 0


def test_rules_without_such_tests_ask_the_journal_for_nothing(office: Office) -> None:
    office.rules("rules: [{name: all, then: [tag: x]}]")
    deliver(office, "hello")
    office.poll()
    with office.shop() as shop, shop.journal.writing() as connection:
        connection.exec_driver_sql("DROP TABLE sighting")
    deliver(office, "hello again")
    assert office.poll().failed == 0
