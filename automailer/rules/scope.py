"""What a value in a rules file may refer to, and what it brings into its rule. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from automailer.rules.refusal import Fault, Refused, short
from automailer.settings import nearest

__all__ = ["ANYWHERE", "Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The named `lists` and the `earlier` rules that a value may name, None: any.

    `later` rules make a better error. `captures` gathers the named groups of every pattern that is read.
    `unfit_program` tells why a program can't be run, "" when it can.
    """

    lists: Collection[str] | None = None
    earlier: Collection[str] | None = None
    later: Collection[str] = ()
    captures: dict[str, None] = field(default_factory=dict)
    unfit_program: Callable[[str], str] = lambda program: ""

    def list_name(self, value: object) -> str:
        """The name of a list; Refused when there is none of that name."""
        if not isinstance(value, str):
            raise Refused(Fault(message=f"expected the name of a list, found {short(value)!r}"))
        if self.lists is not None and value not in self.lists:
            raise Refused(Fault(message=f"no list {short(value)!r}", hint=nearest(value, self.lists)))
        return value

    def rule_name(self, value: object) -> str:
        """The name of an earlier rule; Refused when there is none of that name, or it comes later."""
        if not isinstance(value, str):
            raise Refused(Fault(message=f"expected the name of a rule, found {short(value)!r}"))
        if self.earlier is None or value in self.earlier:
            return value
        if value in self.later:
            raise Refused(Fault(message=f"rule {short(value)!r} does not come before this one"))
        raise Refused(Fault(message=f"no rule {short(value)!r}", hint=nearest(value, self.earlier)))


ANYWHERE = Scope()
