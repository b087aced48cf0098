"""One file for each defect: the schema refuses it, and `check` (`test` for rule tests) with the words beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from automailer.cli.schema import schema_text
from automailer.errors import ConfigError
from automailer.ruletests import load_tests
from automailer.settings import parse_document
from automailer.shipped import shipped
from automailer.worker import assemble
from automailer.worker.check import check

BROKEN = Path(__file__).parent / "broken"
FILES = sorted(BROKEN.glob("*/*.yaml"))
SETTINGS = """\
templates: templates
mailboxes:
  ops: {host: pop.example.com, username: ops@example.com, password: {env: X}, poll: 60s, rules: rules.yaml}
smtp: {default: {host: smtp.example.com, from: ops@example.com}}
"""
RULES = "rules:\n  - name: it\n"


def named(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings and rules in which nothing is wrong."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(shipped("templates"), tmp_path / "templates")
    (tmp_path / "automailer.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def told(file: Path) -> list[str]:
    """What is said of the file, each problem in its first line."""
    kind, text = file.parent.name, file.read_text(encoding="utf-8")
    Path({"settings": "automailer.yaml"}.get(kind, f"{kind}.yaml")).write_text(text, encoding="utf-8")
    if kind != "tests":
        return [str(problem).partition("\n")[0] for problem in check(Path("automailer.yaml")).errors]
    assembly = assemble(Path("automailer.yaml"))
    rules = {name: [rule.name for rule in each] for name, each in assembly.rules.items()}
    with pytest.raises(ConfigError) as caught:
        load_tests([Path("tests.yaml")], rules=rules, zone=assembly.settings.zone)
    return [str(problem).partition("\n")[0] for problem in caught.value.problems]


def fits(kind: str, text: str) -> bool:
    schema: dict[str, Any] = json.loads(schema_text(kind))
    return Draft202012Validator(schema).is_valid(parse_document(text, "a.yaml").data)


def test_there_are_enough_of_each_kind() -> None:
    assert len(FILES) > 60
    assert {file.parent.name for file in FILES} == {"settings", "rules", "tests"}


def test_what_they_are_broken_copies_of_is_right(folder: Path) -> None:
    assert check(folder / "automailer.yaml").errors == []
    assert fits("settings", SETTINGS)
    assert fits("rules", RULES)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_broken_file_is_told_in_the_words_beside_it(file: Path, folder: Path) -> None:
    assert told(file) == file.with_suffix(".txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("file", FILES, ids=named)
def test_an_editor_marks_a_broken_file(file: Path) -> None:
    assert not fits(file.parent.name, file.read_text(encoding="utf-8"))
