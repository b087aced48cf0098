"""`redirect`: the same message on, its sender kept (RFC 5322 3.6.6). Pure."""

from __future__ import annotations

from typing import ClassVar

from automailer.actions.fields import Recipients
from automailer.actions.mail import Post, envelope_of, shown
from automailer.actions.model import ActionModel, Plan, PlanContext, refuse
from automailer.compose import may_forward, redirect
from automailer.rules import Subject

__all__ = ["Redirect"]


class Redirect(ActionModel):
    """Resend the octets as they are, with Resent-* fields on top; the envelope sender is ours."""

    name: ClassVar[str] = "redirect"
    shorthand: ClassVar[str | None] = "to"
    templated: ClassVar[frozenset[str]] = frozenset({"to"})

    to: Recipients
    smtp: str | None = None

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One mail, or the reason why it would go in a loop."""
        envelope = envelope_of(subject, self.to)
        verdict = may_forward(subject.message, context.loop_id)
        if not verdict.allowed:
            return refuse(verdict.reason, shown(envelope), keeps=True)
        post = Post(context, subject, relay=self.smtp, from_=None)
        octets = redirect(
            subject.message.octets,
            resent_from=post.from_,
            resent_to=envelope.to,
            date=subject.now,
            message_id=post.message_id,
            loop_id=context.loop_id,
        )
        fields = {**shown(envelope), "subject": subject.message.subject}
        return Plan(fields=fields, effects=post.carry(octets, kind=self.name, recipients=envelope))
