"""Puts the files that people wrote together: settings, rules, templates, lists. All or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from automailer.actions import ActionModel, ActionReader
from automailer.errors import ConfigError, Problem
from automailer.rules import Rule, load_rules
from automailer.settings import (
    MailboxSettings,
    NamedLists,
    Settings,
    load_settings,
    shown_path,
    sketch_settings,
)
from automailer.templating import Templates
from automailer.worker.programs import unfit_program

__all__ = ["Assembly", "assemble", "with_rules"]


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
        ConfigError: with every problem of every file, in one go.
    """
    problems: dict[Problem, None] = {}  # two mailboxes may share a file: each problem once, in order
    try:
        settings = load_settings(path)
    except ConfigError as exc:
        problems.update(dict.fromkeys(exc.problems))
        sketch = sketch_settings(path)
        reader = ActionReader(lists=sketch.lists, relays=sketch.relays, templates=Templates(sketch.templates))
        _load_all(sketch.rules, sketch.lists, reader, path.absolute().parent, problems)
        raise ConfigError(problems) from None
    templates, lists = Templates(settings.templates), NamedLists(settings)
    files = {name: mailbox.rules for name, mailbox in settings.mailboxes.items()}
    reader = ActionReader(lists=lists, relays=settings.smtp.keys(), templates=templates)
    rules = _load_all(files, lists, reader, settings.folder, problems)
    problems.update(dict.fromkeys(_template_problems(rules, templates)))
    problems.update(dict.fromkeys(_missing_relays(settings, rules)))
    if problems:
        raise ConfigError(problems)
    digests = {name: _digest(loaded) for name, loaded in rules.items()}
    return Assembly(settings=settings, rules=rules, rules_digest=digests, templates=templates, lists=lists)


def with_rules(assembly: Assembly, mailbox: str, files: tuple[Path, ...]) -> Assembly:
    """The same configuration with other rules for one mailbox.

    Raises:
        ConfigError: with every problem of these files.
    """
    problems: dict[Problem, None] = {}
    settings = assembly.settings
    lists = assembly.lists
    reader = ActionReader(lists=lists, relays=settings.smtp.keys(), templates=assembly.templates)
    rules = _load_all({mailbox: files}, lists, reader, settings.folder, problems)
    problems.update(dict.fromkeys(_template_problems(rules, assembly.templates)))
    problems.update(dict.fromkeys(_missing_relays(settings, rules)))
    if problems:
        raise ConfigError(problems)
    return replace(
        assembly,
        rules={**assembly.rules, **rules},
        rules_digest={**assembly.rules_digest, mailbox: _digest(rules[mailbox])},
    )


def _load_all(
    files: Mapping[str, tuple[Path, ...]],
    lists: Mapping[str, tuple[str, ...]],
    reader: ActionReader,
    folder: Path,
    problems: dict[Problem, None],
) -> dict[str, tuple[Rule, ...]]:
    """The rules of each mailbox; what is wrong with them goes to `problems`."""
    rules: dict[str, tuple[Rule, ...]] = {}
    for name, named in files.items():
        try:
            rules[name] = load_rules(
                named,
                actions=reader,
                lists=lists,
                mailbox=name,
                unfit_program=lambda program: unfit_program(program, folder),
            )
        except ConfigError as exc:
            problems.update(dict.fromkeys(exc.problems))
    return rules


def _missing_relays(settings: Settings, rules: Mapping[str, tuple[Rule, ...]]) -> Iterator[Problem]:
    """Mailboxes whose rules send mail by a relay that nobody set up."""
    for name, loaded in rules.items():
        relay = settings.mailboxes[name].smtp
        if relay in settings.smtp:
            continue
        for call in (call for rule in loaded for call in rule.then):
            if isinstance(call.action, ActionModel) and call.action.sends_by_default_relay():
                message = f"{call.action.name} sends by smtp server {relay!r}, which the settings do not have"
                yield Problem(place=call.where, path="", message=message)


def _template_problems(rules: Mapping[str, tuple[Rule, ...]], templates: Templates) -> Iterator[Problem]:
    """What is wrong in the templates that the rules name."""
    calls = (call for loaded in rules.values() for rule in loaded for call in rule.then)
    names = dict.fromkeys(getattr(call.action, "template", None) for call in calls)
    for name in names:
        if isinstance(name, str):
            yield from (_shown(problem) for problem in templates.check(name))


def _shown(problem: Problem) -> Problem:
    """The problem with its file named as those of settings and rules are."""
    return replace(problem, place=replace(problem.place, file=shown_path(Path(problem.place.file))))


def _digest(rules: tuple[Rule, ...]) -> str:
    """Tells one state of the rules, included files too, from another, in the journal."""
    digest = hashlib.sha256()
    for file in dict.fromkeys(rule.where.file for rule in rules):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()
