"""The tests by name, one line each: how its value is read, and what JSON Schema says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from automailer.rules.attachments import read_attachment, read_has_attachment
from automailer.rules.authenticated import read_authenticated
from automailer.rules.command import read_command
from automailer.rules.content import read_body, read_html, read_subject
from automailer.rules.expression import read_if
from automailer.rules.headers import RECIPIENT, addresses_of, read_header
from automailer.rules.kind import read_kind
from automailer.rules.model import Test
from automailer.rules.moments import read_date, read_now, read_received
from automailer.rules.repeats import read_duplicate, read_frequency
from automailer.rules.site import Site
from automailer.rules.size import read_size
from automailer.rules.state import read_mailbox, read_matched

__all__ = ["TESTS", "TestKind"]


@dataclass(frozen=True, slots=True)
class TestKind:
    """One test: `read` takes its value and its place, `shape` names its value in the schema, `about` is for editors.

    `lists`: the reader itself takes a list as any of its entries.
    """

    __test__ = False

    read: Callable[[object, Site], Test]
    shape: str
    about: str
    lists: bool = True


TESTS: Mapping[str, TestKind] = {
    "from": TestKind(addresses_of("From"), "address", "who wrote it"),
    "to": TestKind(addresses_of("To"), "address", "to whom it is written"),
    "cc": TestKind(addresses_of("Cc"), "address", "who gets a copy"),
    "bcc": TestKind(addresses_of("Bcc"), "address", "who gets a copy unseen"),
    "reply_to": TestKind(addresses_of("Reply-To"), "address", "where answers are to go"),
    "sender": TestKind(addresses_of("Sender"), "address", "who sent it for the writer"),
    "return_path": TestKind(addresses_of("Return-Path"), "address", "where bounces go"),
    "recipient": TestKind(
        addresses_of(*RECIPIENT), "address", "any address that it was sent or delivered to"
    ),
    "subject": TestKind(read_subject, "text", "the decoded subject"),
    "body": TestKind(read_body, "text", "what a reader sees"),
    "html": TestKind(read_html, "text", "the HTML source"),
    "header": TestKind(read_header, "headers", "any header, decoded, every occurrence", lists=False),
    "size": TestKind(read_size, "size", "octets on the server", lists=False),
    "age": TestKind(read_date, "moment", "the time since the Date header", lists=False),
    "date": TestKind(read_date, "moment", "the Date header", lists=False),
    "received": TestKind(read_received, "moment", "the newest Received header", lists=False),
    "now": TestKind(read_now, "calendar", "the clock when it is processed", lists=False),
    "has_attachment": TestKind(read_has_attachment, "flag", "whether anything is attached", lists=False),
    "attachment": TestKind(read_attachment, "attachment", "one attachment that meets all of it", lists=False),
    "kind": TestKind(read_kind, "kind", "what sort of message it is"),
    "authenticated": TestKind(read_authenticated, "authenticated", "who vouches for it", lists=False),
    "duplicate": TestKind(
        read_duplicate, "duplicate", "whether an earlier message had the same key", lists=False
    ),
    "frequency": TestKind(
        read_frequency, "frequency", "how often a key came, this message counted", lists=False
    ),
    "command": TestKind(read_command, "command", "what a program says of it", lists=False),
    "mailbox": TestKind(read_mailbox, "text", "the mailbox's name"),
    "matched": TestKind(read_matched, "rule", "an earlier rule that matched"),
    "if": TestKind(read_if, "expression", "a Jinja2 expression that must be true", lists=False),
}
