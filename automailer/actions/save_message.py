"""`save_message`: the raw message, as a file, into a maildir or an mbox. Pure; `perform` writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from automailer.actions.folders import is_url, rendered_folder, rendered_name
from automailer.actions.model import ActionModel, Plan, PlanContext, SavedFile, refuse
from automailer.rules import Subject

__all__ = ["SaveMessage"]

_PIECE = 1 << 18  # octets written at once: memory stays flat for a mapped message


class SaveMessage(ActionModel):
    """Save the octets as they came. `name` is the file's, without it the subject's; for an mbox `to` is the file."""

    name: ClassVar[str] = "save_message"
    shorthand: ClassVar[str | None] = "to"

    to: str
    as_: Literal["eml", "maildir", "mbox"] = Field(default="eml", alias="as")
    file_name: str | None = Field(default=None, alias="name")

    def inline_templates(self) -> tuple[str, ...]:
        """Folder and file name."""
        return (self.to, self.file_name or "")

    def needs_body(self) -> bool:
        """Always: the whole message is saved."""
        return True

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One file, or one entry of a maildir or mbox."""
        root, folder = rendered_folder(self.to, subject, context)
        name = self._name(subject)
        if self.as_ == "mbox":
            folder, _, name = folder.rpartition("/")
            root = root if folder.startswith(root) else folder
        shown = {"to": folder, "as": self.as_, "name": name}
        if is_url(root) and self.as_ != "eml":
            return refuse("a maildir or an mbox can only be a local folder", shown, keeps=True)
        octets = subject.message.octets
        file = SavedFile(
            root=root,
            folder=folder,
            name=name,
            form=_form(self.as_),
            size=len(octets),
            sha256=hashlib.sha256(octets).hexdigest(),
            chunks=lambda: _pieces(octets),
        )
        return Plan(fields=shown, effects=(file,))

    def _name(self, subject: Subject) -> str:
        fallback = "message.eml"
        if self.file_name is None:
            return rendered_name("{{ message.subject }}.eml", subject, fallback=fallback)
        return rendered_name(self.file_name, subject, fallback=fallback)


def _form(kind: str) -> Literal["file", "maildir", "mbox"]:
    match kind:
        case "maildir":
            return "maildir"
        case "mbox":
            return "mbox"
        case _:
            return "file"


def _pieces(octets: bytes | memoryview) -> Iterator[bytes]:
    for start in range(0, len(octets), _PIECE):
        yield bytes(octets[start : start + _PIECE])
