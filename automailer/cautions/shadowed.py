"""Names that hide others: constants, captures, templates, and what a template calls its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from automailer.cautions.model import Material
from automailer.errors import Place, Problem
from automailer.rules import captures_of, conjuncts
from automailer.settings import Document, shown_path
from automailer.templating import Reading, Usage, text_usage

__all__ = ["shadowed_names"]

_OURS = frozenset({"message", "match", "vars", "rule", "now"})


def shadowed_names(material: Material) -> Iterator[Problem]:
    """Each name at the place where it hides another."""
    yield from _constants(material)
    yield from _captures(material)
    yield from _templates(material)
    yield from _inside_templates(material)


def _constants(material: Material) -> Iterator[Problem]:
    for box in material.settings.mailboxes.values():
        for sheet in material.pages.sheets(box.rules):
            for name, value in _vars(sheet.document).items():
                if hidden := _hidden(name, value, sheet.above, material):
                    message = f"hides vars.{name} of {hidden}, which has another value: rename one of them"
                    yield sheet.document.problem(("vars", name), message, key=True)


def _hidden(name: str, value: Any, above: tuple[Document, ...], material: Material) -> Place | None:
    """Where the constant stands that this one outweighs, if they differ."""
    for document in reversed(above):
        if name in _vars(document):
            return None if _vars(document)[name] == value else document.place(("vars", name), key=True)
    settings = material.settings
    if settings.vars.get(name, value) == value or settings.document is None:
        return None
    return settings.document.place(("vars", name), key=True)


def _vars(document: Document) -> Mapping[str, Any]:
    found = document.data.get("vars") if isinstance(document.data, dict) else None
    return found if isinstance(found, dict) else {}


def _captures(material: Material) -> Iterator[Problem]:
    """Two patterns that must both fit, and give one name."""
    for rule in (rule for rules in material.rules.values() for rule in rules if rule.when is not None):
        given: dict[str, Place | None] = {}
        for test in conjuncts(rule.when) if rule.when else ():
            for name in sorted(captures_of(test)):
                if name in given and test.where is not None:
                    message = f"gives match.{name}, as {given[name]} does: of the two this one counts; rename a group"
                    yield material.pages.problem(test.where, message)
                given[name] = test.where


def _templates(material: Material) -> Iterator[Problem]:
    for name in _used(material):
        for path in material.templates.hidden(name):
            first = shown_path(material.templates.files(name)[0])
            message = f"is hidden by {first}: the first folder that has a template {name!r} gives all of it"
            yield material.pages.in_template(path, 1, 1, message)


def _inside_templates(material: Material) -> Iterator[Problem]:
    for name in _used(material):
        for path, usage in material.templates.usages(name).items():
            for own, message in _hiding(usage):
                yield material.pages.in_template(path, own.line, own.column, message)
    for _, _, call, action in material.calls():
        for steps, text in action.texts():
            for own, message in _hiding(text_usage(text)):
                yield material.pages.in_text(call.where, (action.name, *steps), own, message)


def _hiding(usage: Usage) -> Iterator[tuple[Reading, str]]:
    for own in usage.sets:
        if str(own) in _OURS:
            yield own, f"hides {str(own)!r}, which every template is given: call it something else"


def _used(material: Material) -> dict[str, None]:
    names = (getattr(action, "template", None) for _, _, _, action in material.calls())
    return dict.fromkeys(name for name in names if isinstance(name, str))
