"""Whether a person has changed what a mailbox is polled by since it failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from automailer.settings import Settings, find_secrets

__all__ = ["mended_since"]


def mended_since(moment: datetime | None, settings: Settings, mailbox: str) -> bool:
    """Whether the settings, or a file with a secret of this mailbox, were written after the moment."""
    if moment is None:
        return True
    for file in _files(settings, mailbox):
        with suppress(OSError):  # what can't be looked at tells nothing
            if file.stat().st_mtime > moment.timestamp():
                return True
    return False


def _files(settings: Settings, mailbox: str) -> Iterator[Path]:
    if settings.document is not None:
        yield settings.document.path
    for _, secret in find_secrets(settings.mailboxes[mailbox]):
        if secret.file is not None:
            yield secret.file
