"""What rules do: each action validates its fields and plans effects; `save` alone touches the world."""

from __future__ import annotations

from automailer.actions.model import (
    ActionModel,
    Effect,
    Keep,
    Mail,
    Plan,
    PlanContext,
    Planned,
    Removal,
    ReplyLedger,
    SavedFile,
    Sender,
    Tags,
    Unknown,
)
from automailer.actions.perform import exists, save
from automailer.actions.plan import plan
from automailer.actions.read import ACTIONS, ActionReader
from automailer.actions.recipients import fixed_addresses
from automailer.actions.schema import action_schemas

__all__ = [
    "ACTIONS",
    "ActionModel",
    "ActionReader",
    "Effect",
    "Keep",
    "Mail",
    "Plan",
    "PlanContext",
    "Planned",
    "Removal",
    "ReplyLedger",
    "SavedFile",
    "Sender",
    "Tags",
    "Unknown",
    "action_schemas",
    "exists",
    "fixed_addresses",
    "plan",
    "save",
]
