"""The test that is a Jinja2 expression: `if: "match.host in vars.production"`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automailer.errors import TemplateError
from automailer.rules.glimpse import watched
from automailer.rules.leaf import Rank, Seen, answer, observed
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.refusal import short
from automailer.rules.site import Site

if TYPE_CHECKING:
    from automailer.templating import Expression

__all__ = ["IfTest", "read_if", "template_names"]


@dataclass(frozen=True, slots=True)
class IfTest:
    """YES when the expression's value counts as true in Jinja2."""

    expression: Expression

    def observe(self, subject: Subject) -> Seen:
        """Evaluate with the names that templates see.

        Raises:
            TemplateError: it can't be evaluated, and not for want of something that was not fetched.
        """
        subject, watch = watched(subject)
        try:
            value = self.expression.evaluate(template_names(subject))
            holds = bool(value)
        except TemplateError:
            if watch.touched:
                return _UNCERTAIN
            raise
        return _UNCERTAIN if watch.touched else Seen(answer(holds), observed(str(value)))


_UNCERTAIN = Seen(Answer.UNKNOWN, "reads what was not fetched")


def template_names(subject: Subject, **more: Any) -> dict[str, Any]:
    """The names that an expression or a template of this subject's rule sees."""
    from automailer.templating import names

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


def read_if(value: object, site: Site) -> Test:
    """`if`: an expression over the same names that templates see."""
    from automailer.templating import compile_expression

    if not isinstance(value, str) or not value.strip():
        site.refuse(f'expected an expression such as "vars.open", found {short(value)!r}')
    try:
        expression = compile_expression(value, where=site.where)
    except TemplateError as exc:
        site.refuse(exc.message, cause=exc)
    return site.leaf(value, IfTest(expression), Rank.EXPRESSION)
