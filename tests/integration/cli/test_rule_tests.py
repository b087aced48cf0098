"""`automailer test`: the rule tests that `init` writes pass, failures are told, CI hears of them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.integration.cli.desk import Ran, run

FAILING = """\
tests:
  - name: an alert is deleted
    message: {from: alerts@monitoring.example.com, subject: "[OK] db1 is fine"}
    expect: {matched: [critical alert to on-call], actions: [{delete: {after: sent}}]}
  - name: this one is good
    message: {subject: hello}
    expect: {matched: []}
  - name: not yet
    todo: wait for the new rule
    message: {subject: hello}
    expect: {matched: [recovery]}
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `init` writes, and a file of tests of which one fails."""
    folder = tmp_path_factory.mktemp("fresh")
    assert run("init", cwd=folder).status == 0
    (folder / "failing.yaml").write_text(FAILING, encoding="utf-8")
    return folder


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_what_init_writes_passes_and_covers_the_rules(fresh: Path) -> None:
    before = files(fresh)
    done = run("test", cwd=fresh)
    assert done.status == 0, done.out
    assert done.err == "".join(
        f"left out: rules/tests/{name}.yaml: no mailbox reads {name}.yaml\n"
        for name in ("common", "monitoring")
    )
    assert " passed\n" in done.out
    document = run("test", "--json", cwd=fresh).document
    assert document.keys() >= {"passed", "failed", "tests", "coverage"}
    assert (document["failed"], document["passed"]) == (0, len(document["tests"]))
    assert all(test.keys() >= {"name", "passed", "differences"} for test in document["tests"])
    for gaps in ("never_matched", "never_failed", "never_held", "never_planned"):
        assert document["coverage"][gaps] == []
    assert files(fresh) == before


def test_all_that_init_writes_passes_together(tmp_path: Path) -> None:
    assert run("init", cwd=tmp_path).status == 0
    settings = tmp_path / "automailer.yaml"
    text = settings.read_text("utf-8")
    every = "rules: [rules/common.yaml, rules/monitoring.yaml, rules/ops.yaml]"
    settings.write_text(text.replace("rules: [rules/ops.yaml]", every), "utf-8")
    done = run("test", "--json", cwd=tmp_path)
    assert (done.status, done.err, done.document["failed"]) == (0, "", 0)
    gaps = ("never_matched", "never_failed", "never_held", "never_planned")
    assert [done.document["coverage"][gap] for gap in gaps] == [[], [], [], []]


def failed(fresh: Path, *words: str) -> Ran:
    done = run("test", "failing.yaml", *words, cwd=fresh)
    assert done.status == 1
    return done


def test_a_failure_is_told_with_its_place_and_reason(fresh: Path) -> None:
    out = failed(fresh).out
    assert "  ✗ an alert is deleted  failing.yaml:2:11\n" in out
    assert "      matched: expected [critical alert to on-call], found [recovery]\n" in out
    assert "rule 'critical alert to on-call' did not match: subject: " in out
    assert "          after: expected 'sent'\n                 found    'processed'\n" in out
    assert "  · not yet  (to do: wait for the new rule)\n" in out
    assert "1 passed, 1 failed, 1 to do\n" in out
    assert re.search(r"\n  rules/ops.yaml:\d+:5: rule 'invoice' never matched: tried on 2 messages\n", out)


def test_json_and_junit_say_the_same(fresh: Path) -> None:
    document = failed(fresh, "--json", "--junit", "reports/junit.xml").document
    assert (document["passed"], document["failed"]) == (2, 1)
    assert [test["passed"] for test in document["tests"]] == [False, True, True]
    assert [test["todo"] for test in document["tests"]] == [None, None, "wait for the new rule"]
    root = ElementTree.parse(fresh / "reports" / "junit.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "1")


def test_only_some_are_run(fresh: Path) -> None:
    done = run("test", "failing.yaml", "-k", "GOOD", cwd=fresh)
    assert (done.status, done.out) == (0, "failing.yaml\n  ✓ this one is good\n\n1 passed\n")
    wrong = run("test", "-k", "nothing like it", cwd=fresh)
    assert (wrong.status, wrong.out) == (2, "")


def test_files_settings_or_tests_that_are_wrong_are_told_with_their_places(
    fresh: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("tests:\n  - {nam: a, message: {subject: x}, expect: {matched: [recovry]}}\n", "utf-8")
    done = run("test", str(wrong), cwd=fresh)
    assert (done.status, done.out) == (78, "")
    assert f"{wrong}:2:6: tests[0].nam: is not known here (did you mean 'name'?)" in done.err
    assert "mailbox 'ops' has no rule 'recovry' (did you mean 'recovery'?)" in done.err
    gone = run("test", "gone.yaml", cwd=fresh)
    assert (gone.status, gone.out) == (78, "")
    assert run("test", cwd=tmp_path).status == 78


def test_no_tests_at_all_is_an_error(fresh: Path, tmp_path: Path) -> None:
    done = run("test", str(tmp_path), cwd=fresh)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("there are no rule tests")


def test_a_report_that_can_not_be_written_is_an_error(fresh: Path) -> None:
    done = run("test", "--junit", "automailer.yaml/junit.xml", cwd=fresh)
    assert done.status == 1
    assert "can't be written" in done.err


def test_the_schema_of_tests_is_printed(fresh: Path) -> None:
    schema = run("schema", "tests", cwd=fresh)
    assert "tests" in schema.document["properties"]
    assert schema.out == (fresh / "tests.schema.json").read_text(encoding="utf-8")
