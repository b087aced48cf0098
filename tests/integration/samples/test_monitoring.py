"""The mail of monitoring systems: it is forwarded, and where a machine says that it wrote it, not answered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from automailer.message import parse
from automailer.shipped import shipped
from automailer.worker.assembly import assemble
from automailer.worker.decide import Decided, Decider
from tests.integration.samples.test_sample_rules import NothingSaid

MAILS = sorted((shipped("rules") / "tests" / "messages" / "monitoring").glob("*.eml"))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = """
state: state/
templates: templates/
mailboxes:
  ops: {host: 127.0.0.1, tls: none, username: ops@example.com, password: secret, poll: 60s, rules: rules.yaml}
smtp:
  default: {host: 127.0.0.1, tls: none, from: "Ops Desk <ops@example.com>"}
"""
RULES = """
rules:
  - name: forwarded and answered
    then:
      - forward: oncall@example.org
      - reply: {text: We are at it.}
"""
SAYS_SO = {"checkmk-service.eml"}


@pytest.fixture
def decider(tmp_path: Path) -> Decider:
    (tmp_path / "templates").mkdir()
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    settings = tmp_path / "automailer.yaml"
    settings.write_text(SETTINGS, "utf-8")
    settings.chmod(0o600)
    return Decider(assemble(settings), "ops", loop_id="this-state-folder", replies=NothingSaid())


def outcome(decided: Decided) -> tuple[list[str], list[str]]:
    by_refusal: dict[bool, list[str]] = {False: [], True: []}
    for one in decided.planned:
        assert one.error is None
        by_refusal[one.plan.refused is not None].append(one.action)
    return by_refusal[False], by_refusal[True]


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_an_alert_is_forwarded_and_answered_where_nothing_says_that_a_machine_wrote_it(
    decider: Decider, path: Path
) -> None:
    message = parse(path.read_bytes())
    assert ("automatic" in message.kinds) is (path.name in SAYS_SO)
    expected = (["forward"], ["reply"]) if path.name in SAYS_SO else (["forward", "reply"], [])
    assert outcome(decider.decide(message, uidl="1", now=NOW)) == expected


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_an_alert_that_says_so_is_forwarded_all_the_same(decider: Decider, path: Path) -> None:
    message = parse(b"Auto-Submitted: auto-generated\n" + path.read_bytes())
    assert outcome(decider.decide(message, uidl="1", now=NOW)) == (["forward"], ["reply"])
