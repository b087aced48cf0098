"""`save_message`: the raw message, as a file, into a maildir or an mbox. Pure; `perform` writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from automailer.actions.folders import FolderText, is_url, rendered_folder, rendered_name
from automailer.actions.model import ActionModel, Plan, PlanContext, SavedFile, refuse
from automailer.message import safe_name
from automailer.rules import Subject

__all__ = ["SaveMessage"]

_PIECE = 1 << 18  # octets written at once: memory stays flat for a mapped message


class SaveMessage(ActionModel):
    """Save the octets as they came: one file (`name`, else the subject), or an entry of a maildir or an mbox.

    An mbox is the file `name` in `to`; without a `name`, `to` is the file.
    """

    name: ClassVar[str] = "save_message"
    shorthand: ClassVar[str | None] = "to"
    templated: ClassVar[frozenset[str]] = frozenset({"to", "name"})

    to: FolderText
    as_: Literal["eml", "maildir", "mbox"] = Field(default="eml", alias="as")
    file_name: str | None = Field(default=None, alias="name")

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One file, or one entry of a maildir or mbox."""
        target = rendered_folder(self.to, subject, context)
        name = self.entry_name(subject)
        shown = {"to": target.shown, "as": self.as_, **({"name": name} if name else {})}
        if is_url(target.root) and self.as_ != "eml":
            return refuse("a maildir or an mbox can only be a local folder", shown, keeps=True)
        if self.as_ == "mbox" and not name:
            name, target = target.folder.rpartition("/")[2], target.parent
        octets = subject.message.octets
        file = SavedFile(
            root=target.root,
            folder=target.folder,
            name=name,
            form="file" if self.as_ == "eml" else self.as_,
            size=len(octets),
            sha256=hashlib.sha256(octets).hexdigest(),
            chunks=lambda: _pieces(octets),
        )
        return Plan(fields=shown, effects=(file,))

    def entry_name(self, subject: Subject) -> str:
        """The file's name; "" where the form has none, or has it in `to`."""
        match self.as_:
            case "maildir":
                return ""
            case "mbox":
                written = self.file_name
                return "" if written is None else rendered_name(written, subject, fallback="mbox")
            case "eml":
                wanted = self.file_name or "{{ message.subject }}"
                return _ending_in_eml(rendered_name(wanted, subject, fallback="message"))


def _ending_in_eml(name: str) -> str:
    return name if name.lower().endswith(".eml") else safe_name(f"{name}.eml", fallback="message.eml")


def _pieces(octets: bytes | memoryview) -> Iterator[bytes]:
    for start in range(0, len(octets), _PIECE):
        yield bytes(octets[start : start + _PIECE])
