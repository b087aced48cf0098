"""Address matchers: a glob over the address, `/…/` over `Name <address>`, `{name, domain, in}`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from automailer.message import Address
from automailer.rules.clue import Clue, Clues, Form, clues_of
from automailer.rules.entries import index_of
from automailer.rules.glob import compiled_glob, glob_pattern, is_glob
from automailer.rules.matcher import HIT, Hit, Lists, Matcher, any_of, read_each, read_forms
from automailer.rules.model import NOTHING
from automailer.rules.pattern import is_slashed
from automailer.rules.refusal import Fault, Refused, short
from automailer.rules.scope import ANYWHERE, Scope
from automailer.rules.text import TextMatcher, as_text, forms_of, read_text

__all__ = ["ADDRESS_FORMS", "AddressMatcher", "address_texts", "read_address", "read_one_address"]

AddressMatcher = Matcher[Address]


@dataclass(frozen=True, slots=True)
class Fits:
    """A glob over the whole address, letter case aside."""

    glob: str

    def match(self, thing: Address, lists: Lists = NOTHING) -> Hit | None:
        """Compare the address alone."""
        address = thing.address.casefold()
        return HIT if address and compiled_glob(self.glob)(address) else None

    def clues(self) -> Clues:
        """The address or its domain, whole where they are written out."""
        if not is_glob(self.glob):
            return (Clue(Form.KEYS, self.glob, whole=True),)
        local, _, domain = self.glob.rpartition("@")
        if local == "*" and not is_glob(domain):
            return (Clue(Form.KEYS, f"@{domain}", whole=True),)
        return (Clue(Form.KEYS, glob_pattern(self.glob)),)

    def implies(self, other: object) -> bool:
        """Tell whether every address that fits this fits the other: a glob's domain has to be written out."""
        if isinstance(other, Fits):
            return not is_glob(self.glob) and compiled_glob(other.glob)(self.glob) is not None
        domain = self.glob.rpartition("@")[2]
        written_out = "@" in self.glob and not is_glob(domain)
        return written_out and isinstance(other, InDomain) and InDomain(domain).implies(other)


@dataclass(frozen=True, slots=True)
class Searched:
    """A regular expression over `Name <address>`; where there is no name, over `address` and `<address>`."""

    pattern: TextMatcher

    def match(self, thing: Address, lists: Lists = NOTHING) -> Hit | None:
        """Search the address as it is written."""
        name = thing.name  # first of all: of a sender who is only remembered it is not known
        hit = self.pattern.match(str(thing))
        return hit if hit or name else self.pattern.match(f"<{thing.address}>")

    def clues(self) -> Clues | None:
        """Those of the expression."""
        return clues_of(self.pattern)


@dataclass(frozen=True, slots=True)
class Named:
    """A text over the display name."""

    text: TextMatcher

    def match(self, thing: Address, lists: Lists = NOTHING) -> Hit | None:
        """Look at the name alone."""
        return self.text.match(thing.name, lists)

    def clues(self) -> Clues | None:
        """Those of the text."""
        return clues_of(self.text)


@dataclass(frozen=True, slots=True)
class InDomain:
    """A domain and everything under it."""

    domain: str

    def match(self, thing: Address, lists: Lists = NOTHING) -> Hit | None:
        """Compare label by label: `example.com` has `mail.example.com`, and not `badexample.com`."""
        return HIT if f".{thing.domain.casefold()}".endswith(f".{self.domain}") else None

    def implies(self, other: object) -> bool:
        """Tell whether the domain is the other's or under it."""
        return isinstance(other, InDomain) and f".{self.domain}".endswith(f".{other.domain}")

    def clues(self) -> Clues:
        """The domain, which is among the keys of every address under it."""
        return (Clue(Form.KEYS, f".{self.domain}", whole=True),)


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a named list, or what fits its glob."""

    name: str

    def match(self, thing: Address, lists: Lists = NOTHING) -> Hit | None:
        """Look the address up, letter case aside."""
        address = thing.address.casefold()
        return HIT if address and index_of(lists.get(self.name, ()), _bare).has(address) else None

    def lists(self) -> Collection[str]:
        """The list that is asked."""
        return (self.name,)


def address_texts(addresses: Iterable[Address], form: Form) -> list[str]:
    """Everything that a matcher looks at in these addresses, in a form that clues are written in."""
    if form is Form.KEYS:
        return [key for address in addresses for key in _keys(address)]
    wholes = ((one.name, str(one), f"<{one.address}>") for one in addresses)
    return forms_of(chain.from_iterable(wholes), form)


def _keys(address: Address) -> Iterator[str]:
    """The address, `@domain`, `.domain`, and the last again for every domain that this one lies in."""
    folded = address.address.casefold()
    yield folded
    yield f"@{folded.rpartition('@')[2]}"
    domain = f".{address.domain.casefold()}"
    for offset, char in enumerate(domain):
        if char == ".":
            yield domain[offset:]


def read_address(value: object, scope: Scope = ANYWHERE) -> AddressMatcher:
    """The matcher that an address value means, a list any of its entries; Refused with all that is wrong."""
    return any_of(read_each(value, lambda one: read_one_address(one, scope)))


def read_one_address(value: object, scope: Scope) -> AddressMatcher:
    """The matcher that one address value means."""
    if isinstance(value, dict):
        return read_forms(value, {form: _within(scope, read) for form, read in ADDRESS_FORMS.items()})
    text = as_text(value).strip()
    if is_slashed(text):
        return Searched(read_text(text, scope))
    if not text:
        raise Refused(Fault(message="is an empty address: expected a glob such as *@example.com"))
    if text.startswith("@"):
        raise Refused(Fault(message="no address begins with @", hint=f"*{text}"))
    return Fits(text.casefold())


def _within(
    scope: Scope, read: Callable[[object, Scope], AddressMatcher]
) -> Callable[[object], AddressMatcher]:
    return lambda value: read(value, scope)


def _read_name(value: object, scope: Scope) -> AddressMatcher:
    return Named(read_text(value, scope))


def _read_domain(value: object, scope: Scope) -> AddressMatcher:
    return any_of(read_each(value, _read_one_domain))


def _read_one_domain(value: object) -> AddressMatcher:
    domain = as_text(value).strip().casefold().rstrip(".")
    if not domain or not set("*?@/<> ").isdisjoint(domain):
        message = (
            f"{short(value)!r} is no domain: expected one such as example.com, which has its subdomains too"
        )
        raise Refused(Fault(message=message, hint=domain.lstrip("*@.")))
    return InDomain(domain)


def _read_list(value: object, scope: Scope) -> AddressMatcher:
    return Listed(scope.list_name(value))


ADDRESS_FORMS: Mapping[str, Callable[[object, Scope], AddressMatcher]] = {
    "name": _read_name,
    "domain": _read_domain,
    "in": _read_list,
}


def _bare(entry: str) -> str:
    """The address of an entry, which may be written with a name for use as a recipient."""
    text = entry.strip().casefold()
    return text.rpartition("<")[2].removesuffix(">") if text.endswith(">") else text
