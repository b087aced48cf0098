"""What docs/settings.md puts off to a later version, `check` warns of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from automailer.settings import Settings
from tests.unit.cautions.build import warned

PAGE = Path(__file__).resolve().parents[3] / "docs" / "settings.md"

_ROW = re.compile(r"^\| `(\w+)` \|.*\(#not-in-this-version\) \|$", re.MULTILINE)
LATER = _ROW.findall(PAGE.read_text(encoding="utf-8").partition("<!-- end -->")[0])

WRITTEN = {
    "operators": "{mail: admin@example.com}",
    "web": '{listen: "127.0.0.1:8025"}',
    "reports": "{daily: {to: boss@example.com, template: daily}}",
    "expect": "{backup: {mailbox: ops, every: 26h}}",
}


def test_the_page_puts_off_what_can_be_written() -> None:
    assert set(LATER) == set(WRITTEN)
    assert set(LATER) <= set(Settings.model_fields)


@pytest.mark.parametrize("part", WRITTEN)
def test_check_warns_of_what_is_put_off(part: str, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "rules.yaml").write_text("rules: []\n", encoding="utf-8")
    (tmp_path / "automailer.yaml").write_text(
        "mailboxes:\n"
        "  ops: {host: pop.example.com, username: ops, password: {env: X}, poll: 60s, rules: rules.yaml}\n"
        "smtp: {default: {host: smtp.example.com, from: ops@example.com}}\n"
        f"{part}: {WRITTEN[part]}\n",
        encoding="utf-8",
    )
    found = warned(tmp_path / "automailer.yaml")
    assert [problem.path for problem in found] == [part]
