"""The test of what sort of message it is: `kind: list`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from automailer.message import KINDS
from automailer.rules.leaf import NOT_FETCHED, Rank, Seen
from automailer.rules.matcher import read_each
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.refusal import Fault, Refused, one_of, short
from automailer.rules.scope import Scope
from automailer.rules.site import Site
from automailer.settings import nearest

__all__ = ["KindTest", "read_kind"]


@dataclass(frozen=True, slots=True)
class KindTest:
    """YES when the message is of any of these kinds."""

    kinds: frozenset[str]

    def observe(self, subject: Subject) -> Seen:
        """Look at what the message is; without the body, at what the headers make certain."""
        kinds = subject.message.kinds
        value = _shown(kinds)
        if kinds & self.kinds:
            return Seen(Answer.YES, value)
        is_open = self.kinds & subject.message.undecided_kinds
        return NOT_FETCHED if is_open else Seen(Answer.NO, value)

    def implies(self, other: object) -> bool:
        """Tell whether a message of any of these kinds is of one of the other's."""
        if not isinstance(other, KindTest):
            return False
        return all(not other.kinds.isdisjoint(_with_wider(kind)) for kind in self.kinds)

    def excludes(self, other: object) -> bool:
        """Tell whether no message is of a kind of each: a personal one is neither automatic nor list."""
        if not isinstance(other, KindTest):
            return False
        pairs = ((one, another) for one in self.kinds for another in other.kinds)
        return all(_PERSONAL in pair and bool(_NOT_PERSONAL & set(pair)) for pair in pairs)


_PERSONAL = "personal"
_AUTOMATIC = frozenset({"auto_reply", "bounce", "report"})
_NOT_PERSONAL = _AUTOMATIC | {"automatic", "list"}


def _with_wider(kind: str) -> frozenset[str]:
    """The kind, and the one that it is always also of."""
    return frozenset({kind, "automatic"} if kind in _AUTOMATIC else {kind})


@lru_cache(maxsize=64)
def _shown(kinds: frozenset[str]) -> str:
    return ", ".join(sorted(kinds)) or "(none)"


def read_kind(value: object, site: Site) -> Test:
    """`kind`: a kind of message, or a list of them."""
    kinds = site.read(_read_kinds, value)
    return site.leaf(value, KindTest(frozenset(kinds)), Rank.BODY)


def _read_kinds(value: object, scope: Scope) -> tuple[str, ...]:
    return read_each(value, _read_one)


def _read_one(value: object) -> str:
    if isinstance(value, str) and value in KINDS:
        return value
    hint = nearest(value, KINDS) if isinstance(value, str) else ""
    raise Refused(Fault(message=f"unknown kind {short(value)!r}: expected {one_of(KINDS)}", hint=hint))
