"""Rules, actions and tests that have less effect than they seem to have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from automailer.cautions.model import Material
from automailer.errors import Problem
from automailer.rules import Rule, leaves

__all__ = ["without_effect"]

# These hold for the domain in From (RFC 7489), or name none.
_ALIGNED = frozenset({"dmarc", "arc"})


def without_effect(material: Material) -> Iterator[Problem]:
    """Rules that do nothing, deletions that another action forbids, signatures of just anybody."""
    for rules in material.rules.values():
        asked_for = set(_asked_for(rules, material))
        for rule in rules:
            if rule.enabled and not rule.then and not rule.stop and rule.name not in asked_for:
                message = (
                    "does nothing when it matches: it has no action and no stop, and no rule asks for it"
                )
                yield material.pages.problem(rule.where, message)
            yield from _kept_deletions(rule, material)
            yield from _any_signature(rule, material)


def _asked_for(rules: Sequence[Rule], material: Material) -> Iterator[str]:
    """The names in tests of what `matched`."""
    for rule in rules:
        for value in _values(rule, "matched", material):
            yield from map(str, value if isinstance(value, list) else [value])


def _kept_deletions(rule: Rule, material: Material) -> Iterator[Problem]:
    keep = next((call.where for call in rule.then if call.action.name == "keep"), None)
    for call in rule.then if keep else ():
        if call.action.name == "delete":
            yield material.pages.problem(
                call.where, f"never happens: keep ({keep}) outweighs it; drop one of them"
            )


def _any_signature(rule: Rule, material: Material) -> Iterator[Problem]:
    for leaf, positive in leaves(rule.when) if rule.when is not None else ():
        if leaf.test != "authenticated" or not positive or leaf.where is None:
            continue
        if _anybody_may_pass(material.pages.written(leaf.where, leaf.test)):
            message = "holds for a signature of any domain, a spammer's too: add domain, or ask for dmarc"
            yield material.pages.problem(leaf.where, message)


def _anybody_may_pass(value: Any) -> bool:
    if not isinstance(value, dict) or "domain" in value or _ALIGNED & value.keys():
        return False
    wanted = [value.get(method) for method in ("dkim", "spf")]
    return any("pass" in each if isinstance(each, list) else each == "pass" for each in wanted)


def _values(rule: Rule, test: str, material: Material) -> Iterator[Any]:
    for leaf, _ in leaves(rule.when) if rule.when is not None else ():
        if leaf.test == test and leaf.where is not None:
            yield material.pages.written(leaf.where, test)
