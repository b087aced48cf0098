"""Mail that is sent on and comes back into a mailbox that is polled, directly or by way of others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from automailer.actions import fixed_addresses
from automailer.cautions.model import Material, called
from automailer.errors import Place, Problem
from automailer.message import parse_addresses
from automailer.rules import Mode, Rule
from automailer.settings import Settings

__all__ = ["loops"]

_SENDING_ON = frozenset({"forward", "redirect", "send"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """An action that sends mail of one mailbox to another, or to itself."""

    start: str
    end: str
    address: str
    rule: Rule
    where: Place

    def __str__(self) -> str:
        return f"{self.start} > {self.end} by {called(self.rule, self.where)}"


_Steps = Mapping[str, Sequence[_Step]]


def loops(material: Material) -> Iterator[Problem]:
    """Each way round once, at its first action."""
    steps = _steps(material)
    told: set[frozenset[Place]] = set()
    for step in (step for several in steps.values() for step in several):
        way = _back(step, steps)
        places = frozenset(each.where for each in way)
        if way and places not in told:
            told.add(places)
            yield material.pages.problem(step.where, _told(step, way))


def _told(step: _Step, way: Sequence[_Step]) -> str:
    round_trip = f" ({', '.join(map(str, way))})" if len(way) > 1 else ""
    return (
        f"what goes to {step.address} comes back into mailbox {step.start!r}, which is polled{round_trip}: "
        "our loop mark ends it after one round, and the mail stays there; send it elsewhere"
    )


def _steps(material: Material) -> _Steps:
    arrives = _arrivals(material.settings)
    found: dict[str, list[_Step]] = defaultdict(list)
    for mailbox, rule, call, action in material.calls():
        active = material.running(rule) and rule.mode is Mode.ENFORCE and action.name in _SENDING_ON
        if not active or not material.settings.mailboxes[mailbox].enabled:
            continue
        for address in fixed_addresses(action, material.lists):
            end = arrives.get(address) or arrives.get(_without_detail(address))
            if end is not None:
                step = _Step(start=mailbox, end=end, address=address, rule=rule, where=call.where)
                found[mailbox].append(step)
    return found


def _back(step: _Step, steps: _Steps) -> Sequence[_Step]:
    """The shortest way from a step back to where it began; empty when none leads there."""
    waiting, seen = deque([[step]]), {step.end}
    while waiting:
        way = waiting.popleft()
        if way[-1].end == step.start:
            return way
        for following in steps.get(way[-1].end, ()):
            if following.end == step.start or following.end not in seen:
                seen.add(following.end)
                waiting.append([*way, following])
    return ()


def _arrivals(settings: Settings) -> Mapping[str, str]:
    """The mailbox that mail to an address of ours arrives in, where that is certain.

    That is its user name; where that is no address, the sender of a relay that is its alone; where there is but one
    mailbox, every address of ours.
    """
    polled = {name: box for name, box in settings.mailboxes.items() if box.enabled}
    found: dict[str, str] = {}
    for name, box in polled.items():
        texts = [box.username]
        alone = [other.smtp for other in settings.mailboxes.values()].count(box.smtp) == 1
        relay = settings.smtp.get(box.smtp)
        if "@" not in box.username and alone and relay is not None:
            texts += [relay.from_, relay.envelope_from or ""]
        if len(settings.mailboxes) == 1:
            texts += settings.autoreply.addresses
        for address in _addresses(texts):
            found.setdefault(address, name)
    return found


def _addresses(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        for address in parse_addresses(text.encode()).addresses:
            if "@" in address.address:
                yield address.address.casefold()


def _without_detail(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
