"""What messages have in common, for tests that look for it in earlier ones: a template, or the Message-ID. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from automailer.errors import Place, TemplateError
from automailer.rules.expression import template_names
from automailer.rules.glimpse import watched
from automailer.rules.model import Subject
from automailer.rules.refusal import short
from automailer.rules.site import Site

__all__ = ["Key", "KeyTemplate", "everything", "identity", "read_key"]

Key = Callable[[Subject], str | None]
"""What a message has in common with others; "" for nothing, None when that was not fetched."""


def identity(subject: Subject) -> str:
    """The Message-ID; of a message without one the header's digest, so that only an exact copy is alike."""
    return subject.message.message_id or subject.message.header_digest


def everything(subject: Subject) -> str:
    """One key for all messages."""
    return "any message"


@dataclass(frozen=True, slots=True)
class KeyTemplate:
    """A key that is rendered, without white space around it."""

    source: str
    where: Place

    def __call__(self, subject: Subject) -> str | None:
        """Render with the names that templates see.

        Raises:
            TemplateError: it can't be rendered, and not for want of something that was not fetched.
        """
        from automailer.templating import render_text

        subject, watch = watched(subject)
        try:
            text = render_text(self.source, template_names(subject), where=self.where)
        except TemplateError:
            if not watch.touched:
                raise
            text = ""
        return None if watch.touched else text.strip()


def read_key(value: object, site: Site) -> Key:
    """A key: a template over the same names that actions' templates see."""
    from automailer.templating import check_text

    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        site.refuse(f'expected a key such as "{{{{ message.subject }}}}", found {short(value)!r}')
    try:
        check_text(str(value), where=site.where)
    except TemplateError as exc:
        site.refuse(exc.message, cause=exc)
    return KeyTemplate(str(value), site.where)
