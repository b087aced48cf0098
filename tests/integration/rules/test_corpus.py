"""Every mail of the corpus, put to rules that ask everything: no exception, and headers never contradict the whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from automailer.message import parse
from automailer.rules import Answer, Rule, Subject, compact, evaluate, explain, load_rules, outline, restore
from automailer.settings import Document

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "mail"
MAILS = sorted(path for path in CORPUS.rglob("*") if path.is_file())
SAMPLES = sorted((ROOT / "rules").glob("*.yaml"))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

EVERYTHING = r"""
rules:
  - name: addresses
    when:
      any:
        - from: ["*@*.com", '/(?P<who>\w+)@/', {name: a}, {domain: org}]
        - {to: "*", cc: "*", bcc: {exists: false}}
        - {reply_to: {exists: true}, sender: "*", return_path: "*", recipient: "*"}
  - name: texts
    when:
      any:
        - subject: ['/(?P<word>\w+)$/i', {is: ""}, {glob: "*[a-z]?"}]
        - body: {regex: "(?P<first>[a-z]+) the", ends_with: "x"}
        - html: /<a href=(?P<link>\S+)/i
        - header: {Received: /by (?P<by>\S+)/, X-Mailer: {exists: true}}
  - name: times
    when:
      any: [{age: ">1w"}, {date: {weekday: mon-fri, time: "22:00-06:00"}}, {received: {after: 2001-01-01}}]
  - name: files
    when:
      any: [{attachment: {name: '/\.(?P<ext>\w+)$/', size: ">1KB"}}, {has_attachment: false}, {size: ">1MB"}]
  - name: kinds
    when: {not: {kind: [automatic, list, calendar]}, if: "message.text or message.attachments"}
"""


class NoActions:
    """Reads any action as one that assigns nothing."""

    name = "anything"

    def describe(self) -> str:
        return self.name

    def assigns(self, subject: Subject) -> Mapping[str, Any]:
        return {}

    def read(self, name: str, value: object, *, document: Document, path: tuple[str | int, ...]) -> NoActions:
        return self


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rule, ...]:
    file = tmp_path_factory.mktemp("rules") / "everything.yaml"
    file.write_text(EVERYTHING, encoding="utf-8")
    return load_rules([*SAMPLES, file], actions=NoActions(), lists=["oncall"], mailbox="ops")


def subject(octets: bytes, *, complete: bool) -> Subject:
    head = octets.partition(b"\r\n\r\n" if b"\r\n\r\n" in octets else b"\n\n")[0] + b"\r\n\r\n"
    message = parse(octets if complete else head, size=len(octets), complete=complete)
    return Subject(message=message, mailbox="ops", uidl="1", now=NOW)


@pytest.mark.skipif(not MAILS, reason="the corpus is not beside the repository")
def test_every_mail_is_decided_and_its_headers_never_contradict_it(rules: tuple[Rule, ...]) -> None:
    for path in MAILS:
        octets = path.read_bytes()
        whole = evaluate(rules, subject(octets, complete=True))
        thorough = evaluate(rules, subject(octets, complete=True), thorough=True)
        headers = evaluate(rules, subject(octets, complete=False))
        assert not whole.undecided, path
        assert [match.subject.match for match in whole.matches] == [
            match.subject.match for match in thorough.matches
        ]
        assert explain(thorough)["rules"], path
        assert outline(restore(compact(thorough))) == outline(thorough.trace), path
        for part, full in zip(headers.trace, whole.trace, strict=False):
            assert part.answer in (full.answer, Answer.UNKNOWN), (path, part.name)
            if Answer.UNKNOWN in (part.answer, full.answer):
                break
