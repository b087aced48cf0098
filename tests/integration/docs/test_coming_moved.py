"""The two files that the page moves over: ours and theirs make the same of the same mails."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from automailer.message import parse
from automailer.ruletests import Case, load_tests, run_tests
from automailer.worker import Assembly, assemble
from tests.integration.docs.peers import sieve_does

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "coming-from-sieve-fdm-procmail.md").read_text(encoding="utf-8")
FROM = ("sieve", "procmail")

_SETTINGS = {
    "mailboxes": {
        "ops": {
            "host": "pop.example.com",
            "username": "ops@example.com",
            "password": "x",
            "poll": "60s",
            "rules": "rules.yaml",
        }
    },
    "smtp": {"default": {"host": "smtp.example.com", "from": "ops@example.com"}},
    "lists": {"oncall": ["oncall@example.org"]},
}
# What Pigeonhole says that it does with each mail of the tests.
DONE = {
    "spam goes": ["discard"],
    "a list has a folder of its own": ["store message in folder: lists/news"],
    "another list has none": ["store message in folder: INBOX"],
    "the boss writes of an invoice": ["redirect message to: <mobile@example.net>", "folder: invoices"],
    "an alert": ["redirect message to: <oncall@example.org>"],
    "a letter is answered": ["send vacation message"],
}


def fenced(language: str) -> tuple[str, str]:
    """Their file and ours, which follows it."""
    found = re.search(rf"```{language}\n(.*?)```\n\n```yaml rules\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1], found[2]


def loaded(language: str, folder: Path) -> tuple[Assembly, tuple[Case, ...]]:
    (folder / "templates").mkdir()
    (folder / "automailer.yaml").write_text(
        yaml.safe_dump({**_SETTINGS, "templates": "templates"}), encoding="utf-8"
    )
    (folder / "rules.yaml").write_text(fenced(language)[1], encoding="utf-8")
    assembly = assemble(folder / "automailer.yaml")
    names = {name: [rule.name for rule in rules] for name, rules in assembly.rules.items()}
    file = DOCS / "coming-from" / "tests" / f"{language}.yaml"
    return assembly, load_tests([file], rules=names, zone=assembly.settings.zone)


@pytest.mark.parametrize("language", FROM)
def test_ours_passes_its_tests_and_no_rule_is_left_out(language: str, tmp_path: Path) -> None:
    assembly, cases = loaded(language, tmp_path)
    report = run_tests(cases, assembly, clock=lambda: 0.0)
    assert [(one.case.name, one.differences) for one in report.outcomes if one.differences] == []
    assert report.coverage.never_matched == []


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("name", DONE)
def test_the_sieve_script_does_so_too(name: str, tmp_path: Path, folder: Path) -> None:
    if shutil.which("sieve-test") is None:
        pytest.skip("sieve-test is not installed")
    [case] = [case for case in loaded("sieve", tmp_path)[1] if case.name == name]
    done = sieve_does(fenced("sieve")[0], case.octets, folder, sender=parse(case.octets).from_.address)
    assert [words for words in DONE[name] if words not in done] == []
