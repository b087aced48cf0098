"""Reads what stands in a rule's `then` into validated actions, and refers names to what they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automailer.actions.delete import Delete
from automailer.actions.forward import Forward
from automailer.actions.keep import KeepMessage
from automailer.actions.model import ActionModel
from automailer.actions.redirect import Redirect
from automailer.actions.reply import Reply
from automailer.actions.save_attachments import SaveAttachments
from automailer.actions.save_message import SaveMessage
from automailer.actions.send import Send
from automailer.actions.set import SetVars
from automailer.actions.tag import Tag
from automailer.errors import ConfigError, Problem, TemplateError
from automailer.settings import Document, KeyPath, nearest, validate
from automailer.templating import KNOWN_NAMES, Templates, check_text

__all__ = ["ACTIONS", "ActionReader", "action_schemas"]

ACTIONS: Mapping[str, type[ActionModel]] = {
    model.name: model
    for model in (
        Forward,
        Redirect,
        Reply,
        Send,
        SaveAttachments,
        SaveMessage,
        Tag,
        SetVars,
        Delete,
        KeepMessage,
    )
}

_LATER = frozenset({"notify", "webhook", "run", "digest"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReader:
    """Reads one action; knows the lists, relays and templates that it may name."""

    lists: Mapping[str, tuple[str, ...]]
    relays: Collection[str]
    templates: Templates

    @property
    def names(self) -> Collection[str]:
        """Every action's name."""
        return ACTIONS.keys()

    def read(self, name: str, value: object, *, document: Document, path: KeyPath) -> ActionModel:
        """The action `name` with the fields that stand at `path`.

        Raises:
            ConfigError: with every problem found, each at its place.
        """
        model = ACTIONS.get(name)
        if model is None:
            raise ConfigError([_unknown(name, document, path)])
        action = validate(model, document, at=path, value=_in_full(model, value))
        problems = tuple(self._dangling(action, document, path))
        if problems:
            raise ConfigError(problems)
        return action

    def _dangling(self, action: ActionModel, document: Document, path: KeyPath) -> Iterator[Problem]:
        """Names in it that refer to nothing, and inline templates that can't be parsed."""
        for name in action.named_lists():
            yield from self._list_problems(name, document, path)
        if (relay := action.named_relay()) is not None and relay not in self.relays:
            where = _at(document, path, "smtp")
            yield document.problem(where, f"no smtp server {relay!r}", hint=nearest(relay, self.relays))
        if (template := action.named_template()) is not None and not self.templates.exists(template):
            yield document.problem(_at(document, path, "template"), f"no template {template!r}")
        known = KNOWN_NAMES | action.more_names
        for text in action.inline_templates():
            try:
                check_text(text, where=document.place(path), known=known)
            except TemplateError as exc:
                yield document.problem(path, exc.message)

    def _list_problems(self, name: str, document: Document, path: KeyPath) -> Iterator[Problem]:
        where = _at(document, path, "to")
        if name not in self.lists:
            yield document.problem(where, f"no list {name!r}", hint=nearest(name, self.lists))
        elif any("*" in entry or "?" in entry for entry in self.lists[name]):
            yield document.problem(where, f"list {name!r} has globs: it can't be used as recipients")


def action_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of every action's value, its short form included."""
    return {name: _schema(model) for name, model in ACTIONS.items()}


def _schema(model: type[ActionModel]) -> dict[str, Any]:
    full = model.model_json_schema(by_alias=True)
    short = full.get("properties", {}).get(model.shorthand or "")
    if short is None:
        return full
    definitions = full.pop("$defs", {})
    if model.always_short:
        return {**short, "$defs": definitions}
    return {"anyOf": [full, short], "$defs": definitions}


def _in_full(model: type[ActionModel], value: object) -> object:
    """The mapping of fields, made from the short form where that stands alone."""
    if value is None:
        return {}
    if model.shorthand is None:
        return value
    spelt_out = isinstance(value, dict) and set(value) != {"list"}
    return value if spelt_out and not model.always_short else {model.shorthand: value}


def _unknown(name: str, document: Document, path: KeyPath) -> Problem:
    if name in _LATER:
        return document.problem(path, f"action {name!r} is not supported by this version", key=True)
    return document.problem(path, f"unknown action {name!r}", hint=nearest(name, ACTIONS), key=True)


def _at(document: Document, path: KeyPath, field: str) -> KeyPath:
    """The field's path where it is written out, else the action's."""
    node: Any = document.data
    for step in path:
        node = node[step]
    return (*path, field) if isinstance(node, dict) and field in node else path
