"""Text matchers: a plain string, `/…/ims`, or a mapping of forms (`is`, `contains`, `regex` …). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

from automailer.rules.clue import Clue, Clues, Form
from automailer.rules.entries import index_of
from automailer.rules.glob import compiled_glob, glob_pattern, is_glob
from automailer.rules.matcher import HIT, Hit, Lists, Matcher, any_of, read_each, read_forms
from automailer.rules.model import NOTHING
from automailer.rules.pattern import Pattern, compile_pattern, compile_slashed, is_slashed
from automailer.rules.refusal import Fault, Refused, short
from automailer.rules.scope import ANYWHERE, Scope

__all__ = [
    "FORMS",
    "TextMatcher",
    "as_text",
    "fold",
    "forms_of",
    "name_matches",
    "read_name",
    "read_one_text",
    "read_text",
]

TextMatcher = Matcher[str]

# Of a long text, how many characters on either side of the spot are shown.
EXCERPT = 24
SHORT_TEXT = 4096


def _fold(text: str) -> str:
    words = _with_single_spaces(text)
    # Mail from macOS spells é as two characters.
    return words.lower() if words.isascii() else unicodedata.normalize("NFC", words).casefold()


def _with_single_spaces(text: str) -> str:
    return " ".join(text.split())


def _as_octets(text: str) -> bytes:
    # The line that a text ends with is no part of it: `$` finds what a person calls its end.
    return text.encode("utf-8", "replace").rstrip(b"\r\n")


T = TypeVar("T")


def _remembering(change: Callable[[str], T]) -> Callable[[str], T]:
    """Keeps what became of some short texts and of a few long ones: a thousand rules ask for the same two."""
    short_ones, long_ones = lru_cache(maxsize=256)(change), lru_cache(maxsize=4)(change)
    return lambda text: short_ones(text) if len(text) <= SHORT_TEXT else long_ones(text)


fold = _remembering(_fold)
"""The text as it is compared: without letter case, white space at its ends, and runs of white space."""

_spaced = _remembering(_with_single_spaces)
_octets = _remembering(_as_octets)


def forms_of(texts: Iterable[str], form: Form) -> list[str]:
    """The texts in a form that clues are written in."""
    if form is Form.FOLDED:
        return [fold(text) for text in texts]
    return [_spaced(text) for text in texts] if form is Form.SPACED else list(texts)


@dataclass(frozen=True, slots=True)
class Plain:
    """Compares with one needle; `find` gives the spot in a text, or -1."""

    needle: str
    find: Callable[[str, str], int]
    exact: bool

    def match(self, thing: str, lists: Lists = NOTHING) -> Hit | None:
        """Compare, letter case and runs of white space aside unless `exact`."""
        text = thing if self.exact else fold(thing)
        at = self.find(text, self.needle)
        if at < 0:
            return None
        if len(text) <= 2 * EXCERPT:
            return HIT
        return Hit(excerpt=text[max(at - EXCERPT, 0) : at + len(self.needle) + EXCERPT])

    def clues(self) -> Clues:
        """The needle, or what a glob needs."""
        form = Form.AS_IT_IS if self.exact else Form.FOLDED
        if self.find is _equal:
            return (Clue(form, self.needle, whole=True),)
        return (Clue(form, glob_pattern(self.needle) if self.find is _fits else re.escape(self.needle)),)

    def implies(self, other: object) -> bool:
        """Tell whether whatever fits this fits the other too."""
        if not isinstance(other, Plain) or self.exact != other.exact:
            return False
        if self.find is _equal:
            return other.find(self.needle, other.needle) >= 0
        if other.find is _find:
            return self.find in (_find, _begins, _ends) and other.needle in self.needle
        one_end = self.find is other.find and self.find in (_begins, _ends)
        return one_end and self.find(self.needle, other.needle) >= 0

    def excludes(self, other: object) -> bool:
        """Tell whether no text fits this and the other."""
        if self.exact and self.find is _equal:
            return isinstance(other, Plain | Regex) and other.match(self.needle) is None
        if not isinstance(other, Plain) or self.exact != other.exact:
            return False
        if self.find is _equal:
            return other.find(self.needle, other.needle) < 0
        one_end = self.find is other.find and self.find in (_begins, _ends)
        return (
            one_end and self.find(self.needle, other.needle) < 0 and self.find(other.needle, self.needle) < 0
        )


@dataclass(frozen=True, slots=True)
class Regex:
    """Searches with a regular expression; `spaced` has a run of white space count as one space."""

    pattern: Pattern
    spaced: bool = False

    def match(self, thing: str, lists: Lists = NOTHING) -> Hit | None:
        """Search, and give the named groups."""
        octets = _octets(_spaced(thing) if self.spaced else thing)
        found = self.pattern.search(octets)
        if found is None:
            return None
        if len(octets) <= 2 * EXCERPT:
            return Hit(found.groups)
        around = octets[max(found.start - EXCERPT, 0) : found.end + EXCERPT]
        return Hit(found.groups, around.decode("utf-8", "ignore"))

    def clues(self) -> Clues:
        """What the expression needs."""
        return (Clue(Form.SPACED if self.spaced else Form.AS_IT_IS, self.pattern.source),)


@dataclass(frozen=True, slots=True)
class Listed:
    """Equals an entry of a named list, or fits its glob."""

    name: str
    exact: bool

    def match(self, thing: str, lists: Lists = NOTHING) -> Hit | None:
        """Look the text up."""
        folding = str if self.exact else fold
        return HIT if index_of(lists.get(self.name, ()), folding).has(folding(thing)) else None

    def lists(self) -> Collection[str]:
        """The list that is asked."""
        return (self.name,)


def _equal(text: str, needle: str) -> int:
    return 0 if text == needle else -1


def _find(text: str, needle: str) -> int:
    return text.find(needle)


def _find_between_spaces(text: str, needle: str) -> int:
    # The needle has white space at an end: the ends of the text count as such.
    return f" {text} ".find(needle)


def _begins(text: str, needle: str) -> int:
    return 0 if text.startswith(needle) else -1


def _ends(text: str, needle: str) -> int:
    return len(text) - len(needle) if text.endswith(needle) else -1


def _fits(text: str, needle: str) -> int:
    return 0 if compiled_glob(needle)(text) else -1


_COMPARISONS: Mapping[str, Callable[[str, str], int]] = {
    "is": _equal,
    "contains": _find,
    "starts_with": _begins,
    "ends_with": _ends,
    "glob": _fits,
}
FORMS = (*_COMPARISONS, "regex", "in")


def read_text(value: object, scope: Scope = ANYWHERE) -> TextMatcher:
    """The matcher that a text value means, a list any of its entries; Refused with all that is wrong."""
    return any_of(read_each(value, lambda one: read_one_text(one, scope)))


def read_name(value: object, scope: Scope = ANYWHERE) -> TextMatcher:
    """The matcher of a file name: as `read_text`, but a string with `*`, `?` or `[` is a glob."""
    return any_of(read_each(value, lambda one: _read_one_name(one, scope)))


def name_matches(wanted: str, name: str) -> bool:
    """Tell whether a file name fits a text-or-glob, letter case aside."""
    return _named(wanted).match(name) is not None


@lru_cache(maxsize=1024)
def _named(wanted: str) -> TextMatcher:
    return read_name(wanted)


def _read_one_name(value: object, scope: Scope) -> TextMatcher:
    if isinstance(value, str) and is_glob(value) and not is_slashed(value):
        return _plain("glob", value, exact=False)
    return read_one_text(value, scope)


def read_one_text(value: object, scope: Scope) -> TextMatcher:
    """The matcher that one text value means."""
    if isinstance(value, dict):
        return _read_mapping(value, scope)
    text = as_text(value)
    return _slashed(text, scope) if is_slashed(text) else _plain("contains", text, exact=False)


def _read_mapping(value: dict[str, object], scope: Scope) -> TextMatcher:
    exact = value.get("case", False)
    if not isinstance(exact, bool):
        raise Refused(Fault(message=f"expected true or false, found {short(exact)!r}", path=("case",)))
    forms = {form: partial(_read_form, form, scope=scope, exact=exact) for form in FORMS}
    return read_forms(value, forms, beside=("case",))


def _read_form(form: str, wanted: object, *, scope: Scope, exact: bool) -> TextMatcher:
    if form == "in":
        return Listed(scope.list_name(wanted), exact)
    return any_of(read_each(wanted, lambda one: _read_compared(form, as_text(one), scope, exact=exact)))


def _read_compared(form: str, text: str, scope: Scope, *, exact: bool) -> TextMatcher:
    if form != "regex":
        return _plain(form, text, exact=exact)
    if is_slashed(text):
        return _slashed(text, scope)
    return _noted(Regex(compile_pattern(text, flags="" if exact else "i"), spaced=not exact), scope)


def _plain(form: str, text: str, *, exact: bool) -> Plain:
    needle, find = text if exact else fold(text), _COMPARISONS[form]
    if not needle and form != "is":
        raise Refused(Fault(message="is an empty text, which is found in everything: expected some text"))
    if form == "contains" and not exact and text.strip() != text:
        needle = f"{' ' * text[:1].isspace()}{needle}{' ' * text[-1:].isspace()}"
        find = _find_between_spaces
    return Plain(needle, find, exact)


def _slashed(text: str, scope: Scope) -> TextMatcher:
    return _noted(Regex(compile_slashed(text)), scope)


def _noted(regex: Regex, scope: Scope) -> TextMatcher:
    scope.captures.update(dict.fromkeys(regex.pattern.names))
    return regex


def as_text(value: object) -> str:
    """The text that a YAML scalar stands for: text, or a whole number as it is written."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, bool | float):
        message = f"expected text, found {short(value)}: put it in quotes"
    else:
        message = f"expected text, found {'nothing' if value is None else short(value)}"
    raise Refused(Fault(message=message))
