"""The JSON Schema of rules files: it takes what the loader takes, and shows editors the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from automailer.rules import TESTS, rules_schema
from automailer.rules.registry import TestKind
from automailer.rules.shapes import value_shapes
from automailer.rules.state import read_mailbox
from automailer.settings import read_document
from tests.unit.rules.build import read, refused
from tests.unit.rules.draws import WHENS
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


@given(WHENS)
def test_it_takes_whatever_can_be_drawn(when: Any) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate({"rules": [{"name": "r", "when": when}]})


ACCEPTED = [
    "subject: 5",
    "subject: [a, {is: ''}]",
    "subject: {regex: '', case: true}",
    "subject: '/a/ims'",
    "subject: {in: vips}",
    "from: 5",
    "from: {domain: localhost}",
    "from: {domain: [a.example, 'b.example.']}",
    "to: [{count: '>3'}, x@example.com]",
    "header: {X-Number: {count: 3}, List-Id: [{exists: false}, a]}",
    "size: ' > 5 MB '",
    "size: ['>1.5GiB', '== 100']",
    "date: {after: 2026-12-24T18:00+01:00, before: 20261224T10}",
    "date: {after: '2026-12-24 18:00'}",
    "date: {after: 2026-W50-1, date: [2026-12-24 .. 2026-12-26, 2026-01-01]}",
    "now: {weekday: 'Mon - Friday, SUN', time: [8:00-12:00, '13:00 - 24:00']}",
    "attachment: {count: 0}",
    "attachment: {type: ['*', IMAGE/*], size: '<1KB', count: '>=1'}",
    "has_attachment: [true, false]",
    "kind: [list]",
    "command: {run: [a, 5]}",
    "frequency: {key: 5, over: 1, within: 366d}",
    "all: {subject: x}",
    "[{subject: x}, [{body: y}]]",
    "not: [{subject: x}, {body: y}]",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_it_refuses_nothing_that_the_loader_takes(text: str) -> None:
    assert read(text) is not None
    assert is_valid(text)


def test_a_test_that_is_added_to_the_registry_is_known_to_both(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused("moon: full")
    monkeypatch.setitem(TESTS, "moon", TestKind(read_mailbox, "text", "how the moon stands"))
    assert refused("moon: full") == []
    assert (
        rules_schema(ACTIONS)["$defs"]["tests"]["properties"]["moon"]["description"] == "how the moon stands"
    )


def test_every_sort_of_value_has_a_shape_and_none_is_left_over() -> None:
    assert {kind.shape for kind in TESTS.values()} == set(value_shapes())


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
