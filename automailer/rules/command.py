"""The test that asks a program: `command: {run: [bogofilter], timeout: 10s}`. Pure: others start it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from automailer.errors import Place, TemporaryError
from automailer.rules.leaf import NOT_FETCHED, Rank, Seen, answer, observed
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.outside import Program
from automailer.rules.refusal import refuse_unknown_keys, short
from automailer.rules.site import Problems, Site
from automailer.rules.text import as_text
from automailer.rules.times import read_time

__all__ = ["COMMAND_FIELDS", "MAX_TIMEOUT", "USUAL_TIMEOUT", "CommandTest", "read_command"]

USUAL_TIMEOUT = timedelta(seconds=10)

MAX_TIMEOUT = timedelta(minutes=5)
"""The rest of the mailbox waits so long, and its lease must last (15 minutes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTest:
    """YES when the program ends with status 0, NO with any other."""

    program: Program
    where: Place

    def observe(self, subject: Subject) -> Seen:
        """Have it run.

        Raises:
            TemporaryError: it gave no answer, so that the message waits rather than go the wrong way.
        """
        if not subject.message.complete:
            return NOT_FETCHED
        if subject.outside is None:
            return Seen(Answer.UNKNOWN, "programs are not run here")
        try:
            ran = subject.outside.run(self.program)
        except TemporaryError as exc:
            reason = f"{self.where}: command: {exc}"
            raise TemporaryError(reason) from exc
        value = f"exit {ran.status}: {ran.complaint}" if ran.complaint else f"exit {ran.status}"
        return Seen(answer(ran.status == 0), observed(value))


def read_command(value: object, site: Site) -> Test:
    """`command`: a mapping of `run`, the program and its arguments, and `timeout`."""
    if not isinstance(value, dict):
        hint = f"{{run: {_as_list(value)}}}" if isinstance(value, str) else ""
        site.refuse(f"expected a mapping such as {{run: [bogofilter]}}, found {short(value)!r}", hint=hint)
    problems, parts = Problems(), dict[str, Any]()
    with problems.gathered():
        site.read(lambda _, scope: refuse_unknown_keys(value, COMMAND_FIELDS), value)
    if "run" not in value:
        problems.found.append(site.problem("has no run: expected the program and its arguments as a list"))
    for name, read in COMMAND_FIELDS.items():
        if name in value:
            with problems.gathered():
                parts[name] = read(value[name], site.at(name))
    problems.settle()
    program = Program(parts["run"], parts.get("timeout", USUAL_TIMEOUT))
    return site.leaf(value, CommandTest(program=program, where=site.where), Rank.OUTSIDE)


def _read_run(value: object, site: Site) -> tuple[str, ...]:
    if isinstance(value, str):
        site.refuse("expected a list of words, since no shell reads this", hint=_as_list(value))
    if not isinstance(value, list) or not value:
        site.refuse(f"expected the program and its arguments as a list, found {short(value)!r}")
    problems, words = Problems(), []
    for index, word in enumerate(value):
        with problems.gathered():
            words.append(_read_word(word, site.at(index)))
    problems.settle()
    if not words[0]:
        site.at(0).refuse("expected the name or the path of a program")
    if fault := site.scope.unfit_program(words[0]):
        site.at(0).refuse(fault)
    return tuple(words)


def _as_list(line: str) -> str:
    try:
        return f"[{', '.join(shlex.split(line))}]"
    except ValueError:  # a quote is open
        return "[…]"


def _read_word(value: object, site: Site) -> str:
    word = site.read(lambda each, scope: as_text(each), value)
    if "\0" in word:
        site.refuse("no argument of a program can hold a NUL")
    return word


def _read_timeout(value: object, site: Site) -> timedelta:
    return read_time(value, site, most=MAX_TIMEOUT, example="10s")


COMMAND_FIELDS: Mapping[str, Callable[[object, Site], object]] = {"run": _read_run, "timeout": _read_timeout}
