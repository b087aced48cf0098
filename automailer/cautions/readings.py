"""Names that a template or an expression reads and that nothing gives it: Jinja2's own analysis, rule by rule."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from automailer.actions import ActionModel
from automailer.cautions.model import Material, called
from automailer.errors import Problem
from automailer.rules import ActionCall, Mode, Rule, captures_of, leaves
from automailer.settings import nearest
from automailer.templating import KNOWN_NAMES, MEMBERS, Reading, Usage, expression_usage, text_usage

__all__ = ["unknown_readings"]

_OF_MAPPINGS = frozenset({"get", "items", "keys", "values"})
_FUNCTIONS = frozenset({"attach", "caller", "inline", "kwargs", "loop", "self", "super", "varargs"})


def unknown_readings(material: Material) -> Iterator[Problem]:
    """Captures that no pattern gives, constants that nobody sets, and what messages don't have."""
    for rules in material.rules.values():
        assigned = set(material.settings.vars)
        for rule in rules:
            yield from _of_tests(rule, {*assigned, *rule.vars}, material)
            own = set(_assigned(rule))
            yield from _of_actions(rule, {*assigned, *rule.vars, *own}, material)
            if rule.enabled and rule.mode is Mode.ENFORCE:
                assigned |= own


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """A rule whose templates read names; `values` are those behind `vars`."""

    rule: Rule
    values: Collection[str]

    def faults(self, usage: Usage) -> Iterator[tuple[Reading, str, str]]:
        """Each reading that finds nothing, why, and the name that may be meant."""
        for reading in usage.reads:
            fault = self._fault(reading)
            if fault is not None:
                yield reading, *fault

    def _fault(self, reading: Reading) -> tuple[str, str] | None:
        *root, step = reading.path
        if step in _OF_MAPPINGS:
            return None
        if root == ["match"]:
            return self._of_match(step)
        if root == ["vars"] and step not in self.values:
            return f"neither vars nor an earlier set gives vars.{step} to {called(self.rule)}", _near(
                step, self.values, "vars"
            )
        members = MEMBERS.get(tuple(root))
        if members is None or step in members:
            return None
        name = ".".join(root)
        return f"{name} has no {step!r}", _near(step, members, name)

    def _of_match(self, name: str) -> tuple[str, str] | None:
        captures = frozenset() if self.rule.when is None else captures_of(self.rule.when)
        if name in captures:
            return None
        if name in self.rule.captures:
            return f"match.{name} is always empty: in {called(self.rule)} its pattern stands under not", ""
        return f"no pattern of {called(self.rule)} gives match.{name}", _near(name, captures, "match")


def _near(step: str, known: Collection[str], root: str) -> str:
    found = nearest(step, known)
    return f"{root}.{found}" if found else ""


def _of_tests(rule: Rule, values: Collection[str], material: Material) -> Iterator[Problem]:
    """In `if` and in the keys of `duplicate` and `frequency`."""
    reader = _Reader(rule=rule, values=values)
    for leaf, _ in leaves(rule.when) if rule.when is not None else ():
        if leaf.where is None or leaf.test not in ("if", "duplicate", "frequency"):
            continue
        value = material.pages.written(leaf.where, leaf.test)
        steps, text = (
            ((leaf.test, "key"), value.get("key")) if isinstance(value, dict) else ((leaf.test,), value)
        )
        usage_of = expression_usage if leaf.test == "if" else text_usage
        for reading, message, hint in reader.faults(usage_of(text)) if isinstance(text, str) else ():
            yield material.pages.in_text(leaf.where, steps, reading, message, hint=hint)


def _of_actions(rule: Rule, values: Collection[str], material: Material) -> Iterator[Problem]:
    reader = _Reader(rule=rule, values=values)
    for call in rule.then:
        if isinstance(call.action, ActionModel):
            yield from _of_texts(reader, call, call.action, material)
            template = getattr(call.action, "template", None)
            if isinstance(template, str):
                yield from _of_template(reader, template, material)


def _of_texts(
    reader: _Reader, call: ActionCall, action: ActionModel, material: Material
) -> Iterator[Problem]:
    for steps, text in action.texts():
        for reading, message, hint in reader.faults(text_usage(text)):
            yield material.pages.in_text(call.where, (action.name, *steps), reading, message, hint=hint)


def _of_template(reader: _Reader, name: str, material: Material) -> Iterator[Problem]:
    usages = material.templates.usages(name)
    own = {str(each) for usage in usages.values() for each in usage.sets}
    named = material.templates.files(name)
    for path, usage in usages.items():
        for reading, message, hint in reader.faults(usage):
            yield material.pages.in_template(path, reading.line, reading.column, message, hint=hint)
        if path not in named:
            yield from _unknown_names(path, usage.names, {*KNOWN_NAMES, *_FUNCTIONS, *own}, material)
        for included in usage.includes:
            if included.needed and not material.templates.has_file(included.name):
                message = f"there is no file {included.name!r} in the templates folders"
                yield material.pages.in_template(path, included.line, 1, message)


def _unknown_names(
    path: Path, names: Sequence[Reading], known: Collection[str], material: Material
) -> Iterator[Problem]:
    """Those of a file that is included; what the named one itself reads was refused when it was loaded."""
    for reading in names:
        if str(reading) not in known:
            message, hint = f"unknown name {str(reading)!r}", nearest(str(reading), known)
            yield material.pages.in_template(path, reading.line, reading.column, message, hint=hint)


def _assigned(rule: Rule) -> Iterator[str]:
    """What its `set` gives."""
    for call in rule.then:
        if call.action.name == "set":
            yield from getattr(call.action, "values", ())
