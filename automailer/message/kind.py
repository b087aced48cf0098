"""What sort of message it is (RFC 3834, RFC 5230 4.6, RFC 6522, and what programs write). Pure.

`auto_reply`  an answer by a machine: Auto-Submitted auto-replied, the marks of older autoresponders, or an automatic
              message whose subject begins as out-of-office notes do
`bounce`      a delivery report, of failure, delay or success: multipart/report of delivery-status, X-Failed-Recipients,
              from the mailer's own address, or from postmaster with such a subject
`report`      any multipart/report, or its machine-readable part alone
`automatic`   all of these, any other Auto-Submitted but no, Precedence bulk or junk, an empty Return-Path, a wish that
              nobody answers by machine (X-Auto-Response-Suppress), senders such as noreply@, cron, DMARC reports
`list`        any List-* field, the marks of older list programs, or a Sender such as owner-list@
`calendar`    an invitation, or an answer to one
`signed` `encrypted`   S/MIME or PGP/MIME around the message, or PGP in its text
`personal`    neither automatic nor list

The header tells nearly all of it; `undecided` says what it leaves open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from automailer.message.attachment import declared_name
from automailer.message.machines import (
    Fields,
    answer_mark,
    automatic_keyword,
    is_list_address,
    is_machine,
    is_mailer,
    list_mark,
    local_part,
    without_comments,
)
from automailer.message.model import Address
from automailer.message.parameters import Parameters
from automailer.message.sealed import ENCRYPTED, SIGNED, seals_of, seals_of_body
from automailer.message.structure import Leaf, Octets
from automailer.message.subjects import is_away, is_dmarc_report, is_undelivered

__all__ = ["KINDS", "Facts", "kinds_of", "undecided"]

KINDS = ("auto_reply", "automatic", "bounce", "report", "list", "calendar", "signed", "encrypted", "personal")
"""Every kind there is."""

_SUPPRESS = frozenset({"all", "oof", "autoreply"})
_REPORTS = frozenset({"multipart/report", "message/delivery-status", "message/disposition-notification"})
_CALENDARS = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the kinds are told from.

    `names` are those of the fields, in lower case; `content_type` is the message's own, `leaf` the message as if it
    had no parts. `parts` gives what it has; None while only the header is at hand.
    """

    fields: Fields
    names: Iterable[str]
    authors: tuple[Address, ...]
    senders: tuple[Address, ...]
    return_paths: tuple[Address, ...]
    content_type: Parameters
    leaf: Leaf
    octets: Octets
    parts: Callable[[], Sequence[Leaf]] | None

    def leaves(self) -> Sequence[Leaf]:
        """The parts, as far as they are known."""
        if self.parts is not None:
            return self.parts()
        return () if self.content_type.value.startswith("multipart/") else (self.leaf,)

    def words(self, name: str) -> frozenset[str]:
        """The comma-separated words of all fields of a name, in lower case, without comments and parameters."""
        values = (without_comments(value).lower() for value in self.fields(name))
        return frozenset(word.partition(";")[0].strip() for value in values for word in value.split(","))

    def subject(self) -> str:
        """The first one, or ""."""
        return next(iter(self.fields("subject")), "")


def kinds_of(facts: Facts) -> frozenset[str]:
    """Return every kind that the message is of; without its parts those that the header makes certain."""
    tests = {
        "bounce": _is_bounce,
        "report": _is_report,
        "auto_reply": _is_auto_reply,
        "list": _is_list,
        "calendar": _is_calendar,
    }
    found = {kind for kind, test in tests.items() if test(facts)}
    found |= _seals(facts)
    if found & {"bounce", "report", "auto_reply"} or _is_machine_made(facts):
        found.add("automatic")
    if not found & {"automatic", "list"}:
        found.add("personal")
    return frozenset(found)


