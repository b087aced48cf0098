"""Every example of the documentation works: settings and rules load, templates render.

The word behind a fence's language says what it is: `yaml settings`, `yaml rules`, `yaml when`, `yaml then`,
`yaml tests`, `jinja FILE`.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from automailer.errors import ConfigError
from automailer.message import parse
from automailer.ruletests import load_tests, run_tests
from automailer.sandbox import sample_mails
from automailer.shipped import shipped
from automailer.templating import Templates, names
from automailer.worker import assemble

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(
    r"^```(?P<language>yaml|jinja)(?: (?P<kind>\S+))?\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)

# What a fragment leaves out.
REST: dict[str, Any] = {
    "mailboxes": {
        "example": {
            "host": "pop.example.com",
            "username": "ops@example.com",
            "password": "secret",
            "poll": "60s",
            "rules": ["rules/example.yaml"],
        }
    },
    "smtp": {"default": {"host": "smtp.example.com", "from": "ops@example.com"}},
    "lists": {"oncall": ["oncall@example.org"], "vips": ["*@example.org"]},
}


@dataclass(frozen=True)
class Example:
    page: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def examples(language: str) -> list[Example]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for fence in _FENCE.finditer(text):
            if fence["language"] == language:
                line = text.count("\n", 0, fence.start()) + 1
                found.append(Example(page.name, line, fence["kind"] or "", fence["text"]))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample rules and templates, and the files that examples name."""
    for name in ("rules", "templates"):
        shutil.copytree(shipped(name), tmp_path / name)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "desk.txt").write_text("desk@example.org\n", encoding="utf-8")
    (tmp_path / "rules" / "example.yaml").write_text("rules: []\n", encoding="utf-8")
    return tmp_path


RULE_TESTS = [example for example in examples("yaml") if example.kind == "tests"]


@pytest.mark.parametrize("example", [one for one in examples("yaml") if one.kind != "tests"], ids=str)
def test_an_example_of_settings_or_rules_loads(example: Example, folder: Path) -> None:
    settings, rules = written(example)
    (folder / "rules" / "example.yaml").write_text(rules, encoding="utf-8")
    (folder / "automailer.yaml").write_text(settings, encoding="utf-8")
    assembly = assemble(folder / "automailer.yaml")
    loaded = sum(map(len, assembly.rules.values()))
    assert loaded or example.kind == "settings"


@pytest.mark.parametrize("example", RULE_TESTS, ids=str)
def test_an_example_of_rule_tests_passes_over_the_sample_rules(example: Example, folder: Path) -> None:
    settings = yaml.safe_dump(REST).replace("rules/example.yaml", "rules/ops.yaml")
    (folder / "automailer.yaml").write_text(settings, encoding="utf-8")
    (folder / "rules" / "tests" / "example.yaml").write_text(example.text, encoding="utf-8")
    assembly = assemble(folder / "automailer.yaml")
    names = {mailbox: [rule.name for rule in rules] for mailbox, rules in assembly.rules.items()}
    cases = load_tests([folder / "rules" / "tests" / "example.yaml"], rules=names, zone=UTC)
    report = run_tests(cases, assembly, clock=lambda: 0.0)
    assert [(one.case.name, one.differences) for one in report.outcomes if one.differences] == []


def written(example: Example) -> tuple[str, str]:
    """The settings and the rules that the example stands in."""
    if example.kind == "settings":
        missing = {key: part for key, part in REST.items() if key not in yaml.safe_load(example.text)}
        return example.text + (yaml.safe_dump(missing) if missing else ""), "rules: []\n"
    settings = yaml.safe_dump(REST)
    if example.kind == "rules":
        return settings, example.text
    inside = textwrap.indent(example.text, "      ")
    return settings, f"rules:\n  - name: example\n    {_part(example)}:\n{inside}"


def _part(example: Example) -> str:
    if example.kind not in ("when", "then"):
        pytest.fail(f"{example}: says `{example.kind}`, and not which of settings, rules, when, then it is")
    return example.kind


def test_the_problem_that_the_page_shows_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    example = next(one for one in examples("yaml") if one.page == "settings.md")
    wrong = example.text.replace("    poll:", "    prot: 995\n    poll:")
    Path("automailer.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        assemble(Path("automailer.yaml"))
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"```text\n{caught.value}\n```" in page


@pytest.mark.parametrize("example", examples("jinja"), ids=str)
def test_an_example_of_a_template_renders(example: Example, folder: Path) -> None:
    name = example.kind.partition(".")[0]
    for sample in (folder / "templates").glob(f"{name}.*"):
        sample.unlink()
    (folder / "templates" / example.kind).write_text(example.text, encoding="utf-8")
    templates = Templates([folder / "templates"])
    assert templates.check(name) == ()
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    for mail in sample_mails():
        seen = names(parse(mail.octets), mailbox="ops", uidl="1", match={}, vars={}, rule="example", now=now)
        if seen["message"]["date"] is not None:
            assert templates.render(name, seen).text
