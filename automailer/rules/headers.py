"""Tests of headers: those of addresses, `recipient`, and `header: {NAME: text}`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from automailer.message import Address
from automailer.rules.address import AddressMatcher, address_texts, read_one_address
from automailer.rules.circumstances import Circumstances
from automailer.rules.clue import Clues, Form, clues_of_any
from automailer.rules.content import Source, TextTest, read_fields
from automailer.rules.groups import AllOf
from automailer.rules.leaf import Leaf, Seen, observed
from automailer.rules.matcher import read_each
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.overlap import every_excludes, every_implies, why_none_fits
from automailer.rules.presence import Presence, numbered, or_count, or_presence
from automailer.rules.refusal import short
from automailer.rules.scope import Scope
from automailer.rules.site import Problems, Site

__all__ = ["RECIPIENT", "AddressTest", "addresses_of", "read_header"]

# Where a mail says, in the words of its sender or of the servers that it went through, for whom it is.
RECIPIENT = (
    "To",
    "Cc",
    "Bcc",
    "Resent-To",
    "Resent-Cc",
    "Resent-Bcc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
)
# RFC 5322, section 3.6.8: printable ASCII without the colon.
_FIELD_NAME = re.compile(r"[!-9;-~]+")

# The empty path of RFC 5321, section 4.5.5: `Return-Path: <>`.
_NOBODY = Address("", "")

_one_address = or_count(or_presence(read_one_address))


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses in some headers."""

    headers: tuple[str, ...]

    def read(self, subject: Subject) -> list[Address]:
        """All of them, in order."""
        message = subject.message
        return [each for name in self.headers for each in message.addresses(name) if each != _NOBODY]

    def within(self, other: Addresses) -> bool:
        """Tell whether all of these are among the other's."""
        return set(self.headers) <= set(other.headers)

    def texts(self, subject: Subject, form: Form) -> list[str]:
        """All that matchers look at, in a form that clues are written in."""
        return address_texts(self.read(subject), form)

    def shown(self, subject: Subject) -> str:
        """What the trace shows when nothing fits."""
        return _shown(self.read(subject))


@dataclass(frozen=True, slots=True)
class _HeaderTexts:
    """Reads every occurrence of one header."""

    name: str

    def __call__(self, subject: Subject) -> tuple[str, ...]:
        return subject.message.header_all(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTest:
    """YES when any address of these headers fits any of the alternatives."""

    field: Addresses
    alternatives: tuple[AddressMatcher | Presence, ...]

    def observe(self, subject: Subject) -> Seen:
        """Look at every address."""
        addresses = self.field.read(subject)
        for alternative in self.alternatives:
            if isinstance(alternative, Presence):
                if alternative.holds(len(addresses)):
                    return Seen(Answer.YES, self._shown(addresses))
                continue
            for address in addresses:
                hit = alternative.match(address, subject.lists)
                if hit is not None:
                    return Seen(Answer.YES, observed(str(address)), hit.captures)
        return Seen(Answer.NO, self._shown(addresses))

    def _shown(self, addresses: list[Address]) -> str:
        return numbered(self.alternatives, len(addresses), _shown(addresses))

    def implies(self, other: object) -> bool:
        """Tell whether each alternative needs one of the other's, in headers that the other reads too."""
        if not isinstance(other, AddressTest) or not self.field.within(other.field):
            return False
        few = any(isinstance(each, Presence) and not each.grows for each in self.alternatives)
        if few and self.field != other.field:
            return False
        return every_implies(self.alternatives, other.alternatives)

    def excludes(self, other: object) -> bool:
        """Tell whether one asks for addresses where the other has none; several addresses may well meet both."""
        if not isinstance(other, AddressTest) or self.field != other.field:
            return False
        return every_excludes(self.alternatives, other.alternatives)

    def impossible(self, around: Circumstances) -> str:
        """Tell why none of the alternatives ever fits."""
        return why_none_fits(self.alternatives, around.empty)

    def clues(self) -> Clues | None:
        """What must be there."""
        return clues_of_any(self.alternatives)


def _shown(addresses: list[Address]) -> str:
    return observed(", ".join(map(str, addresses[:8]))) if addresses else "(none)"


def addresses_of(*headers: str) -> Callable[[object, Site], Test]:
    """The reader of a test of the addresses in these headers."""
    return partial(_read_addresses, headers)


def _read_addresses(headers: tuple[str, ...], value: object, site: Site) -> Test:
    alternatives = site.read(_read_alternatives, value)
    return site.leaf(value, AddressTest(field=Addresses(headers), alternatives=alternatives))


def _read_alternatives(value: object, scope: Scope) -> tuple[AddressMatcher | Presence, ...]:
    return read_each(value, lambda one: _one_address(one, scope))


def read_header(value: object, site: Site) -> Test:
    """`header`: a mapping of header names to texts, all of which must hold."""
    if not isinstance(value, dict) or not value:
        site.refuse("expected a mapping of header names to texts, such as {List-Id: news}")
    problems, tests = Problems(), []
    for name, wanted in value.items():
        with problems.gathered():
            tests.append(_read_one(name, wanted, site.at(name)))
    problems.settle()
    return tests[0] if len(tests) == 1 else AllOf(tests=tuple(tests), where=site.where)


def _read_one(name: str, wanted: object, site: Site) -> Leaf:
    if not _FIELD_NAME.fullmatch(name):
        site.refuse(f"{short(name)!r} can't be the name of a header", hint=name.rstrip(": "), key=True)
    content = TextTest(
        source=Source(read=_HeaderTexts(name.lower())),
        alternatives=site.read(read_fields, wanted),
    )
    return Leaf(test="header", wanted=short({name: wanted})[1:-1], content=content, where=site.where)
