"""An action in one line, as a person reads it: what it does, or why it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from automailer.cli.output import printable

__all__ = ["effect_line"]

_OUTCOMES = frozenset({"rule", "action", "refused", "error", "state", "mail", "paths"})


def effect_line(
    action: str, fields: Mapping[str, Any], *, refused: str | None = None, error: str | None = None
) -> str:
    """One action with its fields as rendered; `refused` and `error` say why it was not done."""
    line = " ".join(filter(None, (action, _said(action, fields))))
    if refused:
        line = f"{line} — refused: {refused}"
    if error:
        line = f"{line} — fails: {error}"
    return printable(line)


def _said(action: str, fields: Mapping[str, Any]) -> str:
    say = _WORDING.get(action)
    if say is not None:
        return say(fields)
    return ", ".join(f"{name}: {value}" for name, value in fields.items() if name not in _OUTCOMES)


def _mail(fields: Mapping[str, Any]) -> str:
    parts = [
        f"{name} {', '.join(found)}" for name in ("to", "cc", "bcc") if (found := _several(fields.get(name)))
    ]
    if "subject" in fields:
        parts.append(repr(str(fields["subject"])))
    return " ".join(parts)


def _attachments(fields: Mapping[str, Any]) -> str:
    if "saved" in fields:
        return _saved(fields) or "nothing to save"
    if "files" not in fields:
        return ""  # it came to nothing: why is said behind it
    names = _several(fields["files"])
    return f"to {fields.get('to', '')}: {', '.join(names)}" if names else "nothing to save"


def _saved(fields: Mapping[str, Any]) -> str:
    """The paths that were written; their folder once, where it is the same."""
    paths = _several(fields.get("saved"))
    folders = {path.rpartition("/")[0] for path in paths}
    if len(paths) < 2 or len(folders) > 1:
        return ", ".join(paths)
    return f"to {folders.pop()}: {', '.join(path.rpartition('/')[2] for path in paths)}"


def _message(fields: Mapping[str, Any]) -> str:
    if "saved" in fields or "to" not in fields:
        return _saved(fields)
    return f"as {fields.get('as', 'eml')} to {fields['to']}/{fields.get('name', '')}"


def _words(fields: Mapping[str, Any]) -> str:
    return ", ".join(_several(fields.get("words")))


def _values(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in fields.get("values", {}).items())


def _when(fields: Mapping[str, Any]) -> str:
    return f"after: {fields['after']}" if "after" in fields else ""


def _several(value: object) -> Sequence[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [str(value)] if value else []


_WORDING: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "forward": _mail,
    "redirect": _mail,
    "reply": _mail,
    "send": _mail,
    "save_attachments": _attachments,
    "save_message": _message,
    "tag": _words,
    "set": _values,
    "delete": _when,
}
