"""The samples give nothing to be warned of, whichever of them a mailbox uses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from automailer.worker.check import check

REPOSITORY = Path(__file__).resolve().parents[3]
RULES = sorted(path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "rules").glob("*.yaml"))
SETTINGS = """
mailboxes:
  ops: {{host: pop.example.com, username: ops@example.com, password: {{env: OPS}}, poll: 60s, rules: {rules}}}
smtp: {{default: {{host: smtp.example.com, from: ops@example.com}}}}
lists: {{oncall: [oncall@example.org]}}
"""


@pytest.mark.parametrize("rules", [*([name] for name in RULES), RULES], ids=", ".join)
def test_sample_rules_are_warned_of_by_nothing(
    rules: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("rules", "templates"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    (tmp_path / "automailer.yaml").write_text(SETTINGS.format(rules=rules), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPS", "x")
    found = check(Path("automailer.yaml"))
    assert [*map(str, found.errors), *map(str, found.warnings)] == []
