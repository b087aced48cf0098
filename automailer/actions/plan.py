"""Plans every action of a decision; one that can't be planned now is told, and the others go on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, cast

from automailer.actions.answered import Answered
from automailer.actions.model import ActionModel, Plan, PlanContext, Planned, Unknown, refuse
from automailer.actions.preview import preview
from automailer.errors import PermanentError, TemplateError, TemporaryError
from automailer.message import IN_THE_HEADER, Message, NotKnown, Remembered
from automailer.rules import ActionCall, Decision, Match, Mode

__all__ = ["plan"]

# Of the kinds the guards of replies ask for bounces and reports, which the header tells.
_IN_THE_HEADER = IN_THE_HEADER | {"kinds"}


def plan(
    decision: Decision, context: PlanContext, *, done: Collection[tuple[str, int]] = ()
) -> Iterator[Planned]:
    """What the matched rules' actions come to, in order, but for those in `done` (rule's name, position)."""
    answered = Answered(context.replies)
    context = replace(context, replies=answered)
    for match in decision.matches:
        for call in match.rule.then:
            if (match.rule.name, call.position) not in done:
                planned = _planned(match, call, context)
                answered.note(planned, match.subject.now)
                yield planned


def _planned(match: Match, call: ActionCall, context: PlanContext) -> Planned:
    action = _action_of(call)
    found, error, unknown = Plan(fields=action.given()), None, None
    try:
        found = _plan(match, action, context)
        found = replace(found, fields={**action.given(), **found.fields})
    except NotKnown as exc:
        fields, missing = preview(action, match.subject, context)
        found, unknown = Plan(fields=fields), Unknown(why=str(exc), fields=missing)
    except TemplateError as exc:
        # a template that stands in the rule itself knows no line: its action's place is where to look
        error = str(exc) if exc.line else f"{call.where}: {exc.message}"
    except (TemporaryError, PermanentError) as exc:
        error = f"{call.where}: {exc}"
    return Planned(
        rule=match.rule.name,
        position=call.position,
        action=action.name,
        plan=found,
        error=error,
        shadow=match.rule.mode is Mode.SHADOW,
        unknown=unknown,
    )


def _action_of(call: ActionCall) -> ActionModel:
    if isinstance(call.action, ActionModel):
        return call.action
    msg = f"{call.action!r} was not read by this package"
    raise TypeError(msg)


def _plan(match: Match, action: ActionModel, context: PlanContext) -> Plan:
    subject = match.subject
    if subject.message.complete or isinstance(subject.message, Remembered):
        return action.plan(subject, context)
    header = cast("Message", _Header(subject.message))
    try:
        return action.plan(replace(subject, message=header), context)
    except _NotDownloaded as exc:
        return replace(refuse(str(exc), {}, keeps=True), unread=True)


class _NotDownloaded(PermanentError):
    """The action, or a template of it, reads what was never fetched."""


class _Header:
    """A message of which only the header is at hand; whoever reads more of it is refused."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def __getattr__(self, name: str) -> Any:
        if name not in _IN_THE_HEADER:
            reason = "larger than max_message_size: the message was not downloaded"
            raise _NotDownloaded(reason)
        return getattr(self._message, name)
