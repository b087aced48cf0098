"""Files of ours that an action attaches: `attach` of `reply` and `send`. Pure: the context reads them.

What a mail says may name one of the files that the rule's author meant. It is no glob, and leads neither up nor
elsewhere: else whoever writes to us would choose what of this machine is sent to him.
"""

from __future__ import annotations

from collections.abc import Iterable

from automailer.actions.fields import is_template
from automailer.actions.folders import trusted_start
from automailer.actions.model import PlanContext
from automailer.errors import PermanentError, TemporaryError
from automailer.rules import Subject, template_names
from automailer.templating import LocalFile, render_pattern

__all__ = ["attached_files", "rendered_patterns"]


def rendered_patterns(sources: Iterable[str], subject: Subject) -> tuple[str, ...]:
    """The patterns that the templates make.

    Raises:
        PermanentError: a value would lead out of the folder that the author wrote.
    """
    return tuple(_pattern(source, subject) for source in sources)


def attached_files(patterns: Iterable[str], context: PlanContext) -> tuple[LocalFile, ...]:
    """The files that the patterns name.

    Raises:
        TemporaryError: a pattern finds nothing; the file may still come.
    """
    files: list[LocalFile] = []
    for pattern in patterns:
        found = tuple(context.read_files(pattern))
        if not found:
            reason = f"no file {pattern!r} to attach"
            raise TemporaryError(reason)
        files.extend(found)
    return tuple(files)


def _pattern(source: str, subject: Subject) -> str:
    if not is_template(source):
        return source
    start = trusted_start(source)
    below = render_pattern(source[len(start) :], template_names(subject), where=f"rule {subject.rule!r}")
    if below.startswith("/") or not {".", ".."}.isdisjoint(below.split("/")):
        reason = f"{below!r} leads out of the folder {start or '.'!r}"
        raise PermanentError(reason)
    return start + below
