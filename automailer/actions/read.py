"""Reads what stands in a rule's `then` into validated actions, and refers names to what they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automailer.actions.delete import Delete
from automailer.actions.fields import is_template
from automailer.actions.forward import Forward
from automailer.actions.keep import KeepMessage
from automailer.actions.model import ActionModel, texts_in
from automailer.actions.recipients import address_fault
from automailer.actions.redirect import Redirect
from automailer.actions.reply import Reply
from automailer.actions.save_attachments import SaveAttachments
from automailer.actions.save_message import SaveMessage
from automailer.actions.send import Send
from automailer.actions.set import SetVars
from automailer.actions.tag import Tag
from automailer.errors import ConfigError, Problem, TemplateError, TemporaryError
from automailer.rules import is_glob
from automailer.settings import Document, KeyPath, nearest, validate
from automailer.templating import Templates, check_text

__all__ = ["ACTIONS", "ActionReader"]

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
_NAMES = frozenset({"message", "match", "vars", "rule", "now"})
_RECIPIENT_FIELDS = ("to", "cc", "bcc")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReader:
    """Reads one action; knows the lists, relays and templates that it may name."""

    lists: Mapping[str, tuple[str, ...]]
    relays: Collection[str]
    templates: Templates

    def read(self, name: str, value: object, *, document: Document, path: KeyPath) -> ActionModel:
        """The action `name` with the fields that stand at `path`.

        Raises:
            ConfigError: with every problem found, each at its place.
        """
        model = ACTIONS.get(name)
        if model is None:
            raise ConfigError([_unknown(name, document, path)])
        fields = _in_full(model, value)
        path = path if path[-1] == name else (*path, name)  # a name alone, without a colon
        action = validate(model, document, at=path, value=fields)
        written = _Written(model, document, path, fields if isinstance(fields, dict) else {}, value is fields)
        problems = (*written.bad_templates(), *written.dangling(self))
        if problems:
            raise ConfigError(problems)
        return action


@dataclass(frozen=True, slots=True)
class _Written:
    """An action as it stands in the file, valid in itself; `in_full` tells that its fields are written out."""

    model: type[ActionModel]
    document: Document
    path: KeyPath
    fields: Mapping[str, Any]
    in_full: bool

    def bad_templates(self) -> Iterator[Problem]:
        """Templates in it that can't be parsed, or read names that are never there."""
        for field in self.fields:
            if field not in self.model.templated:
                continue
            for path, text in texts_in(self.fields[field], self._at(field)):
                try:
                    check_text(text, known=_NAMES | self.model.more_names)
                except TemplateError as exc:
                    yield self.document.problem(path, exc.message)

    def dangling(self, known: ActionReader) -> Iterator[Problem]:
        """Names in it that refer to nothing, and recipients that are none."""
        relay, template = self.fields.get("smtp"), self.fields.get("template")
        if relay is not None and relay not in known.relays:
            yield self._problem("smtp", f"no smtp server {relay!r}", hint=nearest(relay, known.relays))
        if template is not None and not known.templates.exists(template):
            yield self._problem("template", f"no template {template!r}")
        if "to" in self.model.templated and "smtp" in self.model.model_fields:
            for field in _RECIPIENT_FIELDS:
                yield from self._bad_recipients(field, known.lists)

    def _bad_recipients(self, field: str, lists: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
        value, path = self.fields.get(field), self._at(field)
        entries = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, entry in entries:
            where = path if index is None else (*path, index)
            if isinstance(entry, dict):
                yield from _bad_list(entry["list"], lists, self.document, where)
            elif isinstance(entry, str) and not is_template(entry) and (fault := address_fault(entry)):
                hint = f"{{list: {entry}}}" if entry in lists else ""
                yield self.document.problem(where, fault, hint=hint)

    def _at(self, field: str) -> KeyPath:
        return (*self.path, field) if self.in_full else self.path

    def _problem(self, field: str, message: str, *, hint: str = "") -> Problem:
        return self.document.problem(self._at(field), message, hint=hint)


def _bad_list(
    name: str, lists: Mapping[str, tuple[str, ...]], document: Document, path: KeyPath
) -> Iterator[Problem]:
    if name not in lists:
        yield document.problem(path, f"no list {name!r}", hint=nearest(name, lists))
        return
    try:
        entries = lists[name]
    except TemporaryError as exc:
        yield document.problem(path, str(exc))
        return
    if any(map(is_glob, entries)):
        yield document.problem(path, f"list {name!r} has globs: it can't be used as recipients")
    elif fault := next(filter(None, map(address_fault, entries)), ""):
        yield document.problem(path, f"list {name!r} can't be used as recipients: {fault}")


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
    if name == "stop":
        return document.problem(path, "is no action: expected `stop: true` beside `then`", key=True)
    return document.problem(path, f"unknown action {name!r}", hint=nearest(name, ACTIONS), key=True)
