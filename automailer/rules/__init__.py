"""Rules: tests answer, rules match, a `Decision` says what is to be done and why. Nothing here acts."""

from __future__ import annotations

from automailer.rules.address import AddressMatcher, read_address
from automailer.rules.captures import captures_of
from automailer.rules.circumstances import Circumstances
from automailer.rules.evaluate import evaluate
from automailer.rules.explain import Branch, deciding_test, described, explain, outline, rule_documents
from automailer.rules.expression import template_names
from automailer.rules.glob import is_glob, type_matches
from automailer.rules.leaf import Leaf
from automailer.rules.load import load_rules
from automailer.rules.logic import Impossible, Logic, conjuncts, leaf_implies, leaves
from automailer.rules.model import (
    Action,
    ActionCall,
    ActionReader,
    Answer,
    Decision,
    Match,
    Mode,
    Rule,
    RuleTrace,
    Sighting,
    Sightings,
    Subject,
    Test,
    TestTrace,
)
from automailer.rules.outside import Outside, Program, Ran, Signature
from automailer.rules.recall import recall
from automailer.rules.record import compact, restore
from automailer.rules.refusal import Refused, short
from automailer.rules.registry import TESTS
from automailer.rules.repeats import Untold
from automailer.rules.schema import rules_schema
from automailer.rules.text import FORMS as TEXT_FORMS
from automailer.rules.text import TextMatcher, name_matches, read_name, read_text

__all__ = [
    "TESTS",
    "TEXT_FORMS",
    "Action",
    "ActionCall",
    "ActionReader",
    "AddressMatcher",
    "Answer",
    "Branch",
    "Circumstances",
    "Decision",
    "Impossible",
    "Leaf",
    "Logic",
    "Match",
    "Mode",
    "Outside",
    "Program",
    "Ran",
    "Refused",
    "Rule",
    "RuleTrace",
    "Sighting",
    "Sightings",
    "Signature",
    "Subject",
    "Test",
    "TestTrace",
    "TextMatcher",
    "Untold",
    "captures_of",
    "compact",
    "conjuncts",
    "deciding_test",
    "described",
    "evaluate",
    "explain",
    "is_glob",
    "leaf_implies",
    "leaves",
    "load_rules",
    "name_matches",
    "outline",
    "read_address",
    "read_name",
    "read_text",
    "recall",
    "restore",
    "rule_documents",
    "rules_schema",
    "short",
    "template_names",
    "type_matches",
]
