"""What warnings are made from: everything that people wrote, loaded and valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from automailer.actions import ActionModel
from automailer.cautions.pages import Pages
from automailer.errors import Place
from automailer.rules import ActionCall, Rule
from automailer.settings import NamedLists, Settings
from automailer.templating import Templates

__all__ = ["Material", "called"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A configuration; `rules` are by mailbox, `now` is aware, in the settings' time zone."""

    settings: Settings
    rules: Mapping[str, Sequence[Rule]]
    templates: Templates
    lists: NamedLists
    now: datetime
    pages: Pages = field(default_factory=Pages)

    def calls(self) -> Iterator[tuple[str, Rule, ActionCall, ActionModel]]:
        """Every action of every rule, with its mailbox."""
        for mailbox, rules in self.rules.items():
            for rule in rules:
                for call in rule.then:
                    if isinstance(call.action, ActionModel):
                        yield mailbox, rule, call, call.action

    def running(self, rule: Rule) -> bool:
        """Tell whether the rule is tried at all."""
        return rule.enabled and (rule.until is None or rule.until >= self.now.date())


def called(rule: Rule, where: Place | None = None) -> str:
    """The rule as a warning names it: with its place, or that of a part of it."""
    return f"rule {rule.name!r} ({where or rule.where})"
