"""One message against one mailbox's rules: what is to be done, and why. Writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from automailer.actions import PlanContext, Planned, ReplyLedger, Sender, plan
from automailer.errors import TemporaryError
from automailer.message import Message, parse_addresses
from automailer.rules import Decision, Rule, Sightings, Subject, TestTrace, evaluate
from automailer.settings import Settings, SmtpSettings
from automailer.templating import LocalFile, media_type, read_file
from automailer.worker.assembly import Assembly
from automailer.worker.domain_keys import DomainKeys
from automailer.worker.outside import World

__all__ = ["Decided", "Decider", "History"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision and what its actions come to."""

    decision: Decision
    planned: tuple[Planned, ...]

    @property
    def certain(self) -> bool:
        """Whether nothing that was not fetched could change any of it."""
        unread = (planned.plan.unread or planned.unknown for planned in self.planned)
        return not (self.decision.undecided or any(unread))


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What came before: what other messages counted, and how a message that is only remembered was answered."""

    sightings: Sightings | None = None
    recalled: Mapping[tuple[str, str], TestTrace] = field(default_factory=dict)


class Decider:
    """Decides for one mailbox; unless it `asks`, no program is run and no key looked up in the DNS.

    `alive` is called before each program.
    """

    def __init__(
        self,
        assembly: Assembly,
        mailbox: str,
        *,
        loop_id: str,
        replies: ReplyLedger,
        asks: bool = True,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        settings = assembly.settings
        self._mailbox = mailbox
        self._rules: tuple[Rule, ...] = assembly.rules[mailbox]
        self._vars: Mapping[str, Any] = settings.vars
        self._lists = assembly.lists
        self._zone = settings.zone
        self._folder = settings.folder
        self._keys = DomainKeys() if asks else None
        self._alive = alive
        self._context = PlanContext(
            templates=assembly.templates,
            relays={name: _sender(relay) for name, relay in settings.smtp.items()},
            relay=settings.mailboxes[mailbox].smtp,
            folder=settings.folder,
            own_addresses=own_addresses(settings),
            loop_id=loop_id,
            once_per=settings.autoreply.once_per,
            max_per_hour=settings.autoreply.max_per_hour,
            replies=replies,
            new_id=lambda: uuid.uuid4().hex,
            read_files=lambda pattern: _read_files(settings.folder, pattern),
        )

    def decide(
        self,
        message: Message,
        *,
        uidl: str,
        now: datetime,
        done: Collection[tuple[str, int]] = (),
        thorough: bool = False,
        history: History | None = None,
    ) -> Decided:
        """Put the rules to the message and plan what they say, but for the actions that are `done`.

        `thorough` has every test answered, for a person to read; what is decided is the same. Without a
        `history` nothing came before.

        Raises:
            TemporaryError: an expression in a rule broke on this message, a program gave no answer.
        """
        subject = Subject(
            message=message,
            mailbox=self._mailbox,
            uidl=uidl,
            now=now.astimezone(self._zone),
            vars=self._vars,
            lists=self._lists,
            outside=self._world(message, uidl),
            sightings=history.sightings if history else None,
            recalled=history.recalled if history else {},
        )
        decision = evaluate(self._rules, subject, thorough=thorough)
        return Decided(decision=decision, planned=tuple(plan(decision, self._context, done=done)))

    def _world(self, message: Message, uidl: str) -> World | None:
        if self._keys is None:
            return None
        return World(
            message=message,
            mailbox=self._mailbox,
            uidl=uidl,
            folder=self._folder,
            keys=self._keys,
            alive=self._alive,
        )


def own_addresses(settings: Settings) -> frozenset[str]:
    """Every address that is ours, in lower case: nothing is ever answered to them."""
    names = [box.username or "" for box in settings.mailboxes.values()]
    names += [text for relay in settings.smtp.values() for text in (relay.from_, relay.envelope_from or "")]
    names += settings.autoreply.addresses
    found = (address.address for name in names for address in parse_addresses(name.encode()).addresses)
    return frozenset(address.casefold() for address in found if "@" in address)


def _sender(relay: SmtpSettings) -> Sender:
    from_ = next(iter(parse_addresses(relay.from_.encode()).addresses), None)
    envelope = relay.envelope_from or (from_.address if from_ else "")
    return Sender(
        from_=from_, envelope_from=envelope, charset=relay.charset, max_recipients=relay.max_recipients
    )


def _read_files(folder: Path, pattern: str) -> Iterator[LocalFile]:
    """The files that a path or glob names, relative to the settings' folder, in order of their names."""
    absolute = Path(pattern)
    base, relative = (
        (Path(absolute.anchor), absolute.relative_to(absolute.anchor))
        if absolute.is_absolute()
        else (folder, absolute)
    )
    try:
        for path in sorted(base.glob(str(relative))) if relative.parts else ():
            if path.is_file():
                yield LocalFile(name=path.name, type=media_type(path.name), octets=read_file(path))
    except (OSError, ValueError) as exc:  # a name that no file can have, a folder that can't be listed
        reason = f"{pattern!r}: {exc}"
        raise TemporaryError(reason) from exc
