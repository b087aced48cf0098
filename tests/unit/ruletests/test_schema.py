"""The schema of rule tests and their loader come from the same models: they take and refuse the same files."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from automailer.actions import ACTIONS
from automailer.errors import ConfigError
from automailer.ruletests import RuleTests, schema_of_tests
from automailer.settings import parse_document, read_document, validate
from tests.unit.ruletests.written import GOOD, WRONG, file_of

SCHEMA = schema_of_tests()
SAMPLES = sorted((Path(__file__).resolve().parents[3] / "rules" / "tests").glob("*.yaml"))


def fits(text: str) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(parse_document(text, "tests.yaml").data)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_both_take_what_is_right(text: str) -> None:
    assert fits(f"tests:\n{text}")
    assert validate(RuleTests, parse_document(f"tests:\n{text}", "tests.yaml")).tests


@pytest.mark.parametrize(("test", "said"), WRONG.values(), ids=WRONG)
def test_both_refuse_what_is_wrong(test: str, said: str) -> None:
    assert not fits(file_of(test))
    with pytest.raises(ConfigError) as caught:
        validate(RuleTests, parse_document(file_of(test), "tests.yaml"))
    assert said in str(caught.value)


def test_both_refuse_a_file_without_tests() -> None:
    for text in ("tests: []", "{}", "rules: []", "- name: a"):
        assert not fits(text)
        with pytest.raises(ConfigError):
            validate(RuleTests, parse_document(text, "tests.yaml"))


@pytest.mark.parametrize("path", SAMPLES, ids=[path.name for path in SAMPLES])
def test_the_samples_fit(path: Path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(read_document(path).data)


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_can_be_expected(name: str) -> None:
    assert fits(file_of(f"{{name: a, message: {{subject: x}}, expect: {{actions: [{name}]}}}}"))
    assert fits(
        file_of(f"{{name: a, message: {{subject: x}}, expect: {{not: [{{{name}: {{rule: r}}}}]}}}}")
    ) is (not ACTIONS[name].always_short or name == "set")
