"""Actions as a rules file writes them, mail with files, and what planning reads beside it."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from automailer.actions import (
    ActionModel,
    ActionReader,
    Mail,
    Plan,
    PlanContext,
    Planned,
    SavedFile,
    Sender,
    plan,
)
from automailer.errors import ConfigError
from automailer.message import Address, Message, parse
from automailer.rules import ActionCall, Decision, Match, Mode, Rule
from automailer.settings import parse_document
from automailer.templating import LocalFile, Templates
from tests.unit.rules.build import NOW, NOWHERE, subject

LISTS: Mapping[str, tuple[str, ...]] = {
    "oncall": ("a@example.com", "Bob <b@example.com>"),
    "vips": ("boss@example.com", "*@board.example.com"),
    "words": ("urgent", "a@example.com"),
}
RELAYS = ("default", "backup")
TEMPLATES: Mapping[str, str] = {
    "ack.txt.j2": "{% set subject %}Got {{ message.subject }}{% endset %}Thank you.\n",
    "body.txt.j2": "You wrote: {{ message.text }}\n",
    "broken.txt.j2": "first line\n{{ match.nobody }}\n",
}


class Answered:
    """A ledger of replies: when each sender was answered, whatever the rule."""

    def __init__(self, **answered: datetime) -> None:
        self._answered = answered

    def last(self, rule: str, sender: str) -> datetime | None:
        return self._answered.get(sender.partition("@")[0])

    def count(self, *, now: datetime, within: timedelta) -> int:
        return sum(now - at < within for at in self._answered.values())


def templates(folder: Path) -> Templates:
    """A folder of templates, written."""
    for name, text in TEMPLATES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Templates([folder])


def read(text: str, *, templates: Templates | None = None) -> ActionModel:
    """The action that one entry of `then` in YAML means."""
    document = parse_document(f"- {text}", "rules.yaml")
    entry = document.data[0]
    name, value = (entry, None) if isinstance(entry, str) else next(iter(entry.items()))
    reader = ActionReader(lists=LISTS, relays=RELAYS, templates=templates or Templates([]))
    return reader.read(name, value, document=document, path=(0,) if value is None else (0, name))


def refused(text: str, *, templates: Templates | None = None) -> list[str]:
    """What is said about an entry that can't be read, without the lines of the file."""
    try:
        read(text, templates=templates)
    except ConfigError as error:
        return [str(problem).partition("\n")[0] for problem in error.problems]
    return []


def context(**changes: Any) -> PlanContext:
    """What surrounds planning in the tests."""
    numbers = count(1)
    ops = Address("Ops", "ops@example.com")
    facts: dict[str, Any] = {
        "templates": Templates([]),
        "relays": {
            "default": Sender(from_=ops, envelope_from="bounces@example.com", max_recipients=3),
            "backup": Sender(from_=Address("", "backup@example.net"), envelope_from="backup@example.net"),
            "mute": Sender(from_=None, envelope_from=""),
        },
        "relay": "default",
        "folder": Path("/srv/mail"),
        "own_addresses": frozenset({"ops@example.com"}),
        "loop_id": "this-one",
        "once_per": timedelta(days=1),
        "max_per_hour": 200,
        "replies": Answered(),
        "new_id": lambda: f"id{next(numbers)}",
        "read_files": no_files,
    }
    return PlanContext(**{**facts, **changes})


def no_files(pattern: str) -> Iterator[LocalFile]:
    """A folder in which nothing is found."""
    return iter(())


def planned(
    text: str,
    message: Message | None = None,
    *,
    around: PlanContext | None = None,
    mode: Mode = Mode.ENFORCE,
    done: Collection[tuple[str, int]] = (),
    **facts: Any,
) -> Planned:
    """What an entry of `then` comes to for a message."""
    around = around or context()
    call = ActionCall(action=read(text, templates=around.templates), position=0, where=NOWHERE)
    rule = Rule(name="this rule", where=NOWHERE, when=None, then=(call,), mode=mode)
    facts.setdefault("lists", LISTS)
    match = Match(rule=rule, subject=subject(message, **facts))
    (found,) = plan(Decision(matches=(match,), trace=()), around, done=done)
    return found


def plan_of(text: str, message: Message | None = None, **facts: Any) -> Plan:
    """The plan, where there has to be one."""
    found = planned(text, message, **facts)
    assert found.error is None, found.error
    return found.plan


def mails(text: str, message: Message | None = None, **facts: Any) -> list[Mail]:
    """The mails that come of it."""
    return [effect for effect in plan_of(text, message, **facts).effects if isinstance(effect, Mail)]


def mail(text: str, message: Message | None = None, **facts: Any) -> Mail:
    """The one mail that comes of it."""
    (found,) = mails(text, message, **facts)
    return found


def files(text: str, message: Message | None = None, **facts: Any) -> list[SavedFile]:
    """The files that come of it."""
    return [effect for effect in plan_of(text, message, **facts).effects if isinstance(effect, SavedFile)]


def mail_with(
    contents: Mapping[str, bytes], *, kind: str = "application/octet-stream", **headers: str
) -> Message:
    """A message with files of these names and octets."""
    fields = {"From": "Ann <ann@mail.example.com>", "Subject": "files", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    parts = "".join(
        f"--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; filename*=utf-8''{quote(name, safe='')}\r\n\r\n"
        f"{base64.encodebytes(octets).decode()}\r\n"
        for name, octets in contents.items()
    )
    text = f"{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee files\r\n{parts}--b--\r\n"
    return parse(text.encode())


__all__ = ["LISTS", "NOW", "NOWHERE"]
