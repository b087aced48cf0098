"""Tests of text: `subject`, `body`, `html`, and whatever else is read as text. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from automailer.rules.circumstances import Circumstances
from automailer.rules.clue import Clues, Field, Form, clues_of_any
from automailer.rules.leaf import NOT_FETCHED, Rank, Seen, observed
from automailer.rules.matcher import Hit, read_each
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.overlap import every_excludes, every_implies, why_none_fits
from automailer.rules.presence import Presence, numbered, or_count, or_presence
from automailer.rules.scope import Scope
from automailer.rules.site import Site
from automailer.rules.text import TextMatcher, forms_of, read_one_text

__all__ = [
    "MAX_SEARCHED_OCTETS",
    "Source",
    "TextTest",
    "read_alternatives",
    "read_body",
    "read_fields",
    "read_html",
    "read_subject",
]

# Searching takes time linear in the text, and a rule asks ten times: what a person could read in a day is enough.
MAX_SEARCHED_OCTETS = 1 << 20

_one_text = or_presence(read_one_text)
_one_of_many = or_count(_one_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where texts come from: `read` gives all there are, None when they were not fetched.

    `always`: where there is none, the empty text is compared. `single`: there is never more than one.
    """

    read: Callable[[Subject], tuple[str, ...] | None]
    always: bool = False
    single: bool = False

    def compared(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        """What matchers are put to when these texts are there."""
        return texts or (("",) if self.always else ())

    def texts(self, subject: Subject, form: Form) -> list[str] | None:
        """What matchers are put to, in a form that clues are written in."""
        found = self.read(subject)
        return None if found is None else forms_of(self.compared(tuple(map(_clipped, found))), form)

    def shown(self, subject: Subject) -> str:
        """What the trace shows when nothing fits."""
        found = self.read(subject) or ()
        texts = tuple(map(_clipped, found))
        return _shown(texts) + _note(found, texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTest:
    """YES when any text of the source fits any of the alternatives."""

    source: Source
    alternatives: tuple[TextMatcher | Presence, ...]

    def observe(self, subject: Subject) -> Seen:
        """Look at every text, cut to a limit."""
        found = self.source.read(subject)
        if found is None:
            return NOT_FETCHED
        texts = tuple(map(_clipped, found))
        note = _note(found, texts)
        compared = self.source.compared(texts)
        for alternative in self.alternatives:
            if isinstance(alternative, Presence):
                if alternative.holds(len(texts)):
                    return Seen(Answer.YES, numbered(self.alternatives, len(texts), _shown(texts)))
                continue
            for text in compared:
                hit = alternative.match(text, subject.lists)
                if hit is not None:
                    return _seen(hit, text, note)
        return Seen(Answer.NO, numbered(self.alternatives, len(texts), _shown(texts)) + note)

    def implies(self, other: object) -> bool:
        """Tell whether each alternative needs one of the other's, in the same texts."""
        if not isinstance(other, TextTest) or self.source != other.source:
            return False
        return every_implies(self.alternatives, other.alternatives, blank=self.source.always)

    def excludes(self, other: object) -> bool:
        """Tell whether no alternative goes with any of the other's; several texts may well meet both."""
        if not isinstance(other, TextTest) or self.source != other.source:
            return False
        return every_excludes(
            self.alternatives, other.alternatives, blank=self.source.always, single=self.source.single
        )

    def impossible(self, around: Circumstances) -> str:
        """Tell why none of the alternatives ever fits."""
        return why_none_fits(self.alternatives, around.empty)

    @property
    def field(self) -> Field:
        """Where it looks."""
        return self.source

    def clues(self) -> Clues | None:
        """What must be there."""
        return clues_of_any(self.alternatives)


def _seen(hit: Hit, text: str, note: str) -> Seen:
    value = observed(f"…{hit.excerpt}…") if hit.excerpt else _shown((text,))
    return Seen(Answer.YES, value + note, hit.captures)


def _shown(texts: tuple[str, ...]) -> str:
    return (observed(" | ".join(texts)) or "(empty)") if texts else "(none)"


def _clipped(text: str) -> str:
    # A character takes up to four octets.
    return text if len(text) <= MAX_SEARCHED_OCTETS // 4 else _cut(text)


@lru_cache(maxsize=4)
def _cut(text: str) -> str:
    octets = text[:MAX_SEARCHED_OCTETS].encode("utf-8", "replace")
    return octets[:MAX_SEARCHED_OCTETS].decode("utf-8", "ignore")


def _note(found: tuple[str, ...], texts: tuple[str, ...]) -> str:
    cut = any(len(whole) > len(text) for whole, text in zip(found, texts, strict=True))
    return f" (only the first {MAX_SEARCHED_OCTETS} octets searched)" if cut else ""


def read_alternatives(value: object, scope: Scope) -> tuple[TextMatcher | Presence, ...]:
    """The matchers of a text value, one for each entry of a list."""
    return read_each(value, lambda one: _one_text(one, scope))


def read_fields(value: object, scope: Scope) -> tuple[TextMatcher | Presence, ...]:
    """The same of texts of which there may be many."""
    return read_each(value, lambda one: _one_of_many(one, scope))


def read_subject(value: object, site: Site) -> Test:
    """`subject`: the decoded subject."""
    return site.leaf(value, TextTest(source=_SUBJECT, alternatives=site.read(read_alternatives, value)))


def read_body(value: object, site: Site) -> Test:
    """`body`: the text that a reader sees."""
    content = TextTest(source=_BODY, alternatives=site.read(read_alternatives, value))
    return site.leaf(value, content, Rank.BODY)


def read_html(value: object, site: Site) -> Test:
    """`html`: the source of the HTML."""
    content = TextTest(source=_HTML, alternatives=site.read(read_alternatives, value))
    return site.leaf(value, content, Rank.BODY)


def _subject_of(subject: Subject) -> tuple[str, ...]:
    text = subject.message.subject
    return (text,) if text or subject.message.header("Subject") is not None else ()


def _body_of(subject: Subject) -> tuple[str, ...] | None:
    message = subject.message
    return _unless_blank(message.text) if message.complete else None


def _html_of(subject: Subject) -> tuple[str, ...] | None:
    message = subject.message
    return _unless_blank(message.html) if message.complete else None


def _unless_blank(text: str) -> tuple[str, ...]:
    return (text,) if text and not text.isspace() else ()


_SUBJECT = Source(read=_subject_of, always=True, single=True)
_BODY = Source(read=_body_of, always=True, single=True)
_HTML = Source(read=_html_of, always=True, single=True)
