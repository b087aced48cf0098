"""Composition: polls, deliveries, the schedule and the daemon, made of all the other parts."""

from __future__ import annotations

from automailer.worker.assembly import Assembly, assemble
from automailer.worker.decide import Decided, Decider, History
from automailer.worker.shop import Shop, WireHook, open_shop

__all__ = ["Assembly", "Decided", "Decider", "History", "Shop", "WireHook", "assemble", "open_shop"]
