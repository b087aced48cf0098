"""What rule tests show of the rules, and what they do not: each gap with its place and its reason."""

from __future__ import annotations

from pathlib import Path

from tests.integration.ruletests.bench import Bench

RULES = """\
  - name: alert
    when: {from: "*@example.com", subject: alert, not: {kind: list}}
    then: [{forward: {to: a@example.com}}, delete]
    stop: true
  - name: never
    when: {subject: never}
    then: [keep]
  - {name: off, enabled: false, then: [keep]}
  - name: shadow
    mode: shadow
    when: {subject: shadow}
    then: [{tag: x}]
  - name: everything
    then: [{reply: {text: hello}}]
    stop: true
  - name: behind
    then: [{tag: y}]
"""
TESTS = """\
  - {name: a, mailbox: ops, message: {from: a@example.com, subject: alert}, expect: {not: [keep]}}
  - {name: b, mailbox: ops, message: {from: b@example.com, subject: shadow}, expect: {not: [keep]}}
"""


def test_every_gap_is_told_with_place_and_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops=RULES, sales="  - {name: hello, then: [keep]}\n")
    coverage = bench.run(TESTS).coverage
    found = {
        name: [
            (gap.rule, gap.what, str(gap.where).replace(f"{tmp_path}/", ""), gap.reason)
            for gap in getattr(coverage, name)
        ]
        for name in ("never_matched", "never_failed", "never_held", "never_planned")
    }
    assert found == {
        "never_matched": [
            ("never", "never", "ops.yaml:6:5", "tried on one message"),
            ("off", "off", "ops.yaml:9:5", "disabled"),
            ("behind", "behind", "ops.yaml:17:5", "never reached: rule 'everything' stopped before it"),
            ("hello", "hello", "sales.yaml:2:5", "no test is for mailbox 'sales'"),
        ],
        "never_failed": [
            ("alert", "from: *@example.com", "ops.yaml:3:12", "held for 2 messages"),
            ("alert", "not: kind: list", "ops.yaml:3:57", "held for 2 messages"),
            ("shadow", "subject: shadow", "ops.yaml:12:12", "held for one message"),
        ],
        "never_held": [("never", "subject: never", "ops.yaml:7:12", "failed for one message")],
        "never_planned": [
            ("never", "keep", "ops.yaml:8:12", "its rule never matched"),
            ("off", "keep", "ops.yaml:9:40", "its rule never matched"),
            ("shadow", "tag", "ops.yaml:13:13", "its rule is in shadow mode"),
            ("behind", "tag", "ops.yaml:18:13", "its rule never matched"),
            ("hello", "keep", "sales.yaml:2:26", "its rule never matched"),
        ],
    }


def test_an_action_that_was_only_refused_is_told_with_the_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops="  - {name: a, then: [{reply: {text: x}}]}\n")
    message = "{from: a@example.com, headers: {Precedence: bulk}}"
    coverage = bench.run(f"  - {{name: a, message: {message}, expect: {{not: [reply]}}}}\n").coverage
    [gap] = coverage.never_planned
    assert gap.reason.startswith("refused: ")
    assert not gap.follows


def test_the_document_counts_what_is_covered(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops=RULES)
    document = bench.run(TESTS).document()["coverage"]
    assert document["rules"] == {"total": 6, "covered": 3}
    assert document["tests"] == {"total": 5, "covered": 1}
    assert document["actions"] == {"total": 7, "covered": 3}
    assert document["never_matched"][0].keys() == {"rule", "name", "where", "reason"}
    assert document["never_failed"][0].keys() == {"rule", "test", "where", "reason"}
    assert document["never_planned"][0].keys() == {"rule", "action", "where", "reason"}


def test_rules_that_two_mailboxes_share_count_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops="  - {name: a, then: [keep]}\n", sales="")
    settings = bench.folder / "automailer.yaml"
    settings.write_text(settings.read_text("utf-8").replace("sales.yaml", "ops.yaml"), "utf-8")
    test = "  - {name: a, mailbox: sales, message: {subject: x}, expect: {matched: a}}\n"
    document = bench.run(test).document()["coverage"]
    assert document["rules"] == {"total": 1, "covered": 1}
    assert document["never_planned"] == []


def test_a_mailbox_without_rules_is_covered(tmp_path: Path) -> None:
    document = Bench(tmp_path).run("  - {name: a, message: {subject: x}, expect: {matched: []}}\n").document()
    assert document["passed"] == 1
    assert document["coverage"]["rules"] == {"total": 0, "covered": 0}
