"""`save_attachments`: the attached files, as files. Pure; `perform` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from automailer.actions.fields import Words
from automailer.actions.folders import rendered_folder, rendered_name
from automailer.actions.model import ActionModel, Plan, PlanContext, SavedFile
from automailer.message import Attachment
from automailer.rules import Subject, name_matches, type_matches
from automailer.settings import SizeComparison

__all__ = ["SaveAttachments"]


class SaveAttachments(ActionModel):
    """Save every attachment that `name`, `type` and `size` let through; pictures inside the text only on request."""

    name: ClassVar[str] = "save_attachments"
    shorthand: ClassVar[str | None] = "to"
    more_names: ClassVar[frozenset[str]] = frozenset({"attachment"})

    to: str
    only_name: Words = Field(default=(), alias="name")
    only_type: Words = Field(default=(), alias="type")
    only_size: SizeComparison | None = Field(default=None, alias="size")
    inline: bool = False
    as_: str | None = Field(default=None, alias="as")
    exists: Literal["rename", "skip", "replace"] = "rename"
    unzip: Literal[False] = False

    def inline_templates(self) -> tuple[str, ...]:
        """Folder and file name."""
        return (self.to, self.as_ or "")

    def needs_body(self) -> bool:
        """Always: attachments are in it."""
        return True

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One file for each attachment that is let through."""
        files = tuple(self._file(attachment, subject, context) for attachment in self._chosen(subject))
        folder = files[0].folder if files else rendered_folder(self.to, subject, context)[1]
        return Plan(fields={"to": folder, "files": [file.name for file in files]}, effects=files)

    def _chosen(self, subject: Subject) -> Iterator[Attachment]:
        for attachment in subject.message.attachments:
            if attachment.inline and not self.inline:
                continue
            if self.only_name and not any(name_matches(wanted, attachment.name) for wanted in self.only_name):
                continue
            if self.only_type and not any(type_matches(wanted, attachment.type) for wanted in self.only_type):
                continue
            if self.only_size is None or self.only_size.holds(attachment.size):
                yield attachment

    def _file(self, attachment: Attachment, subject: Subject, context: PlanContext) -> SavedFile:
        facts = {
            "name": attachment.name,
            "type": attachment.type,
            "size": attachment.size,
            "index": attachment.index,
        }
        root, folder = rendered_folder(self.to, subject, context, attachment=facts)
        name = attachment.name
        if self.as_ is not None:
            name = rendered_name(self.as_, subject, fallback=attachment.name, attachment=facts)
        return SavedFile(
            root=root,
            folder=folder,
            name=name,
            exists=self.exists,
            size=attachment.size,
            sha256=attachment.sha256,
            chunks=attachment.chunks,
        )
