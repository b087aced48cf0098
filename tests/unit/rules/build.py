"""Mails, subjects and tests as the tests of rules write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import yaml

from automailer.errors import ConfigError, Place, TemplateError, TemporaryError
from automailer.message import Message, parse
from automailer.rules import ActionCall, Mode, Program, Ran, Rule, Signature, Subject, TestTrace
from automailer.rules import model as vocabulary
from automailer.rules.scope import Scope
from automailer.rules.site import Site
from automailer.rules.when import read_when
from automailer.settings import parse_document

BERLIN = timezone(timedelta(hours=1), "CET")
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=BERLIN)  # a Wednesday
NOWHERE = Place("rules.yaml", 1, 1)

HEADERS = {
    "From": "Ann Example <ann@mail.example.com>",
    "To": "ops@example.org, Team: bob@example.net, carol@example.net;",
    "Date": "Mon, 23 Nov 2026 10:30:00 +0100",
    "Subject": "[CRIT] db1   is\r\n down",
}


def mail(
    body: str = "Hello,\nthe disk of db1 is full.\n",
    *,
    complete: bool = True,
    size: int | None = None,
    **headers: str | Sequence[str] | None,
) -> Message:
    """A plain message; a header given as None is left out, `_` in a name stands for `-`."""
    fields: dict[str, str | Sequence[str] | None] = {**HEADERS}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [
        f"{name}: {value}"
        for name, values in fields.items()
        for value in ([] if values is None else [values] if isinstance(values, str) else values)
    ]
    head = "\r\n".join([*lines, "", ""])
    octets = (head + (body.replace("\n", "\r\n") if complete else "")).encode()
    return parse(octets, size=size, complete=complete)


PART = "--b\r\nContent-Type: {type}\r\nContent-Disposition: {disposition}; filename*=UTF-8''{name}\r\n\r\n{content}\r\n"


def mail_with(*files: tuple[str, str, str], complete: bool = True) -> Message:
    """A message with attached files: name (RFC 2231), type, content; a name that begins with `inline:` is shown."""
    head = "From: ann@example.com\r\nSubject: files\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    body = "--b\r\nContent-Type: text/html\r\n\r\n<p>see <img src='cid:pic'></p>\r\n"
    for name, kind, content in files:
        shown = name.startswith("inline:")
        part = PART.format(
            type=kind + ("\r\nContent-ID: <pic>" if shown else ""),
            disposition="inline" if shown else "attachment",
            name=name.removeprefix("inline:"),
            content=content,
        )
        body += part
    return parse((head + (f"{body}--b--\r\n" if complete else "")).encode(), complete=complete)


def subject(message: Message | None = None, **changes: Any) -> Subject:
    """A message and what surrounds it."""
    around: dict[str, Any] = {"mailbox": "ops", "uidl": "u1", "now": NOW, "rule": "this rule"}
    return Subject(message=message or mail(), **{**around, **changes})


def read(text: str, **scope: Any) -> vocabulary.Test:
    """The test that a `when` in YAML means."""
    document = parse_document(text, "rules.yaml")
    return read_when(document.data, Site(document=document, scope=Scope(**scope)))


def ask(text: str, message: Message | None = None, **around: Any) -> TestTrace:
    """The answer of a `when` in YAML, every test in it answered."""
    return read(text).check(subject(message, **around), thorough=True)


def refused(text: str, **scope: Any) -> list[str]:
    """What is said about a `when` in YAML that can't be read, without the lines of the file."""
    try:
        read(text, **scope)
    except ConfigError as error:
        return [str(problem).partition("\n")[0] for problem in error.problems]
    return []


@dataclass(frozen=True, slots=True)
class Answers:
    """A world that gives these answers; `spamcheck` knows no option."""

    signed: tuple[Signature, ...] = ()
    silent: bool = False

    def signatures(self) -> tuple[Signature, ...]:
        return self.signed

    def run(self, program: Program) -> Ran:
        if self.silent:
            raise TemporaryError("it gave no answer")
        options = program.words[1:]
        return Ran(status=2, complaint=f"unknown option {options[0]}") if options else Ran(status=0)


@dataclass(frozen=True, slots=True)
class Assign:
    """What the `set` action is to the evaluator."""

    values: Mapping[str, Any]
    name: str = "set"
    reads_body: bool = False
    breaks: bool = False

    def describe(self) -> str:
        return f"{self.name}: {dict(self.values)}"

    def assigns(self, subject: Subject) -> Mapping[str, Any]:
        if self.breaks:
            raise TemplateError("no such name", file="rules.yaml", line=7)
        return {**self.values, **({"text": subject.message.text} if self.reads_body else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMaker:
    """Makes rules in the order of the calls."""

    scope: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, name: str, when: str = "", *actions: Assign, **more: Any) -> Rule:
        captures: dict[str, None] = {}
        calls = [ActionCall(action=action, position=at, where=NOWHERE) for at, action in enumerate(actions)]
        test = read(when, captures=captures, **self.scope) if when else None
        return Rule(name=name, where=NOWHERE, when=test, then=tuple(calls), captures=tuple(captures), **more)


rule = RuleMaker()
SHADOW = Mode.SHADOW


def as_yaml(value: object) -> str:
    """The value on one line of YAML."""
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
