"""`forward`: a new mail to others, from us, with the original in it. Pure."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automailer.actions.fields import Recipients, Which
from automailer.actions.mail import Post, envelope_of, render, shown
from automailer.actions.model import ActionModel, Plan, PlanContext, refuse
from automailer.compose import Forward as How
from automailer.compose import forward_draft, may_forward
from automailer.rules import Subject

__all__ = ["Forward"]


class Forward(ActionModel):
    """Send the message on, quoted below a text of ours (`inline`) or whole as message/rfc822 (`attachment`)."""

    name: ClassVar[str] = "forward"
    shorthand: ClassVar[str | None] = "to"
    templated: ClassVar[frozenset[str]] = frozenset({"to", "cc", "bcc", "subject", "from"})
    at_least_one: ClassVar[tuple[str, ...]] = ("to", "cc", "bcc")

    to: Recipients = ()
    cc: Recipients = ()
    bcc: Recipients = ()
    as_: Literal["inline", "attachment"] = Field(default="inline", alias="as")
    subject: str | None = None
    template: str | None = None
    attachments: Which = True
    from_: str | None = Field(default=None, alias="from")
    smtp: str | None = None

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One mail, or the reason why it would go in a loop."""
        envelope = envelope_of(subject, self.to, self.cc, self.bcc)
        verdict = may_forward(subject.message, context.loop_id)
        if not verdict.allowed:
            return refuse(verdict.reason, shown(envelope), keeps=True)
        post = Post(context, subject, relay=self.smtp, from_=self.from_)
        draft = forward_draft(
            subject.message,
            render(subject, context, template=self.template, title=self.subject),
            from_=post.from_,
            recipients=envelope,
            loop_id=context.loop_id,
            how=How(as_attachment=self.as_ == "attachment", attachments=self.attachments),
        )
        fields = {**shown(envelope), "subject": draft.subject, "as": self.as_, "from": str(post.from_)}
        return Plan(fields=fields, effects=post.compose(draft))
