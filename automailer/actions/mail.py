"""What the four mailing actions share: who it is from, what it says, and its way to the outbox. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from automailer.actions.fields import Recipients, rendered
from automailer.actions.model import Mail, PlanContext, Sender
from automailer.actions.recipients import addresses
from automailer.compose import Draft, Enclosure, File, compose, make_message_id
from automailer.compose import Recipients as Envelope
from automailer.errors import PermanentError
from automailer.message import Address, Attachment
from automailer.rules import Subject, template_names
from automailer.templating import Rendered, render_text

__all__ = ["Post", "chosen_attachments", "envelope_of", "render", "said", "shown"]


class Post:
    """One relay as one action uses it: turns a draft or finished octets into mail for the outbox."""

    def __init__(
        self, context: PlanContext, subject: Subject, *, relay: str | None, from_: str | None
    ) -> None:
        self._context = context
        self._subject = subject
        self.relay = relay or context.relay
        self.sender: Sender = context.relays[self.relay]
        self.from_ = _from_address(from_, self.sender, subject, self.relay)
        self.message_id = make_message_id(context.new_id(), self.from_)

    def compose(
        self, draft: Draft, *, envelope_from: str | None = None, answered: str = ""
    ) -> tuple[Mail, ...]:
        """The draft's mail, split where it has more recipients than the relay takes at once."""
        octets = compose(
            draft, message_id=self.message_id, date=self._subject.now, charset=self.sender.charset
        )
        envelope = self._envelope(octets, draft.kind.value, draft.subject, envelope_from, answered)
        return tuple(self._split(envelope, draft.recipients))

    def carry(self, octets: bytes, *, kind: str, recipients: Envelope) -> tuple[Mail, ...]:
        """Mail made of finished octets (`redirect`)."""
        envelope = self._envelope(octets, kind, self._subject.message.subject, None, "")
        return tuple(self._split(envelope, recipients))

    def _envelope(
        self, octets: bytes, kind: str, title: str, envelope_from: str | None, answered: str
    ) -> Mail:
        return Mail(
            kind=kind,
            relay=self.relay,
            sender=self.sender.envelope_from if envelope_from is None else envelope_from,
            recipients=(),
            message_id=self.message_id,
            subject=title,
            from_=str(self.from_),
            to="",
            octets=octets,
            answered=answered,
        )

    def _split(self, mail: Mail, recipients: Envelope) -> Iterator[Mail]:
        to = ", ".join(str(address) for address in recipients.to)
        every, most = recipients.envelope, self.sender.max_recipients
        for start in range(0, len(every), most):
            yield replace(mail, to=to, recipients=every[start : start + most])


def envelope_of(subject: Subject, to: Recipients, cc: Recipients = (), bcc: Recipients = ()) -> Envelope:
    """The recipients of an action, rendered and looked up.

    Raises:
        PermanentError: nobody is left, or one is no address.
    """
    envelope = Envelope(to=addresses(to, subject), cc=addresses(cc, subject), bcc=addresses(bcc, subject))
    if not envelope.envelope:
        reason = "no recipient is left"
        raise PermanentError(reason)
    return envelope


def render(
    subject: Subject,
    context: PlanContext,
    *,
    template: str | None,
    text: str | None = None,
    title: str | None = None,
) -> Rendered:
    """What the action says: a template's parts, inline text, or nothing; `title` outweighs the template's subject."""
    content = Rendered()
    if template is not None:
        content = context.templates.render(template, template_names(subject))
    elif text is not None:
        content = Rendered(text=render_text(text, template_names(subject)))
    return content if title is None else replace(content, subject=rendered(title, subject))


def chosen_attachments(which: bool | tuple[str, ...], subject: Subject) -> tuple[Enclosure, ...]:
    """Those of the message's attachments that are sent along: all but pictures in the text, none, or by globs."""
    if which is False:
        return ()
    chosen = (
        item
        for item in subject.message.attachments
        if (not item.inline if which is True else _fits(item, which))
    )
    return tuple(File(name=item.name, type=item.type, octets=item.content()) for item in chosen)


def said(content: Rendered, *, text: str | None, attach: tuple[str, ...]) -> dict[str, object]:
    """An inline text and the patterns of files as they were rendered, where the action has them, for `explain`."""
    fields: dict[str, object] = {} if text is None else {"text": content.text}
    return {**fields, "attach": list(attach)} if attach else fields


def shown(envelope: Envelope) -> dict[str, list[str]]:
    """The recipients as `explain` shows them."""
    fields = {"to": envelope.to, "cc": envelope.cc, "bcc": envelope.bcc}
    return {
        name: [entry.address for entry in found] for name, found in fields.items() if found or name == "to"
    }


def _fits(attachment: Attachment, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(attachment.name.casefold(), glob.casefold()) for glob in globs)


def _from_address(text: str | None, sender: Sender, subject: Subject, relay: str) -> Address:
    if text is not None:
        found = addresses((text,), subject)
        if found:
            return found[0]
    if sender.from_ is None:
        reason = f"smtp server {relay!r} has no `from`, and the action gives none"
        raise PermanentError(reason)
    return sender.from_
