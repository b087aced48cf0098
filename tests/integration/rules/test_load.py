"""Rules files as they are read: includes, names, constants, and everything that is wrong in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from automailer.errors import ConfigError
from automailer.rules import Mode, Rule, Subject, load_rules
from automailer.settings import Document

BAD = Path(__file__).parent / "bad"
LISTS = ("oncall", "vips")


@dataclass(frozen=True, slots=True)
class Done:
    """An action as the loader sees it."""

    name: str
    value: object

    def describe(self) -> str:
        return self.name

    def assigns(self, subject: Subject) -> Mapping[str, Any]:
        return {}


@dataclass(slots=True)
class Reader:
    """A reader of actions that knows two, and where it was asked to read them."""

    asked: list[tuple[str | int, ...]] = field(default_factory=list)

    def read(self, name: str, value: object, *, document: Document, path: tuple[str | int, ...]) -> Done:
        self.asked.append(path)
        if name not in ("delete", "tag"):
            raise ConfigError([document.problem(path, f"unknown action {name!r}")])
        return Done(name, value)


def load(*files: Path, reader: Reader | None = None) -> tuple[Rule, ...]:
    return load_rules(files, actions=reader or Reader(), lists=LISTS, mailbox="ops")


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / f"{next(iter(texts))}.yaml"


def test_a_rule_is_what_is_written(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        main="""\
vars: {level: 3}
rules:
  - name: a rule
    description: why it is here
    enabled: false
    mode: shadow
    until: 2027-01-31
    when: {subject: '/(?P<host>x)/'}
    then:
      - delete
      - tag: [a, b]
    stop: true
  - name: all mail
""",
    )
    reader = Reader()
    first, second = load(file, reader=reader)
    assert (first.name, first.description, first.enabled, first.stop) == (
        "a rule",
        "why it is here",
        False,
        True,
    )
    assert (first.mode, first.until) == (Mode.SHADOW, date(2027, 1, 31))
    assert (first.captures, first.vars) == (("host",), {"level": 3})
    assert [(call.action, call.position, call.where.line) for call in first.then] == [
        (Done("delete", None), 0, 10),
        (Done("tag", ["a", "b"]), 1, 11),
    ]
    assert reader.asked == [("rules", 0, "then", 0), ("rules", 0, "then", 1, "tag")]
    assert (second.when, second.then, second.mode, second.until) == (None, (), Mode.ENFORCE, None)
    assert (second.where.line, second.where.column) == (13, 5)


def test_an_included_file_comes_first_and_sees_the_constants_of_the_one_that_names_it(tmp_path: Path) -> None:
    write(tmp_path / "more", common="vars: {b: own}\nrules: [{name: common}]\ninclude: deep.yaml\n")
    write(tmp_path / "more", deep="rules: [{name: deep}]\n")
    file = write(
        tmp_path,
        main="rules: [{name: main, when: {matched: common}}]\ninclude: [more/common.yaml]\nvars: {a: 1, b: 2}\n",
    )
    rules = load(file)
    assert [(rule.name, dict(rule.vars)) for rule in rules] == [
        ("deep", {"a": 1, "b": "own"}),
        ("common", {"a": 1, "b": "own"}),
        ("main", {"a": 1, "b": 2}),
    ]


def test_files_are_read_in_the_order_that_they_are_named(tmp_path: Path) -> None:
    write(tmp_path, a="rules: [{name: a}]", b="rules: [{name: b, when: {matched: a}}]")
    assert [rule.name for rule in load(tmp_path / "a.yaml", tmp_path / "b.yaml")] == ["a", "b"]


def test_the_problems_of_all_files_are_said_at_once_in_order(tmp_path: Path) -> None:
    write(tmp_path, a="rules: [{name: a, wen: 1}]", b="rules: [{name: a}]\nx: 1", c="rules: {")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml", tmp_path / "d.yaml")
    said = [(Path(each.place.file).name, each.place.line, each.message) for each in caught.value.problems]
    assert [file for file, _, _ in said] == ["a.yaml", "b.yaml", "b.yaml", "c.yaml", "d.yaml"]
    assert [line for _, line, _ in said][:3] == [1, 1, 2]
    assert said[1][2].startswith("mailbox 'ops' has a rule 'a' already: ")


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_wrong_is_said_in_these_words(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(ConfigError) as caught:
        load(Path(path.name))
    assert f"{caught.value}\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_kind_of_mistake_has_a_file() -> None:
    assert len(list(BAD.glob("*.yaml"))) >= 12
