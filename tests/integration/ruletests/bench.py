"""A folder with settings, rules and rule tests, and what comes of running them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path

from automailer.ruletests import Case, Outcome, Report, find_tests, load_tests, run_tests
from automailer.worker import Assembly, assemble

__all__ = ["Bench"]

_SETTINGS = """\
timezone: Europe/Berlin
templates: templates/
lists: {{oncall: [oncall@example.com]}}
mailboxes:
{mailboxes}
smtp: {{default: {{host: smtp.example.com, from: ops@example.com}}}}
"""
_MAILBOX = """\
  {name}:
    {{host: pop.example.com, username: {name}@example.com, password: {{env: NOT_THERE}}, poll: 60s, rules: {rules}}}
"""


class Bench:
    """The folder; each mailbox has one rules file. Rules and tests are given without their first line."""

    def __init__(self, folder: Path, **rules: str) -> None:
        self.folder = folder
        (folder / "templates").mkdir()
        boxes = []
        for name, text in (rules or {"ops": ""}).items():
            self.write(f"{name}.yaml", f"rules:\n{text}" if text else "rules: []\n")
            boxes.append(_MAILBOX.format(name=name, rules=f"{name}.yaml"))
        self.write("automailer.yaml", _SETTINGS.format(mailboxes="\n".join(boxes)))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def assembly(self) -> Assembly:
        return assemble(self.folder / "automailer.yaml")

    def load(self, tests: str) -> tuple[Case, ...]:
        """The cases of a file of tests."""
        file = self.write("tests/all.yaml", f"tests:\n{tests}")
        assembly = self.assembly
        names: Mapping[str, list[str]] = {
            mailbox: [rule.name for rule in rules] for mailbox, rules in assembly.rules.items()
        }
        found = find_tests([file], settings=self.folder, rules=[])
        return load_tests(found.files, rules=names, zone=assembly.settings.zone)

    def run(self, tests: str) -> Report:
        """What comes of them, with a clock that ticks once a second."""
        ticks = count()
        return run_tests(self.load(tests), self.assembly, clock=lambda: float(next(ticks)))

    def outcome(self, test: str) -> Outcome:
        """What comes of one test."""
        [outcome] = self.run(test).outcomes
        return outcome
