"""Plans every action of a decision; one that can't be planned now is told, and the others go on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from automailer.actions.model import ActionModel, Plan, PlanContext, Planned, refuse
from automailer.errors import PermanentError, TemplateError, TemporaryError
from automailer.rules import ActionCall, Decision, Match, Mode

__all__ = ["plan"]


def plan(
    decision: Decision, context: PlanContext, *, done: Collection[tuple[str, int]] = ()
) -> Iterator[Planned]:
    """What the matched rules' actions come to, in order, but for those in `done` (rule's name, position)."""
    for match in decision.matches:
        for call in match.rule.then:
            if (match.rule.name, call.position) not in done:
                yield _planned(match, call, context)


def _planned(match: Match, call: ActionCall, context: PlanContext) -> Planned:
    found, error = Plan(), None
    try:
        found = _plan(match, call, context)
    except TemplateError as exc:
        error = str(exc)
    except (TemporaryError, PermanentError) as exc:
        error = f"{call.where}: {exc}"
    return Planned(
        rule=match.rule.name,
        position=call.position,
        action=call.action.name,
        plan=found,
        error=error,
        shadow=match.rule.mode is Mode.SHADOW,
    )


def _plan(match: Match, call: ActionCall, context: PlanContext) -> Plan:
    action = call.action
    if not isinstance(action, ActionModel):
        msg = f"{action!r} was not read by this package"
        raise TypeError(msg)
    if action.needs_body() and not match.subject.message.complete:
        return refuse("larger than max_message_size: the message was not downloaded", {}, keeps=True)
    return action.plan(match.subject, context)
