"""Everything that is wrong in a file of rule tests is said at once, with its place; paths begin at the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from automailer.errors import ConfigError
from automailer.message import parse
from automailer.ruletests import load_tests
from tests.integration.ruletests.bench import Bench

RULES = "  - {name: alert, when: {subject: alert}, then: [delete]}\n"
MANY_WRONG = """\
  - name: a
    mailbox: opps
    message: mesages/critical.eml
    expect: {matched: [alert]}
  - name: a
    mailbox: ops
    message: {subject: x, attachments: [gone.pdf, {name: x, file: gone.pdf}]}
    now: soon
    expect: {matched: [alret], actions: [delte]}
  - name: b
    message: {subject: x}
    expect: {matched: alret}
"""


def test_every_error_is_told_at_once_in_file_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bench = Bench(tmp_path, ops=RULES)
    bench.write("tests/messages/critical.eml", "Subject: x\n\ny\n")
    with pytest.raises(ConfigError) as caught:
        bench.load(MANY_WRONG)
    assert [str(one).splitlines()[0].replace(f"{tmp_path}/", "") for one in caught.value.problems] == [
        "tests/all.yaml:3:14: tests[0].mailbox: there is no mailbox 'opps' (did you mean 'ops'?)",
        "tests/all.yaml:4:14: tests[0].message: there is no file tests/mesages/critical.eml",
        "tests/all.yaml:6:11: tests[1].name: there is a test 'a' already, on line 2",
        "tests/all.yaml:8:41: tests[1].message.attachments[0]: there is no file tests/gone.pdf",
        "tests/all.yaml:8:67: tests[1].message.attachments[1].file: there is no file tests/gone.pdf",
        "tests/all.yaml:9:10: tests[1].now: 'soon' is no time: expected one such as 2026-11-23T10:00:00+01:00",
        "tests/all.yaml:10:24: tests[1].expect.matched[0]: mailbox 'ops' has no rule 'alret' (did you mean 'alert'?)",
        "tests/all.yaml:10:42: tests[1].expect.actions[0]: unknown action 'delte' (did you mean 'delete'?)",
        "tests/all.yaml:13:23: tests[2].expect.matched: mailbox 'ops' has no rule 'alret' (did you mean 'alert'?)",
    ]


def test_a_file_that_is_nearly_called_so_is_named(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops=RULES)
    bench.write("tests/critical.eml", "Subject: x\n\ny\n")
    with pytest.raises(ConfigError, match=r"did you mean 'critical\.eml'"):
        bench.load("  - {name: a, message: critcal.eml, expect: {matched: []}}\n")


def test_of_several_mailboxes_one_must_be_named(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops=RULES, sales="")
    with pytest.raises(ConfigError, match="names no mailbox: expected mailbox, one of ops, sales"):
        bench.load("  - {name: a, message: {subject: x}, expect: {matched: []}}\n")
    [case] = bench.load("  - {name: a, mailbox: sales, message: {subject: x}, expect: {matched: []}}\n")
    assert case.mailbox == "sales"


def test_paths_begin_at_the_file_that_names_them(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops=RULES)
    bench.write("tests/messages/critical.eml", "Subject: from a file\n\ny\n")
    [case] = bench.load("  - {name: a, message: messages/critical.eml, expect: {matched: []}}\n")
    assert parse(case.octets).subject == "from a file"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("now: 2026-11-23T10:00:00+01:00, message: {subject: x}", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("now: 2026-11-23T10:00:00Z, message: {subject: x}", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("now: 2026-07-01 10:00, message: {subject: x}", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("now: 2026-07-01, message: {date: 2020-01-01}", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("message: {date: 2026-07-01T10:00}", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ('message: "Date: Wed, 1 Jul 2026 10:00:00 +0000\\n\\nx"', datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("message: {subject: x}", datetime(2026, 1, 5, 11, tzinfo=UTC)),
        ('message: "Subject: x\\n\\nx"', datetime(2026, 1, 5, 11, tzinfo=UTC)),
    ],
)
def test_the_clock_is_the_test_s_then_the_message_s_then_a_monday_at_noon(
    tmp_path: Path, fields: str, expected: datetime
) -> None:
    [case] = Bench(tmp_path, ops=RULES).load(f"  - {{name: a, {fields}, expect: {{matched: []}}}}\n")
    assert case.now == expected
    assert case.now.tzinfo is not None


def test_a_message_in_place_was_written_when_the_test_takes_place(tmp_path: Path) -> None:
    [case] = Bench(tmp_path, ops=RULES).load(
        "  - {name: a, now: 2026-07-01 10:00, message: {subject: x}, expect: {matched: []}}\n"
    )
    assert parse(case.octets).date == datetime(2026, 7, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    "text", ["", "tests: {}\n", "- a\n", "tests: [5]\n", "rules: []\n", "tests:\n  - *x\n"]
)
def test_what_is_no_file_of_tests_is_refused(tmp_path: Path, text: str) -> None:
    from automailer.ruletests import load_tests

    file = tmp_path / "tests.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_tests([file], rules={"ops": ["alert"]}, zone=UTC)


def test_a_file_of_tests_is_for_the_mailbox_that_reads_the_rules_beside_it(tmp_path: Path) -> None:
    (tmp_path / "rules" / "tests").mkdir(parents=True)
    file = tmp_path / "rules" / "tests" / "sales.yaml"
    file.write_text("tests: [{name: one, message: {subject: hello}, expect: {matched: []}}]", "utf-8")
    read = {"ops": [tmp_path / "rules" / "ops.yaml"], "sales": [tmp_path / "rules" / "sales.yaml"]}
    [case] = load_tests([file], rules={"ops": (), "sales": ()}, zone=UTC, read=read)
    assert case.mailbox == "sales"
