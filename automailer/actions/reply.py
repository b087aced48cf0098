"""`reply`: a generated answer to the sender, threaded and guarded (RFC 3834). Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from automailer.actions.attached import attached_files, rendered_patterns
from automailer.actions.fields import Words
from automailer.actions.mail import Post, render, said
from automailer.actions.model import ActionModel, Plan, PlanContext, refuse
from automailer.compose import ReplyFacts, may_reply, reply_draft, reply_target
from automailer.message import Address
from automailer.rules import Subject
from automailer.settings import Duration, Flag

__all__ = ["Reply"]

_NULL_SENDER = ""
_HOUR = timedelta(hours=1)


class Reply(ActionModel):
    """Answer the sender; never a machine, never ourselves, and no more often than the limits allow."""

    name: ClassVar[str] = "reply"
    shorthand: ClassVar[str | None] = "template"
    templated: ClassVar[frozenset[str]] = frozenset({"text", "subject", "attach", "from"})
    exactly_one: ClassVar[tuple[str, ...]] = ("template", "text")

    template: str | None = None
    text: str | None = None
    subject: str | None = None
    attach: Words = ()
    to: Literal["reply_to", "from", "return_path"] = "reply_to"
    quote: Flag = False
    once_per: Duration | None = None
    from_: str | None = Field(default=None, alias="from")
    smtp: str | None = None

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One mail with the null sender, or the guard's reason."""
        target = reply_target(subject.message, self.to)
        verdict = may_reply(subject.message, self._facts(subject, context, target))
        if not verdict.allowed or target is None:
            return refuse(verdict.reason, {"to": [target.address] if target else []})
        post = Post(context, subject, relay=self.smtp, from_=self.from_)
        content = render(subject, context, template=self.template, text=self.text, title=self.subject)
        draft = reply_draft(
            subject.message,
            content,
            from_=post.from_,
            to=target,
            loop_id=context.loop_id,
            quote=self.quote,
        )
        patterns = rendered_patterns(self.attach, subject)
        draft = replace(draft, attachments=(*draft.attachments, *attached_files(patterns, context)))
        fields = {"to": [target.address], "subject": draft.subject, "from": str(post.from_)}
        mails = post.compose(draft, envelope_from=_NULL_SENDER, answered=target.address)
        return Plan(fields={**fields, **said(content, text=self.text, attach=patterns)}, effects=mails)

    def _facts(self, subject: Subject, context: PlanContext, target: Address | None) -> ReplyFacts:
        ledger, now = context.replies, subject.now
        return ReplyFacts(
            own_addresses=context.own_addresses,
            loop_id=context.loop_id,
            sender=target,
            now=now,
            last_reply_at=ledger.last(subject.rule, target.address) if target else None,
            replies_last_hour=ledger.count(now=now, within=_HOUR),
            once_per=context.once_per if self.once_per is None else self.once_per,
            max_per_hour=context.max_per_hour,
        )
