"""The rules and templates at the top of the tree, put to the sandbox's mail: what a new user sees first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from automailer.actions import Mail, Planned, SavedFile
from automailer.message import parse
from automailer.sandbox import sample_mails
from automailer.shipped import shipped
from automailer.worker.assembly import assemble
from automailer.worker.decide import Decided, Decider

LOOP_ID = "this-state-folder"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = """
state: state/
templates: {templates}
timezone: UTC
lists: {{oncall: [oncall@example.org]}}
mailboxes:
  ops:
    host: 127.0.0.1
    tls: none
    username: ops@example.com
    password: secret
    poll: 60s
    rules: [{rules}/common.yaml, {rules}/ops.yaml]
smtp:
  default: {{host: 127.0.0.1, tls: none, from: "Ops Desk <ops@example.com>"}}
"""
MACHINE = "answer by a machine"
QUESTION = "somebody writes to us"
MATCHED = {
    "01-critical-alert": ["critical alert to on-call"],
    "02-recovery": ["recovery"],
    "03-invoice": ["invoice"],
    "04-chinese": ["written in Chinese or Japanese", QUESTION],
    "05-inline-picture": ["report with a chart"],
    "06-out-of-office": [MACHINE, QUESTION],
    "07-newsletter": ["newsletter"],
    "08-bounce": ["bounce", QUESTION],
    "09-hostile-names": ["files for the desk"],
    "10-question": [QUESTION],
    "11-broken-headers": [],
    "12-several-attachments": ["files for the desk"],
    "13-invitation": ["invitation"],
    "14-own-loop-mark": [QUESTION],
    "15-forwarded-message": ["handed on by a colleague", QUESTION],
    "16-japanese": ["written in Chinese or Japanese", QUESTION],
}
SAMPLES = {sample.name: sample for sample in sample_mails(loop_mark=LOOP_ID)}


class NothingSaid:
    """A ledger of replies in which there is none."""

    def last(self, rule: str, sender: str) -> datetime | None:
        return None

    def count(self, *, now: datetime, within: timedelta) -> int:
        return 0


@pytest.fixture
def decider(tmp_path: Path) -> Decider:
    path = tmp_path / "automailer.yaml"
    path.write_text(SETTINGS.format(templates=shipped("templates"), rules=shipped("rules")), "utf-8")
    path.chmod(0o600)
    return Decider(assemble(path), "ops", loop_id=LOOP_ID, replies=NothingSaid())


def decide(decider: Decider, name: str) -> Decided:
    return decider.decide(parse(SAMPLES[name].octets), uidl=name, now=NOW)


def mails(planned: tuple[Planned, ...]) -> list[Mail]:
    return [effect for one in planned for effect in one.plan.effects if isinstance(effect, Mail)]


def refusals(planned: tuple[Planned, ...]) -> dict[str, str]:
    return {one.action: one.plan.refused for one in planned if one.plan.refused}


def test_every_sample_is_expected() -> None:
    assert list(SAMPLES) == list(MATCHED)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_rules_that_match_are_those_that_are_meant(decider: Decider, name: str) -> None:
    decided = decide(decider, name)
    assert [match.rule.name for match in decided.decision.matches] == MATCHED[name]
    assert [one.error for one in decided.planned if one.error] == []


def test_the_alert_goes_to_on_call_with_host_and_trouble(decider: Decider) -> None:
    (mail,) = mails(decide(decider, "01-critical-alert").planned)
    assert mail.recipients == ("oncall@example.org",)
    assert mail.subject == "db1: disk full"
    assert b"CRITICAL: disk full on db1" in mail.octets


def test_the_invoice_is_saved_by_month_and_acknowledged_with_the_logo_inside(decider: Decider) -> None:
    planned = decide(decider, "03-invoice").planned
    (saved,) = [effect for one in planned for effect in one.plan.effects if isinstance(effect, SavedFile)]
    assert saved.name == "invoice-4711.pdf"
    assert saved.folder.endswith("invoices/2026/11")
    assert b"".join(saved.chunks()).startswith(b"%PDF-1.4")
    (reply,) = mails(planned)
    assert (reply.sender, reply.recipients) == ("", ("billing@example.net",))
    answer = parse(reply.octets)
    assert answer.subject == "Received: Invoice 4711 for November"
    assert [(file.name, file.inline) for file in answer.attachments] == [("logo.png", True)]


@pytest.mark.parametrize("name", ["06-out-of-office", "08-bounce", "14-own-loop-mark"])
def test_machines_get_no_answer_and_the_reason_is_kept(decider: Decider, name: str) -> None:
    planned = decide(decider, name).planned
    assert refusals(planned).keys() == {"reply"}
    assert [mail for mail in mails(planned) if mail.kind == "reply"] == []


def test_hostile_names_stay_below_the_folder_of_their_sender(decider: Decider) -> None:
    planned = decide(decider, "09-hostile-names").planned
    saved = [effect for one in planned for effect in one.plan.effects if isinstance(effect, SavedFile)]
    assert len(saved) == 10
    for file in saved:
        assert file.folder.endswith("attachments/2026-11-23/eve@example.org")
        assert not {"/", "\\", "\0", "\r", "\n"} & set(file.name)
        assert not file.name.startswith(".")


def test_the_invitation_travels_on_as_it_is(decider: Decider) -> None:
    (mail,) = mails(decide(decider, "13-invitation").planned)
    assert mail.recipients == ("calendar@example.org",)
    assert b"Resent-To: calendar@example.org" in mail.octets
    assert SAMPLES["13-invitation"].octets.partition(b"\r\n\r\n")[2] in mail.octets


def test_the_chart_stays_in_its_place_when_the_report_is_forwarded(decider: Decider) -> None:
    (mail,) = mails(decide(decider, "05-inline-picture").planned)
    assert mail.recipients == ("managers@example.org",)
    forwarded = parse(mail.octets)
    assert [(file.type, file.inline) for file in forwarded.attachments] == [("image/png", True)]
