"""What the fields of several actions share: recipients, words, and text that is a template. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from automailer.compose import envelope_address
from automailer.errors import PermanentError
from automailer.message import Address, parse_addresses
from automailer.rules import Subject
from automailer.templating import names, render_text

__all__ = [
    "ListReference",
    "Recipients",
    "Words",
    "addresses",
    "list_names",
    "render_value",
    "rendered",
    "template_names",
    "template_texts",
]

MAX_RECIPIENTS = 1_000
"""Of one action: more than that is a mailing-list server's work."""


class ListReference(BaseModel):
    """`{list: NAME}`: the entries of a named list of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    list: str


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str | Mapping) else value


Recipients = Annotated[
    tuple[str | ListReference, ...],
    BeforeValidator(_as_tuple, json_schema_input_type=str | ListReference | list[str | ListReference]),
]
"""One address, `{list: NAME}`, or several of them; an address may be a template."""

Words = Annotated[tuple[str, ...], BeforeValidator(_as_tuple, json_schema_input_type=str | list[str])]


def list_names(recipients: Recipients) -> Iterator[str]:
    """The named lists among them."""
    return (entry.list for entry in recipients if isinstance(entry, ListReference))


def template_texts(*values: str | Iterable[object] | None) -> tuple[str, ...]:
    """Every text among the values that may hold a template."""
    texts: list[str] = []
    for value in values:
        entries = (value,) if isinstance(value, str) else (value or ())
        texts.extend(entry for entry in entries if isinstance(entry, str))
    return tuple(texts)


def template_names(subject: Subject, **more: Any) -> dict[str, Any]:
    """The names that a template of this subject's rule sees."""
    return names(
        subject.message,
        mailbox=subject.mailbox,
        uidl=subject.uidl,
        match=subject.match,
        vars=subject.vars,
        rule=subject.rule,
        now=subject.now,
        **more,
    )


def rendered(source: str, subject: Subject, **more: Any) -> str:
    """A field of an action, rendered; text without a template is taken as it is."""
    if "{{" not in source and "{%" not in source:
        return source
    return render_text(source, template_names(subject, **more), where=f"rule {subject.rule!r}")


def render_value(value: Any, subject: Subject) -> Any:
    """A value whose texts are templates, however deep they lie."""
    if isinstance(value, str):
        return rendered(value, subject)
    if isinstance(value, Mapping):
        return {key: render_value(entry, subject) for key, entry in value.items()}
    return [render_value(entry, subject) for entry in value] if isinstance(value, list) else value


def addresses(recipients: Recipients, subject: Subject) -> tuple[Address, ...]:
    """The recipients as addresses that SMTP can carry, each once.

    Raises:
        PermanentError: one of them is no address, or there are too many.
    """
    found: dict[str, Address] = {}
    for text in _texts(recipients, subject):
        for address in parse_addresses(text.encode()).addresses:
            if not address.address:
                reason = f"{text!r} is not an address"
                raise PermanentError(reason)
            envelope_address(address.address)
            found.setdefault(address.address.casefold(), address)
    if len(found) > MAX_RECIPIENTS:
        reason = f"{len(found)} recipients; at most {MAX_RECIPIENTS} are sent to at once"
        raise PermanentError(reason)
    return tuple(found.values())


def _texts(recipients: Recipients, subject: Subject) -> Iterator[str]:
    for entry in recipients:
        if isinstance(entry, ListReference):
            yield from subject.lists[entry.list]
        else:
            yield rendered(entry, subject)
