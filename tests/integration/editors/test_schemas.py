"""The schemas take every file that we ship, write or show, and editors are told where they lie."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from automailer.actions import ACTIONS, ActionModel, action_schemas
from automailer.cli import run_cli
from automailer.cli.schema import schema_text
from automailer.rules import rules_schema
from automailer.sandbox import sample_mails
from automailer.settings import parse_document, read_document
from automailer.shipped import shipped
from automailer.worker.demo import demo
from tests.unit.docs.test_examples import Example, examples, written

KINDS = ("settings", "rules", "tests")
SAMPLES = sorted(shipped("rules").rglob("*.yaml"))
EXAMPLES = examples("yaml")

_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


def validate(kind: str, data: Any) -> None:
    """Raise when the schema of this kind of file refuses the data."""
    Draft202012Validator(json.loads(schema_text(kind))).validate(data)


def kind_of(file: Path) -> str:
    return "settings" if file.name == "automailer.yaml" else file.parent.name


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_sample_is_valid(file: Path) -> None:
    validate(kind_of(file), read_document(file).data)


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.kind != "tests"], ids=str)
def test_an_example_of_settings_or_rules_is_valid(example: Example) -> None:
    settings, rules = written(example)
    validate("settings", parse_document(settings, "automailer.yaml").data)
    validate("rules", parse_document(rules, "rules.yaml").data)


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.kind == "tests"], ids=str)
def test_an_example_of_rule_tests_is_valid(example: Example) -> None:
    validate("tests", parse_document(example.text, "tests.yaml").data)


def test_the_settings_of_the_demo_are_valid(tmp_path: Path) -> None:
    assert sample_mails()
    with demo(tmp_path / "demo") as running:
        validate("settings", read_document(running.folder / "automailer.yaml").data)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `automailer init` writes."""
    monkeypatch.setattr(sys, "argv", ["automailer", "init", str(tmp_path / "new")])
    run_cli()
    return tmp_path / "new"


def test_every_file_of_init_names_the_schema_that_it_is_valid_by(folder: Path) -> None:
    files = sorted(folder.rglob("*.yaml"))
    assert {kind_of(file) for file in files} == set(KINDS)
    for file in files:
        named = _LINE.match(file.read_text(encoding="utf-8"))
        assert named, f"{file} names none"
        schema = (file.parent / named[1]).resolve()
        assert schema.read_text(encoding="utf-8") == schema_text(kind_of(file))
        validate(kind_of(file), read_document(file).data)


def test_an_action_that_is_added_is_in_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ring(ActionModel):
        """Ring a bell."""

        times: int

    monkeypatch.setitem(ACTIONS, "ring", Ring)
    validator = Draft202012Validator(rules_schema(action_schemas()))
    for fields, fits in (({"times": 3}, True), ({"times": "often"}, False), (None, False)):
        assert validator.is_valid({"rules": [{"name": "r", "then": [{"ring": fields}]}]}) is fits


def keys_in(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that can be written, with what the schema says of it."""
    if isinstance(schema, list):
        for part in schema:
            yield from keys_in(part, path)
    elif isinstance(schema, dict):
        for name, part in schema.get("properties", {}).items():
            yield f"{path}.{name}", part
        for name, part in schema.items():
            inside = isinstance(part, dict) and name in ("properties", "$defs")
            for step, inner in part.items() if inside else [("", part)]:
                yield from keys_in(inner, f"{path}.{step}" if inside else path)


@pytest.mark.parametrize("kind", KINDS)
def test_an_editor_has_words_for_every_key(kind: str) -> None:
    silent = [path for path, part in keys_in(json.loads(schema_text(kind))) if not part.get("description")]
    assert silent == []


@pytest.mark.parametrize("kind", KINDS)
def test_words_for_a_key_are_one_line_without_links(kind: str) -> None:
    words = [part["description"] for _, part in keys_in(json.loads(schema_text(kind)))]
    assert [one for one in words if "\n" in one or "](" in one or one != one.strip()] == []
