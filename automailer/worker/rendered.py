"""Planned actions as `explain` shows them: fields as rendered, the mail that would go out, the files. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automailer.actions import Mail, Planned, SavedFile
from automailer.message import parse

__all__ = ["rendered_action"]


def rendered_action(planned: Planned) -> Mapping[str, Any]:
    """The action's document; beside its fields `mail` is what would be sent, `paths` where files would be written."""
    document = planned.document()
    mails = [effect for effect in planned.plan.effects if isinstance(effect, Mail)]
    files = [effect for effect in planned.plan.effects if isinstance(effect, SavedFile)]
    if mails:
        document["mail"] = _mail(mails)
    if files:
        document["paths"] = [_path(file) for file in files]
    return document


def _mail(mails: Sequence[Mail]) -> dict[str, Any]:
    """One mail, though a relay may want it in several for its many recipients."""
    first = mails[0]
    message = parse(first.octets)
    return {
        "smtp": first.relay,
        "envelope_from": first.sender,
        "recipients": [address for mail in mails for address in mail.recipients],
        "from": first.from_,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "attachments": [
            {"name": one.name, "type": one.type, "size": one.size, "inline": one.inline}
            for one in message.attachments
        ],
        "size": len(first.octets),
    }


def _path(file: SavedFile) -> str:
    return file.folder if file.form == "maildir" else f"{file.folder.rstrip('/')}/{file.name}"
