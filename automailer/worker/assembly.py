"""Puts the files that people wrote together: settings, rules, templates, lists. All or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from automailer.actions import ActionReader
from automailer.errors import ConfigError, Problem
from automailer.rules import Rule, load_rules
from automailer.settings import MailboxSettings, NamedLists, Settings, load_settings
from automailer.templating import Templates

__all__ = ["Assembly", "assemble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """A whole, valid configuration. `rules` and `rules_digest` are by mailbox."""

    settings: Settings
    rules: Mapping[str, tuple[Rule, ...]]
    rules_digest: Mapping[str, str]
    templates: Templates
    lists: NamedLists

    @property
    def mailboxes(self) -> Mapping[str, MailboxSettings]:
        """Those that are enabled."""
        return {name: box for name, box in self.settings.mailboxes.items() if box.enabled}


def assemble(path: Path) -> Assembly:
    """Read the settings file and everything that it names.

    Raises:
        ConfigError: with every problem of every file.
    """
    settings = load_settings(path)
    templates = Templates(settings.templates)
    lists = NamedLists(settings)
    reader = ActionReader(lists=lists, relays=settings.smtp.keys(), templates=templates)
    rules: dict[str, tuple[Rule, ...]] = {}
    problems: dict[Problem, None] = {}  # two mailboxes may share a file: each problem once, in order
    for name, mailbox in settings.mailboxes.items():
        try:
            rules[name] = load_rules(mailbox.rules, actions=reader, lists=lists, mailbox=name)
        except ConfigError as exc:
            problems.update(dict.fromkeys(exc.problems))
    problems.update(dict.fromkeys(_template_problems(rules, templates)))
    if problems:
        raise ConfigError(problems)
    digests = {name: _digest(mailbox.rules) for name, mailbox in settings.mailboxes.items()}
    return Assembly(settings=settings, rules=rules, rules_digest=digests, templates=templates, lists=lists)


def _template_problems(rules: Mapping[str, tuple[Rule, ...]], templates: Templates) -> Iterator[Problem]:
    """What is wrong in the templates that the rules name."""
    calls = (call for loaded in rules.values() for rule in loaded for call in rule.then)
    names = dict.fromkeys(getattr(call.action, "template", None) for call in calls)
    for name in names:
        if isinstance(name, str):
            yield from templates.check(name)


def _digest(files: tuple[Path, ...]) -> str:
    """Tells one state of the rules from another, in the journal."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
