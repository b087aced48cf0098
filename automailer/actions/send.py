"""`send`: a generated new mail to anyone. Pure."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from automailer.actions.attached import attached_files, rendered_patterns
from automailer.actions.fields import Recipients, Which, Words
from automailer.actions.mail import Post, chosen_attachments, envelope_of, render, said, shown
from automailer.actions.model import ActionModel, Plan, PlanContext, refuse
from automailer.compose import Draft, Kind, loop_marks, may_forward
from automailer.rules import Subject

__all__ = ["Send"]


class Send(ActionModel):
    """Send what a template makes of the message; its subject is the action's, the template's or the message's."""

    name: ClassVar[str] = "send"
    shorthand: ClassVar[str | None] = "to"
    templated: ClassVar[frozenset[str]] = frozenset({"to", "cc", "bcc", "text", "subject", "attach", "from"})
    at_least_one: ClassVar[tuple[str, ...]] = ("to", "cc", "bcc")
    exactly_one: ClassVar[tuple[str, ...]] = ("template", "text")

    to: Recipients = ()
    cc: Recipients = ()
    bcc: Recipients = ()
    template: str | None = None
    text: str | None = None
    subject: str | None = None
    attach: Words = ()
    attachments: Which = False
    from_: str | None = Field(default=None, alias="from")
    smtp: str | None = None

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One mail, or the reason why it would go in a loop."""
        envelope = envelope_of(subject, self.to, self.cc, self.bcc)
        verdict = may_forward(subject.message, context.loop_id)
        if not verdict.allowed:
            return refuse(verdict.reason, shown(envelope), keeps=True)
        post = Post(context, subject, relay=self.smtp, from_=self.from_)
        content = render(subject, context, template=self.template, text=self.text, title=self.subject)
        patterns = rendered_patterns(self.attach, subject)
        title = subject.message.subject if content.subject is None else content.subject
        draft = Draft(
            kind=Kind.SEND,
            from_=post.from_,
            recipients=envelope,
            subject=title,
            text=content.text,
            html=content.html,
            pictures=content.pictures,
            attachments=(
                *content.attachments,
                *attached_files(patterns, context),
                *chosen_attachments(self.attachments, subject),
            ),
            loop_ids=loop_marks(subject.message, context.loop_id),
        )
        fields = {**shown(envelope), "subject": title, "from": str(post.from_)}
        return Plan(
            fields={**fields, **said(content, text=self.text, attach=patterns)}, effects=post.compose(draft)
        )
