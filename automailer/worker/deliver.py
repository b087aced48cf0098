"""Sends what is due, relay by relay, and says what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from automailer.outbox import Policy, RelayHealth, Route, Sender, Summary
from automailer.worker.job import guarded
from automailer.worker.log import logger
from automailer.worker.shop import Shop

__all__ = ["RelaySenders", "deliver_round", "total"]


class RelaySenders:
    """The senders of every relay of a configuration, their connections kept from pass to pass.

    A relay that is down, or refuses our login, is left alone for longer and longer.
    """

    def __init__(self, shop: Shop) -> None:
        settings = shop.assembly.settings
        self._clock = shop.clock
        self._policy = policy = Policy.of(settings.outbox)
        self._health = dict.fromkeys(settings.smtp, RelayHealth())
        self._senders = {
            name: Sender(
                shop.journal.database,
                Route(
                    name=name,
                    relay=relay,
                    policy=policy,
                    owner=shop.owner(f"deliver {name}"),
                    clock=shop.clock,
                    wire=shop.wire,
                ),
                stop=shop.stop,
            )
            for name, relay in settings.smtp.items()
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The relays, as the settings order them."""
        return tuple(self._senders)

    def deliver(self, relay: str) -> Summary:
        """One pass over one relay, if it is time; what goes wrong with it is in the summary."""
        health = self._health[relay]
        if not health.is_open(self._clock()):
            return Summary()
        summary = guarded(
            self._senders[relay].deliver_due,
            name=f"deliver {relay}",
            failed=lambda exc: Summary(error=str(exc) or repr(exc)),
        )
        self._health[relay] = health.after(summary, self._policy, now=self._clock(), jitter=0.0)
        if summary.sent or summary.failed or summary.error:
            logger(smtp=relay).info(
                "delivered",
                sent=summary.sent,
                queued=summary.queued,
                failed=summary.failed,
                error=summary.error,
            )
        return summary

    def close(self) -> None:
        """Hang up everywhere."""
        for sender in self._senders.values():
            sender.close()

    def __enter__(self) -> RelaySenders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def deliver_round(shop: Shop) -> Summary:
    """One pass over every relay, all at once."""
    with RelaySenders(shop) as senders:
        if not senders.names:
            return Summary()
        with ThreadPoolExecutor(len(senders.names), thread_name_prefix="deliver") as pool:
            return total(pool.map(senders.deliver, senders.names))


def total(summaries: Iterable[Summary]) -> Summary:
    """The passes of several relays as one."""
    found = tuple(summaries)
    return Summary(
        sent=sum(one.sent for one in found),
        queued=sum(one.queued for one in found),
        failed=sum(one.failed for one in found),
        error="; ".join(one.error for one in found if one.error),
    )
