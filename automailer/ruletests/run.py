"""Runs rule tests: each message is put to the rules of its mailbox, at the time that the test says. Does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from automailer.errors import ConfigError, TemporaryError
from automailer.message import parse
from automailer.ruletests.compare import Came, differences
from automailer.ruletests.coverage import Coverage
from automailer.ruletests.load import Case
from automailer.ruletests.past import Past
from automailer.ruletests.planned import Did, did
from automailer.worker import Assembly, Decided, Decider, History

__all__ = ["Outcome", "Report", "Verdict", "run_tests"]


class Verdict(Enum):
    """TODO fails as it is said to, DONE does so no longer: neither is a failure."""

    PASSED = "passed"
    FAILED = "failed"
    TODO = "todo"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one test; `differences` are empty when everything is as expected."""

    case: Case
    differences: tuple[str, ...]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """How it ended."""
        if self.case.todo:
            return Verdict.TODO if self.differences else Verdict.DONE
        return Verdict.FAILED if self.differences else Verdict.PASSED

    @property
    def passed(self) -> bool:
        """Whether nothing has to be mended."""
        return self.verdict is not Verdict.FAILED

    def document(self) -> dict[str, Any]:
        """As `test --json` prints it."""
        return {
            "name": self.case.name,
            "passed": self.passed,
            "differences": list(self.differences),
            "todo": self.case.todo or None,
            "mailbox": self.case.mailbox,
            "now": self.case.now.isoformat(),
            "where": str(self.case.where),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every test, and what they show of the rules."""

    outcomes: tuple[Outcome, ...]
    coverage: Coverage

    def count(self, *verdicts: Verdict) -> int:
        """How many ended so."""
        return sum(one.verdict in verdicts for one in self.outcomes)

    @property
    def failed(self) -> int:
        """How many have to be mended."""
        return self.count(Verdict.FAILED)

    def document(self) -> dict[str, Any]:
        """As `test --json` prints it."""
        return {
            "passed": len(self.outcomes) - self.failed,
            "failed": self.failed,
            "tests": [one.document() for one in self.outcomes],
            "coverage": self.coverage.document(),
        }


def run_tests(cases: Iterable[Case], assembly: Assembly, *, clock: Callable[[], float]) -> Report:
    """Run them in order; `clock` tells seconds. Nothing that ran before plays a part in a test."""
    running = _Running(assembly, clock)
    outcomes = tuple(running.run(case) for case in cases)
    return Report(outcomes=outcomes, coverage=running.coverage)


@dataclass(slots=True)
class _Running:
    assembly: Assembly
    clock: Callable[[], float]
    coverage: Coverage = field(init=False)

    def __post_init__(self) -> None:
        self.coverage = Coverage(self.assembly.rules)

    def run(self, case: Case) -> Outcome:
        started = self.clock()
        found = self._differences(case)
        return Outcome(case=case, differences=tuple(found), seconds=self.clock() - started)

    def _differences(self, case: Case) -> list[str]:
        try:
            decided = self._decided(case)
        except (TemporaryError, ConfigError) as exc:  # an expression, or a list in a file, that broke
            return [f"nothing could be decided: {exc}"]
        actions: tuple[Did, ...] = tuple(map(did, decided.planned))
        self.coverage.note(case.mailbox, decided.decision.trace, actions)
        came = Came(
            matched=[match.rule.name for match in decided.decision.matches],
            trace=decided.decision.trace,
            actions=actions,
            lists=self.assembly.lists,
            rules={rule.name: rule for rule in self.assembly.rules[case.mailbox]},
        )
        return differences(case.expect, came)

    def _decided(self, case: Case) -> Decided:
        """What is decided about the message, once those before it have been."""
        past = Past()
        decider = Decider(self.assembly, case.mailbox, loop_id="", replies=past)
        message, history = parse(case.octets), History(sightings=past)
        if case.before is not None:
            then = case.now - case.before.ago
            for _ in range(case.before.times):
                past.note(decider.decide(message, uidl="", now=then, history=history), at=then)
        return decider.decide(message, uidl="", now=case.now, thorough=True, history=history)
