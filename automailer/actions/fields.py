"""What the fields of several actions are made of: recipients, words, choices, and text that is a template. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from automailer.rules import Subject, name_matches, template_names
from automailer.settings import Flag
from automailer.templating import render_text

__all__ = [
    "Globs",
    "ListReference",
    "Recipients",
    "Which",
    "Words",
    "is_template",
    "render_value",
    "rendered",
]


class ListReference(BaseModel):
    """`{list: NAME}`: the entries of a named list of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    list: str


def _several(value: object) -> object:
    """A value alone as a list of one."""
    return (value,) if isinstance(value, str | Mapping) else value


def _readable(globs: tuple[str, ...]) -> tuple[str, ...]:
    for glob in globs:
        name_matches(glob, "")  # refuses a broken /…/, or a text that is found in every name
    return globs


_Recipient = str | ListReference
Recipients = Annotated[
    tuple[_Recipient, ...],
    Field(min_length=1),
    BeforeValidator(
        _several, json_schema_input_type=_Recipient | Annotated[list[_Recipient], Field(min_length=1)]
    ),
]
"""One address, `{list: NAME}`, or several of them; an address may be a template."""

Words = Annotated[
    tuple[str, ...],
    Field(min_length=1),
    BeforeValidator(_several, json_schema_input_type=str | Annotated[list[str], Field(min_length=1)]),
]
"""One text, or several."""

Globs = Annotated[Words, AfterValidator(_readable)]
"""What file names have to be like: text that is found in them, globs, or /…/."""

Which = Annotated[
    Flag | tuple[str, ...],
    BeforeValidator(
        lambda value: (value,) if isinstance(value, str) else value,
        json_schema_input_type=Flag | str | list[str],
    ),
]
"""Which of the original's attachments: all, none, or globs over their names."""


def is_template(text: str) -> bool:
    """Whether there is anything in it to render."""
    return "{{" in text or "{%" in text


def rendered(source: str, subject: Subject, **more: Any) -> str:
    """A field of an action, rendered; text without a template is taken as it is."""
    if not is_template(source):
        return source
    return render_text(source, template_names(subject, **more), where=f"rule {subject.rule!r}")


def render_value(value: Any, subject: Subject) -> Any:
    """A value whose texts are templates, however deep they lie."""
    if isinstance(value, str):
        return rendered(value, subject)
    if isinstance(value, Mapping):
        return {key: render_value(entry, subject) for key, entry in value.items()}
    return [render_value(entry, subject) for entry in value] if isinstance(value, list) else value
