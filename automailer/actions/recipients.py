"""Who an action's mail goes to. What a mail says may be one address among them, and never one more. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from automailer.actions.fields import ListReference, Recipients, is_template, rendered
from automailer.actions.model import ActionModel
from automailer.compose import envelope_address
from automailer.errors import PermanentError, TemporaryError
from automailer.message import Address, parse_addresses
from automailer.rules import Subject

__all__ = ["MAX_RECIPIENTS", "address_fault", "addresses", "fixed_addresses"]

MAX_RECIPIENTS = 1_000
"""Of one action: more than that is a mailing-list server's work."""

_MARK = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_OF_THE_MAIL = re.compile(r"\b(?:message|match)\b")
_WHOLE_HEADER = re.compile(r"\s*\{\{\s*message\.(?:to|cc)\s*\}\}\s*")


def addresses(recipients: Recipients, subject: Subject) -> tuple[Address, ...]:
    """The recipients as addresses that SMTP can carry, each once.

    A template that reads the message, or has text around its values, gives one address and keeps the shape that it was
    written in, so that nothing in a mail adds a recipient (`{{ match.user }}@example.com` stays at example.com);
    `{{ message.to }}` and `{{ message.cc }}` alone give all of that header.

    Raises:
        PermanentError: one of them is no address, or there are too many.
    """
    found: dict[str, Address] = {}
    for address in _all(recipients, subject):
        found.setdefault(address.address.casefold(), address)
    if len(found) > MAX_RECIPIENTS:
        reason = f"{len(found)} recipients; at most {MAX_RECIPIENTS} are sent to at once"
        raise PermanentError(reason)
    return tuple(found.values())


def fixed_addresses(action: ActionModel, lists: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The addresses that an action sends to, whatever the mail says: written out, or in a list that can be read."""
    found: dict[str, None] = {}
    for field in ("to", "cc", "bcc"):
        value = getattr(action, field, ())
        for entry in value if isinstance(value, tuple) else ():
            found.update((address.address.casefold(), None) for address in _fixed(entry, lists))
    return tuple(found)


def address_fault(text: str) -> str:
    """Why mail can't go to what is written there, or ""."""
    try:
        found = _parsed(text)
    except PermanentError as exc:
        return str(exc)
    return "" if found else "expected an address, found nothing"


def _all(recipients: Recipients, subject: Subject) -> Iterator[Address]:
    for entry in recipients:
        if isinstance(entry, ListReference):
            for text in subject.lists[entry.list]:
                yield from _parsed(text)
        elif is_template(entry):
            yield from _from_template(entry, subject)
        else:
            yield from _parsed(entry)


def _fixed(entry: str | ListReference, lists: Mapping[str, tuple[str, ...]]) -> Iterator[Address]:
    if isinstance(entry, str):
        if not is_template(entry):
            yield from _parsed(entry)
        return
    with suppress(TemporaryError):
        for text in lists.get(entry.list, ()):
            yield from _parsed(text)


def _from_template(source: str, subject: Subject) -> tuple[Address, ...]:
    text = rendered(source, subject)
    found = _parsed(text)
    if not found or _WHOLE_HEADER.fullmatch(source) or _may_be_several(source):
        return found
    if len(found) > 1 or not _shape(source).fullmatch(found[0].address):
        reason = f"{text!r} is not the one address that {source!r} stands for"
        raise PermanentError(reason)
    return found


def _may_be_several(source: str) -> bool:
    """Whether it is made of constants only; `vars` may be set from a mail, so what stands around them counts."""
    around = _MARK.sub("", source)
    return not _OF_THE_MAIL.search(source) and (not around.strip() or "," in around or "{%" in source)


def _shape(source: str) -> re.Pattern[str]:
    """What the address looks like, as far as the rule's author wrote it himself."""
    if "{%" in source:
        return re.compile(".*")
    opened = source.rfind("<")
    spec = source if opened < 0 else source[opened + 1 :].partition(">")[0]
    return re.compile(".*".join(map(re.escape, _MARK.split(spec.strip()))), re.IGNORECASE)


def _parsed(text: str) -> tuple[Address, ...]:
    found = parse_addresses(text.encode("utf-8", "surrogatepass"), limit=MAX_RECIPIENTS + 1).addresses
    for address in found:
        if not address.address:
            reason = f"{address.name or text!r} is not an address"
            raise PermanentError(reason)
        envelope_address(address.address)
    return found
