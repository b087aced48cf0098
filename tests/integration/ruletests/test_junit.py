"""The JUnit report is XML whatever a test is called or a mail says, and CI systems find the place."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from automailer.ruletests import junit
from tests.integration.ruletests.bench import Bench

RULES = "  - {name: a, when: {subject: x}, then: [{tag: t}]}\n"
TESTS = """\
  - {name: good, message: {subject: x}, expect: {matched: a}}
  - {name: "bad <&> \\"worse\\"", message: {subject: "]]> é \\U0001F600 \\uFFFE"}, expect: {matched: a}}
  - {name: later, todo: "<soon>", message: {subject: y}, expect: {matched: a}}
  - {name: now, todo: true, message: {subject: x}, expect: {matched: a}}
"""


def test_it_has_a_suite_for_the_file_and_a_case_for_each_test(tmp_path: Path) -> None:
    report = Bench(tmp_path, ops=RULES).run(TESTS)
    octets = junit(report)
    assert octets.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<testsuites ")
    root = ElementTree.fromstring(octets)
    [suite] = root
    counts = {"tests": "4", "failures": "1", "errors": "0", "skipped": "1", "time": "4.000"}
    for element in (root, suite):
        assert {name: element.get(name) for name in counts} == counts
    assert [case.get("name") for case in suite] == ["good", 'bad <&> "worse"', "later", "now"]
    assert {case.get("file") for case in suite} == {str(tmp_path / "tests" / "all.yaml")}
    assert [case.get("line") for case in suite] == ["2", "3", "4", "5"]
    good, bad, later, now = suite
    assert (list(good), list(now)) == ([], [])
    [failure] = bad
    assert failure.tag == "failure"
    assert failure.get("message") == "matched: expected [a], found []"
    assert "rule 'a' did not match" in (failure.text or "")
    [skipped] = later
    assert (skipped.tag, skipped.get("message")) == ("skipped", "todo: <soon>")


def test_what_xml_can_not_hold_is_left_out(tmp_path: Path) -> None:
    rules = '  - {name: a, then: [{send: {to: a@example.com, text: "{{ message.text }}"}}]}\n'
    message = '{subject: x, body: "one\\ntwo\\uFFFE"}'
    test = f"  - {{name: a, message: {message}, expect: {{actions: {{send: {{text: x}}}}}}}}\n"
    report = Bench(tmp_path, ops=rules).run(test)
    assert "\ufffe" in report.outcomes[0].differences[0]
    [[[failure]]] = ElementTree.fromstring(junit(report))
    assert "+two\ufffd" in (failure.text or "")
