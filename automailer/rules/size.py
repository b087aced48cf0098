"""The test of size: `size: ">5MB"`. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from automailer.rules.circumstances import Circumstances
from automailer.rules.leaf import Seen, answer
from automailer.rules.model import Subject, Test
from automailer.rules.refusal import Fault, Refused, short
from automailer.rules.scope import Scope
from automailer.rules.site import Site
from automailer.settings import Comparison, parse_size_comparison

__all__ = ["SizeTest", "read_size", "read_size_bound"]


@dataclass(frozen=True, slots=True)
class SizeTest:
    """The octets of the message on the server (RFC 5228, section 5.9, compares the same)."""

    bound: Comparison[int]

    def observe(self, subject: Subject) -> Seen:
        """Compare; known before anything is fetched."""
        size = subject.message.size
        return Seen(answer(self.bound.holds(size)), f"{size} octets")

    def implies(self, other: object) -> bool:
        """Compare bounds."""
        return isinstance(other, SizeTest) and self.bound.implies(other.bound)

    def excludes(self, other: object) -> bool:
        """Compare bounds."""
        return isinstance(other, SizeTest) and self.bound.excludes(other.bound)

    def impossible(self, around: Circumstances) -> str:
        """No message has less than no octets."""
        return "no message is that small" if self.bound.excludes(_ANY_SIZE) else ""

    def inevitable(self) -> bool:
        """Every message has no octets at least."""
        return _ANY_SIZE.implies(self.bound)


_ANY_SIZE = Comparison(">=", 0)


def read_size_bound(value: object, scope: Scope) -> Comparison[int]:
    """The bound that `">5MB"` means."""
    if not isinstance(value, str):
        raise Refused(Fault(message=f'expected a bound such as ">5MB", found {short(value)!r}'))
    try:
        return parse_size_comparison(value)
    except ValueError as exc:
        raise Refused(Fault(message=str(exc))) from exc


def read_size(value: object, site: Site) -> Test:
    """`size`: octets on the server."""
    return site.leaf(value, SizeTest(site.read(read_size_bound, value)))
