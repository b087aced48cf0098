"""Reads one entry of `rules:`: its name, its circumstances, its `when` and its `then`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from automailer.rules.model import Action, ActionCall, ActionReader, Mode, Rule
from automailer.rules.ranges import read_date
from automailer.rules.refusal import one_of, refuse_unknown_keys, short
from automailer.rules.scope import Scope
from automailer.rules.site import Problems, Site
from automailer.rules.text import as_text
from automailer.rules.when import read_when
from automailer.settings import nearest

__all__ = ["RULE_KEYS", "read_name", "read_rule"]

# It stands in every line of the trace, in the journal, and in X-Automailer headers.
MAX_NAME = 200


def read_rule(value: object, site: Site, *, actions: ActionReader, constants: Mapping[str, Any]) -> Rule:
    """The rule that stands here; `constants` are the `vars` of its file.

    Raises:
        ConfigError: with everything that is wrong in it.
    """
    if not isinstance(value, dict):
        site.refuse(f"expected a rule with {one_of(RULE_KEYS)}, found {short(value)!r}")
    problems, parts = Problems(), dict[str, Any]()
    with problems.gathered():
        site.read(_known_keys, value)
    if "name" not in value:
        problems.found.append(site.problem("has no name: expected name, which is unique in its mailbox"))
    for key, read in _READERS.items():
        if key in value:
            with problems.gathered():
                parts[key] = read(value[key], site.at(key))
    with problems.gathered():
        parts["then"] = _read_then(value.get("then", []), site.at("then"), actions)
    problems.settle()
    captures = tuple(site.scope.captures)
    return Rule(where=site.where, vars=constants, captures=captures, **{"when": None, **parts})


def _known_keys(value: object, scope: Scope) -> None:
    if isinstance(value, dict):
        refuse_unknown_keys(value, RULE_KEYS)


def read_name(value: object, site: Site) -> str:
    """The name of a rule: one line of text."""
    name = site.read(lambda value, scope: as_text(value), value).strip()
    if not name or not name.isprintable():
        site.refuse("expected a name in one line, without control characters")
    if len(name) > MAX_NAME:
        site.refuse(f"is longer than {MAX_NAME} characters")
    return name


def _read_description(value: object, site: Site) -> str:
    return site.read(lambda value, scope: as_text(value), value)


def _read_flag(value: object, site: Site) -> bool:
    if not isinstance(value, bool):
        site.refuse(f"expected true or false, found {short(value)!r}")
    return value


def _read_mode(value: object, site: Site) -> Mode:
    modes = [mode.value for mode in Mode]
    if not isinstance(value, str) or value not in modes:
        hint = nearest(value, modes) if isinstance(value, str) else ""
        site.refuse(f"expected {one_of(modes)}, found {short(value)!r}", hint=hint)
    return Mode(value)


def _read_until(value: object, site: Site) -> date:
    return site.read(lambda value, scope: read_date(value), value)


_READERS: Mapping[str, Callable[[object, Site], object]] = {
    "name": read_name,
    "description": _read_description,
    "enabled": _read_flag,
    "mode": _read_mode,
    "until": _read_until,
    "when": read_when,
    "stop": _read_flag,
}
RULE_KEYS = (*_READERS, "then")


def _read_then(value: object, site: Site, actions: ActionReader) -> tuple[ActionCall, ...]:
    if not isinstance(value, list):
        site.refuse(f"expected a list of actions, each behind its own dash, found {short(value)!r}")
    problems, calls = Problems(), []
    for position, entry in enumerate(value):
        with problems.gathered():
            action, where = _read_action(entry, site.at(position), actions)
            calls.append(ActionCall(action=action, position=position, where=where.where))
    problems.settle()
    return tuple(calls)


def _read_action(entry: object, site: Site, actions: ActionReader) -> tuple[Action, Site]:
    if isinstance(entry, str):
        return actions.read(entry, None, document=site.document, path=site.path), site
    if not isinstance(entry, dict) or len(entry) != 1:
        found = " and ".join(entry) if isinstance(entry, dict) and entry else short(entry)
        site.refuse(f"expected one action behind each dash, such as delete or forward: …, found {found}")
    name, value = next(iter(entry.items()))
    inside = site.at(name)
    return actions.read(name, value, document=site.document, path=inside.path), inside
