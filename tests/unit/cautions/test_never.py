"""What is told of rules that never match is so, whatever comes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from automailer.actions import ActionReader
from automailer.cautions import Material
from automailer.cautions.never import never_matching
from automailer.errors import ConfigError
from automailer.message import Message
from automailer.rules import Rule, evaluate, load_rules
from automailer.settings import NamedLists, load_settings
from automailer.templating import Templates
from tests.unit.rules.alike import close
from tests.unit.rules.build import NOW, as_yaml
from tests.unit.rules.draws import LISTS, MAILS, WHENS, around

SETTINGS = {
    "mailboxes": {
        "ops": {"host": "h", "username": "u", "password": "p", "poll": "60s", "rules": "rules.yaml"},
    },
    "lists": {name: list(entries) for name, entries in LISTS.items()},
}
FATES = st.sampled_from(
    [{}, {}, {"stop": True}, {"stop": True}, {"mode": "shadow", "stop": True}, {"enabled": False}]
)
RULES = st.lists(
    st.builds(lambda when, fate: {"when": when, **fate}, close() | close() | WHENS, FATES),
    min_size=1,
    max_size=5,
)


def loaded(rules: list[dict[str, Any]], folder: Path) -> tuple[tuple[Rule, ...], Material]:
    named = [{"name": f"r{number}", "then": ["keep"], **rule} for number, rule in enumerate(rules)]
    (folder / "templates").mkdir()
    (folder / "rules.yaml").write_text(as_yaml({"rules": named}), encoding="utf-8")
    (folder / "automailer.yaml").write_text(as_yaml(SETTINGS), encoding="utf-8")
    found = load_settings(folder / "automailer.yaml")
    lists, templates = NamedLists(found), Templates(found.templates)
    reader = ActionReader(lists=lists, relays=(), templates=templates)
    read = load_rules([folder / "rules.yaml"], actions=reader, lists=lists, mailbox="ops")
    return read, Material(settings=found, rules={"ops": read}, templates=templates, lists=lists, now=NOW)


@settings(max_examples=200, deadline=None)
@given(RULES, st.lists(MAILS, min_size=1, max_size=3))
def test_a_rule_that_is_said_never_to_match_never_does(
    rules: list[dict[str, Any]], mails: list[tuple[Message, Message]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            read, material = loaded(rules, Path(folder))
        except ConfigError:  # it asks for a rule that comes later
            assume(False)
        told = " ".join(problem.path + problem.message for problem in never_matching(material))
    hopeless = {
        rule.name
        for position, rule in enumerate(read)
        if f"so rule {rule.name!r} never matches" in told or f"rules[{position}]is never reached" in told
    }
    for mail in (mail for pair in mails for mail in pair):
        decision = evaluate(read, around(mail))
        assert hopeless.isdisjoint(match.rule.name for match in decision.matches)