def undecided(facts: Facts) -> frozenset[str]:
    """Return the kinds that the parts, which are not at hand, may add."""
    if facts.parts is not None:
        return frozenset()
    found: set[str] = set()
    if facts.content_type.value.startswith("multipart/"):
        found.add("calendar")
    if _is_untyped_report(facts):
        found.add("bounce")
    if seals_of(facts.content_type.value, facts.leaf) is None:
        found |= SIGNED | ENCRYPTED
    return frozenset(found)


def _is_bounce(facts: Facts) -> bool:
    kind = facts.content_type
    if kind.value == "multipart/report" and kind.get("report-type"):
        return kind.get("report-type").strip().lower() == "delivery-status"
    if any(is_mailer(address) for address in (*facts.authors, *facts.senders)):
        return True
    if kind.value == "message/delivery-status" or "x-failed-recipients" in facts.names:
        return True
    if _is_untyped_report(facts) and any(leaf.type == "message/delivery-status" for leaf in facts.leaves()):
        return True
    return "urn:content-classes:dsn" in facts.words("content-class") or _is_from_the_post_office(facts)


def _is_untyped_report(facts: Facts) -> bool:
    return facts.content_type.value == "multipart/report" and not facts.content_type.get("report-type")


def _is_from_the_post_office(facts: Facts) -> bool:
    """Delivery reports of systems that don't know RFC 3464: only the sender and the subject tell."""
    by_postmaster = any(local_part(address) == "postmaster" for address in facts.authors)
    if _is_from_nobody(facts):
        return by_postmaster or is_undelivered(facts.subject())
    return by_postmaster and "return-path" not in facts.names and is_undelivered(facts.subject())


def _is_from_nobody(facts: Facts) -> bool:
    """The null sender, or what some mailers write in its place."""
    if any(not path.address and not path.name for path in facts.return_paths[:1]):
        return True
    if any(
        value.strip() == "<>" for name in ("x-envelope-from", "envelope-from") for value in facts.fields(name)
    ):
        return True
    return any(is_mailer(path) for path in facts.return_paths[:1])


def _is_report(facts: Facts) -> bool:
    classes = facts.words("content-class") & {"urn:content-classes:mdn", "urn:content-classes:dsn"}
    return facts.content_type.value in _REPORTS or bool(classes)


def _is_auto_reply(facts: Facts) -> bool:
    if "auto-replied" in facts.words("auto-submitted") or answer_mark(facts.fields):
        return True
    # Exchange calls its out-of-office notes auto-generated; only the subject tells them from other mail.
    return not _is_list(facts) and _is_marked(facts) and is_away(facts.subject())


def _is_marked(facts: Facts) -> bool:
    if automatic_keyword(facts.fields) or _is_from_nobody(facts):
        return True
    return bool(
        facts.words("x-auto-response-suppress") & _SUPPRESS or facts.words("precedence") & {"bulk", "junk"}
    )


def _is_machine_made(facts: Facts) -> bool:
    if _is_marked(facts) or any(is_machine(one) for one in facts.senders):
        return True
    # A person may well write as postmaster.
    if any(is_machine(author) and local_part(author) != "postmaster" for author in facts.authors):
        return True
    return "x-cron-env" in facts.names or is_dmarc_report(facts.subject())


def _is_list(facts: Facts) -> bool:
    if list_mark(facts.names, facts.fields) or "list" in facts.words("precedence"):
        return True
    # Majordomo and LISTSERV write nothing else: the list is the sender, a person the author.
    by_person = not any(is_list_address(author) for author in facts.authors)
    owners = (path for path in facts.return_paths[:1] if local_part(path).startswith("owner-"))
    return by_person and any(map(is_list_address, (*facts.senders, *owners)))


def _is_calendar(facts: Facts) -> bool:
    if any("calendarmessage" in value.lower() for value in facts.fields("content-class")):
        return True
    return any(
        leaf.type in _CALENDARS or declared_name(leaf).lower().endswith(".ics") for leaf in facts.leaves()
    )


def _seals(facts: Facts) -> frozenset[str]:
    certain = seals_of(facts.content_type.value, facts.leaf)
    if certain is None and facts.parts is not None:
        return seals_of_body(facts.parts(), facts.octets)
    return certain or frozenset()
