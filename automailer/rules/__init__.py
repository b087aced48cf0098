"""Rules: tests answer, rules match, a `Decision` says what is to be done and why. Nothing here acts."""

from __future__ import annotations

from automailer.rules.address import AddressMatcher, read_address
from automailer.rules.glob import is_glob, type_matches
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
    Subject,
    Test,
    TestTrace,
)
from automailer.rules.refusal import Refused
from automailer.rules.text import TextMatcher, name_matches, read_name, read_text

__all__ = [
    "Action",
    "ActionCall",
    "ActionReader",
    "AddressMatcher",
    "Answer",
    "Decision",
    "Match",
    "Mode",
    "Refused",
    "Rule",
    "RuleTrace",
    "Subject",
    "Test",
    "TestTrace",
    "TextMatcher",
    "is_glob",
    "name_matches",
    "read_address",
    "read_name",
    "read_text",
    "type_matches",
]
