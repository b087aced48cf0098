"""The JSON Schema of rules files: it takes what the loader takes, and shows editors the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from automailer.rules import TESTS, rules_schema
from automailer.settings import read_document
from tests.unit.rules.test_every_test import CASES

ACTIONS: dict[str, dict[str, Any]] = {
    "delete": {"anyOf": [{"type": "object"}, {"type": "null"}]},
    "keep": {"anyOf": [{"type": "object"}, {"type": "null"}]},
    "forward": {"anyOf": [{"$ref": "#/$defs/Who"}], "$defs": {"Who": {"type": ["string", "object"]}}},
    **{name: {} for name in ["tag", "send", "set", "save_attachments", "save_message", "reply", "redirect"]},
}
SCHEMA = rules_schema(ACTIONS)
SAMPLES = sorted((Path(__file__).resolve().parents[3] / "rules").glob("*.yaml"))


def is_valid(text_of_when: str) -> bool:
    from automailer.settings import parse_document

    when = parse_document(text_of_when, "rules.yaml").data
    rules = {"rules": [{"name": "r", "when": when, "then": ["delete"]}]}
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(rules)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_has_every_test() -> None:
    assert set(SCHEMA["$defs"]["tests"]["properties"]) == {*TESTS, "all", "any", "not"}


@pytest.mark.parametrize("text", [case[0] for case in CASES.values()], ids=list(CASES))
def test_it_takes_what_the_loader_takes(text: str) -> None:
    assert is_valid(text)


REFUSED = [
    "subjct: x",
    "subject: {conatins: x}",
    "from: {domian: x}",
    "size: 5MB",
    "has_attachment: maybe",
    "kind: lost",
    "attachment: {sha256: abc}",
    "now: {weekdays: mon}",
    "authenticated: {spf: pass}",
    "authenticated: {by: mx.example.com}",
    "authenticated: {by: mx.example.com, dkim: passed}",
    "command: {timeout: 3s}",
    "command: {run: bogofilter}",
    "any: {subject: x}",
    "{}",
]


@pytest.mark.parametrize("text", REFUSED)
def test_it_marks_what_the_loader_refuses(text: str) -> None:
    assert not is_valid(text)


@pytest.mark.parametrize("path", SAMPLES, ids=[path.name for path in SAMPLES])
def test_the_sample_rules_are_valid(path: Path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(read_document(path).data)


def test_an_entry_of_then_is_one_action() -> None:
    def fits(entry: object) -> bool:
        rules = {"rules": [{"name": "r", "then": [entry]}]}
        return jsonschema.Draft202012Validator(SCHEMA).is_valid(rules)

    assert fits("delete")
    assert fits({"forward": "a@example.com"})
    assert not fits("delte")
    assert not fits({"delete": {}, "forward": "a@example.com"})
