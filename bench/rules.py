"""What deciding costs with many rules, and on texts that were made to take long."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from automailer.actions import ActionReader
from automailer.journal.columns import PackedJson
from automailer.journal.sheets import without_sheet
from automailer.message import Message, parse
from automailer.rules import Rule, Subject, compact, evaluate, load_rules
from automailer.templating import Templates
from bench.mails import small_mails
from bench.many_rules import HOSTILE, KINDS, rules_file
from bench.report import measured

_COUNTS = (10, 100, 1000)
_MAILS = 200
_RUNS = 7
_NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
_SIZES = (1 << 18, 1 << 19, 1 << 20)
_PACKED = PackedJson()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one number of rules costs: microseconds a mail, octets a mail in the journal, seconds to load them."""

    decided: float
    recorded: float
    with_parsing: float
    one_by_one: float
    octets: float
    loaded: float
    matches: int


def measure() -> str:
    """The tables."""
    octets = list(small_mails(_MAILS))
    lines = [_HEAD.format(measured=measured("python -m bench rules"), mails=_MAILS, runs=_RUNS)]
    for kind, when in KINDS.items():
        costs = [_cost(rules_file(when, count), octets) for count in _COUNTS]
        lines += [f"| {kind} | {count} | {_row(cost)} |" for count, cost in zip(_COUNTS, costs, strict=True)]
        lines.append(f"| | 1000 / 10 | {_ratios(costs[0], costs[-1])} |")
    lines += [_HOSTILE_HEAD]
    for kind, (pattern, unit) in HOSTILE.items():
        rules = _loaded(rules_file(partial(_hostile_test, pattern), 1000))
        found = [_hostile(rules, unit, size) for size in _SIZES]
        alone = [_hostile(tuple(rules[:10]), unit, size) for size in _SIZES]
        for name, each in (("1000 together", found), ("10 one by one", alone)):
            times = " | ".join(f"{seconds * 1e3:.1f}" for seconds in each)
            lines.append(f"| {kind} | {name} | {times} | {each[-1] / each[-2]:.2f} |")
    return "\n".join([*lines, ""])


def _hostile_test(pattern: str, number: int) -> str:
    return f"body: '/{pattern}{number:04}/'"


def _row(cost: Cost) -> str:
    return (
        f"{cost.decided:.1f} | {cost.recorded:.1f} | {cost.with_parsing:.0f} | {cost.one_by_one:.0f} "
        f"| {cost.octets:.0f} | {cost.loaded * 1e3:.0f} | {cost.matches}"
    )


def _ratios(few: Cost, many: Cost) -> str:
    names = ("decided", "recorded", "with_parsing", "one_by_one", "octets", "loaded")
    return " | ".join([*(f"**{getattr(many, name) / getattr(few, name):.1f}**" for name in names), ""])


def _loaded(text: str) -> tuple[Rule, ...]:
    reader = ActionReader(lists={}, relays={"default"}, templates=Templates(()))
    with tempfile.TemporaryDirectory(prefix="automailer-bench-") as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(text, "utf-8")
        return load_rules([path], actions=reader, lists={}, mailbox="bench")


def _cost(text: str, octets: Sequence[bytes]) -> Cost:
    loaded = min(_timed(lambda: _loaded(text)) for _ in range(2))
    rules = _loaded(text)
    messages = [parse(each) for each in octets]
    subjects = [_subject(message) for message in messages]
    decisions = [evaluate(rules, subject) for subject in subjects]
    return Cost(
        decided=_each(lambda: _all(evaluate(rules, subject) for subject in subjects)),
        recorded=_each(lambda: _all(_record(rules, subject) for subject in subjects)),
        with_parsing=_each(lambda: _all(_record(rules, _subject(parse(each))) for each in octets)),
        one_by_one=_each(
            lambda: _all(evaluate(tuple(rules), subject) for subject in subjects[:20]), runs=2, of=20
        ),
        octets=sum(len(_record(rules, subject)) for subject in subjects) / len(subjects),
        loaded=loaded,
        matches=sum(len(decision.matches) for decision in decisions),
    )


def _subject(message: Message) -> Subject:
    return Subject(message=message, mailbox="bench", uidl="1", now=_NOW)


def _record(rules: tuple[Rule, ...], subject: Subject) -> bytes:
    """What the journal keeps with the message."""
    return _PACKED.process_bind_param(without_sheet(compact(evaluate(rules, subject))), None) or b""  # type: ignore[arg-type]


def _hostile(rules: tuple[Rule, ...], unit: str, characters: int) -> float:
    """Seconds for one mail of so many characters; each time it is a new one, which nothing remembers."""

    def once(number: int) -> float:
        text = f"{number} " + unit * (characters // len(unit))
        message = parse(b"Subject: x\r\nContent-Type: text/plain\r\n\r\n" + text[: characters - 2].encode())
        subject = _subject(message)
        _all([message.text])
        return _timed(lambda: evaluate(rules, subject))

    return min(once(number) for number in range(4))


def _all(each: Iterable[object]) -> None:
    for _ in each:
        pass


def _each(work: Callable[[], None], *, runs: int = _RUNS, of: int = _MAILS) -> float:
    """Microseconds of processor time for one mail, the best of several runs."""
    return min(_timed(work) for _ in itertools.repeat(None, runs)) / of * 1e6


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


_HEAD = """# Many rules: what deciding costs for each mail of 2 KB

Rules with a pattern of their own each, {mails} mails, the best of {runs} runs, processor time. `decide` is the rules
alone; `+ record` also makes what the journal keeps with the message, `octets` of it; `+ parse` also reads the mail
from its octets. `one by one` is what the same rules cost when each is asked (best of 2 runs, 20 mails). `load` is once.
The numbers in bold say how many times as much 1,000 rules cost as 10.

{measured}.

| rules | how many | decide µs | + record µs | + parse µs | one by one µs | octets | load ms | matches |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""

_HOSTILE_HEAD = """
## Texts that were made to take long

A body of that many characters for which the patterns were not meant, in ms; `ratio` is what twice the text costs, from
512 to 1,024 Ki. Behind each pattern stands the number of its rule, so that no two are the same. In the last text every
word that any of the thousand rules needs is there, in the wrong order: none is ruled out, each is searched for alone.
More than 1 MiB of one text is never searched.

| pattern | rules | 256 Ki | 512 Ki | 1024 Ki | ratio |
| --- | --- | --- | --- | --- | --- |"""
