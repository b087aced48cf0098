"""Rule tests: messages, what the rules are expected to make of them, and what the tests show of the rules."""

from __future__ import annotations

from automailer.ruletests.coverage import Coverage, Gap
from automailer.ruletests.find import find_tests
from automailer.ruletests.junit import junit
from automailer.ruletests.load import DEFAULT_NOW, Case, load_tests
from automailer.ruletests.model import RuleTests
from automailer.ruletests.run import Outcome, Report, Verdict, run_tests
from automailer.ruletests.schema import schema_of_tests

__all__ = [
    "DEFAULT_NOW",
    "Case",
    "Coverage",
    "Gap",
    "Outcome",
    "Report",
    "RuleTests",
    "Verdict",
    "find_tests",
    "junit",
    "load_tests",
    "run_tests",
    "schema_of_tests",
]
