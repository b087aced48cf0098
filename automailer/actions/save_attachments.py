"""`save_attachments`: the attached files, as files. `perform` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from automailer.actions.fields import Globs, Words
from automailer.actions.folders import FolderText, rendered_folder, rendered_name
from automailer.actions.model import ActionModel, Plan, PlanContext, SavedFile
from automailer.actions.unzip import Member, is_zip, unzip
from automailer.message import Attachment
from automailer.rules import Subject, name_matches, type_matches
from automailer.settings import Flag, SizeComparison

__all__ = ["SaveAttachments"]

_MEDIA_TYPE = re.compile(r"[^\s/]+/[^\s/]+|\*")


def _media_types(types: tuple[str, ...]) -> tuple[str, ...]:
    for wanted in types:
        if not _MEDIA_TYPE.fullmatch(wanted.strip()):
            msg = f"{wanted!r} is no media type: expected one such as image/*"
            raise ValueError(msg)
    return types


class SaveAttachments(ActionModel):
    """Save every attachment that `name`, `type` and `size` let through; pictures inside the text only on request.

    With `unzip`, the files in a zip archive are saved in its place: all of them when the filters let the archive
    through, else those that they let through themselves. Archives inside it stay packed. One that can't be read
    (encrypted, broken, past a limit of `unzip`) is saved as it is, so that nothing is lost, and `packed` says why.
    """

    name: ClassVar[str] = "save_attachments"
    shorthand: ClassVar[str | None] = "to"
    templated: ClassVar[frozenset[str]] = frozenset({"to", "as"})
    more_names: ClassVar[frozenset[str]] = frozenset({"attachment"})
    shows: ClassVar[frozenset[str]] = frozenset({"files", "packed"})

    to: FolderText
    only_name: Globs = Field(default=(), alias="name")
    only_type: Annotated[Words, AfterValidator(_media_types)] = Field(default=(), alias="type")
    only_size: SizeComparison | None = Field(default=None, alias="size")
    inline: Flag = False
    as_: str | None = Field(default=None, alias="as")
    exists: Literal["rename", "skip", "replace"] = "rename"
    unzip: Flag = False

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One file for each attachment that is let through."""
        packed: dict[str, str] = {}
        found = [self._file(item, subject, context) for item in self._chosen(subject, packed)]
        names = [file.name for file, _ in found]
        fields: dict[str, object] = {"files": names}
        if found:
            fields["to"] = _one_or_each(shown for _, shown in found)
            if self.as_ is not None:
                fields["as"] = _one_or_each(names)
        if packed:
            fields["packed"] = packed
        return Plan(fields=fields, effects=tuple(file for file, _ in found))

    def _chosen(self, subject: Subject, packed: dict[str, str]) -> Iterator[Attachment | Member]:
        """What is saved; archives that can't be opened are among it, and why is noted in `packed`."""
        for attachment in subject.message.attachments:
            if attachment.inline and not self.inline:
                continue
            fits = self._fits(attachment)
            if not (self.unzip and is_zip(attachment)):
                yield from [attachment] if fits else []
                continue
            content = unzip(attachment)
            if isinstance(content, str):
                packed[attachment.name] = content
                yield attachment
            else:
                yield from (member for member in content if fits or self._fits(member))

    def _fits(self, item: Attachment | Member) -> bool:
        if self.only_name and not any(name_matches(wanted, item.name) for wanted in self.only_name):
            return False
        if self.only_type and not any(type_matches(wanted, item.type) for wanted in self.only_type):
            return False
        return self.only_size is None or self.only_size.holds(item.size)

    def _file(
        self, item: Attachment | Member, subject: Subject, context: PlanContext
    ) -> tuple[SavedFile, str]:
        facts = {"name": item.name, "type": item.type, "size": item.size, "index": item.index}
        target = rendered_folder(self.to, subject, context, attachment=facts)
        name = item.name
        if self.as_ is not None:
            name = rendered_name(self.as_, subject, fallback=item.name, attachment=facts)
        file = SavedFile(
            root=target.root,
            folder=target.folder,
            name=name,
            exists=self.exists,
            size=item.size,
            sha256=item.sha256,
            chunks=item.chunks,
        )
        return file, target.shown


def _one_or_each(texts: Iterable[str]) -> str | list[str]:
    """The text that all are, or each different one."""
    different = list(dict.fromkeys(texts))
    return different[0] if len(different) == 1 else different
