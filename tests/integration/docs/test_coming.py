"""What docs/coming-from/*.yaml says of ours is so: every row is put to its mails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from automailer.ruletests import load_tests, run_tests
from automailer.shipped import shipped
from automailer.worker import assemble
from docs.coming import LANGUAGES, Row, rows_of

ROWS = [row for language in LANGUAGES for row in rows_of(language)]
MESSAGE = {"from": "ann@example.net", "to": "ops@example.com", "subject": "db1 down"}

_EXPECTED = {"does": "actions", "not": "not", "refused": "refused", "matched": "matched"}


def named(row: Row) -> str:
    return f"row{ROWS.index(row)}"


def rules_of(row: Row) -> str:
    if "rules" in row.fields:
        return f"rules:\n{row.fields['rules']}"
    parts = "".join(
        f"    {key}:\n{_inside(row.fields[key])}" for key in ("when", "then") if key in row.fields
    )
    return f"rules:\n  - name: it\n{parts}"


def _inside(text: str) -> str:
    return "".join(f"      {line}\n" for line in text.rstrip().splitlines())


def cases_of(row: Row) -> Iterator[dict[str, Any]]:
    """The rule tests that a row makes."""
    around = {key: row.fields[key] for key in ("now", "before") if key in row.fields}
    for number, (mail, _, ours) in enumerate(row.mails()):
        yield {
            "name": f"{named(row)} mail {number}",
            "mailbox": named(row),
            "message": mail,
            "expect": {"matched": ["it"] if ours else []},
            **around,
        }
    expected = {ours: row.fields[key] for key, ours in _EXPECTED.items() if key in row.fields}
    if expected:
        message = row.fields.get("message", MESSAGE)
        yield {
            "name": f"{named(row)} done",
            "mailbox": named(row),
            "message": message,
            "expect": expected,
            **around,
        }


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, ...]]:
    """What differs from what every row expects, by the row; each has a mailbox of its own."""
    folder = tmp_path_factory.mktemp("coming")
    said = [row for row in ROWS if row.ours]
    for row in said:
        (folder / f"{named(row)}.yaml").write_text(rules_of(row), encoding="utf-8")
    mailbox = {"host": "pop.example.com", "username": "ops@example.com", "password": "x", "poll": "60s"}
    settings = {
        "timezone": "Europe/Berlin",
        "templates": str(shipped("templates")),
        "vars": {"words": ["x", "y"], "team": "Ops", "phone": "1"},
        "lists": {"vips": ["boss@example.com", "*@board.example.com"], "oncall": ["oncall@example.com"]},
        "smtp": {"default": {"host": "smtp.example.com", "from": "Ops <ops@example.com>"}},
        "mailboxes": {named(row): {**mailbox, "rules": f"{named(row)}.yaml"} for row in said},
    }
    (folder / "automailer.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    cases = [case for row in said for case in cases_of(row)]
    (folder / "tests.yaml").write_text(yaml.safe_dump({"tests": cases}, allow_unicode=True), encoding="utf-8")
    assembly = assemble(folder / "automailer.yaml")
    rules = {name: [rule.name for rule in each] for name, each in assembly.rules.items()}
    loaded = load_tests([folder / "tests.yaml"], rules=rules, zone=assembly.settings.zone)
    report = run_tests(loaded, assembly, clock=lambda: 0.0)
    found: dict[str, tuple[str, ...]] = {}
    for one in report.outcomes:
        found[one.case.mailbox] = found.get(one.case.mailbox, ()) + tuple(
            f"{one.case.name}: {difference}" for difference in one.differences
        )
    return found


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_says_what_ours_does_or_why_we_cannot(row: Row, outcomes: dict[str, tuple[str, ...]]) -> None:
    if row.ours:
        assert outcomes[named(row)] == ()
    else:
        assert row.note.startswith(("no: ", "no need: ", "`include: "))


@pytest.mark.parametrize("row", [row for row in ROWS if row.ours], ids=str)
def test_a_row_that_says_the_same_shows_no_difference(row: Row) -> None:
    differs = {"only_ours", "only_theirs"} & set(row.fields)
    assert not (differs and row.note.startswith("the same"))
    assert any(True for _ in cases_of(row))
