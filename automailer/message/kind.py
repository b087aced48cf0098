"""What sort of message it is, by what its header says (RFC 3834, RFC 5230 4.6, and what programs write). Pure.

`auto_reply`  an answer by a machine: Auto-Submitted auto-replied, the marks of older autoresponders, or an automatic
              message whose subject begins as out-of-office notes do
`bounce`      a delivery report: multipart/report of delivery-status, X-Failed-Recipients, or the mailer's own address
`report`      any multipart/report, or its machine-readable part alone
`automatic`   all of these, any other Auto-Submitted but no, Precedence bulk or junk, an empty Return-Path, a wish that
              nobody answers by machine (X-Auto-Response-Suppress), and senders such as noreply@
`list`        any List-* field, or the marks of older list programs
`calendar`    an invitation, or an answer to one
`signed` `encrypted`   S/MIME or PGP/MIME around the whole message
`personal`    neither automatic nor list

All but `calendar`, which may lie in a part, is known from the header alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from automailer.message.model import Address
from automailer.message.parameters import Parameters

__all__ = ["KINDS", "Facts", "kinds_of"]

KINDS = ("auto_reply", "automatic", "bounce", "report", "list", "calendar", "signed", "encrypted", "personal")
"""Every kind there is."""

_COMMENT = re.compile(r"\([^()]*\)")
_ANSWER_MARKS = frozenset({
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autoreply-from", "x-mail-autoreply",
    "x-fc-machinegenerated",
})  # fmt: skip
_LIST_MARKS = frozenset({"mailing-list", "x-mailing-list", "x-beenthere", "x-mailman-version"})
_SUPPRESS = frozenset({"all", "oof", "autoreply"})
_MAILERS = frozenset({"mailer-daemon", "mail-daemon", "mailerdaemon", "mailer_daemon"})
_MACHINES = _MAILERS | {
    "listserv", "majordomo", "mailer", "daemon", "uucp", "nobody", "noreply", "no-reply", "no_reply", "no.reply",
    "donotreply", "do-not-reply", "do_not_reply", "notification", "notifications", "bounce", "bounces", "autoreply",
    "auto-reply", "autoresponder",
}  # fmt: skip
_MACHINE_LOCAL = re.compile(
    r"owner-.*|.*-(?:request|owner|relay|bounces?|errors|outgoing)|no-?reply[-+._].*|.*[-+._]no-?reply"
)
_AWAY = re.compile(
    r"\s*(?:auto(?:matic|mated)?[ -]?(?:reply|response)|out of (?:the )?office|automatische antwort|abwesenheit|"
    r"r[ée]ponse automatique|respuesta autom[áa]tica|risposta automatica|resposta autom[áa]tica|automatisch antwoord|"
    r"automatiskt? svar|autosvar|автоответ|自动答复|自动回复|自動回覆|自動応答|자동 회신)",
    re.IGNORECASE,
)


class Facts:
    """What the kinds are told from: fields by lower-case name, addresses, the types of the message and of its parts."""

    def __init__(
        self,
        fields: Callable[[str], tuple[str, ...]],
        names: Iterable[str],
        *,
        senders: tuple[Address, ...],
        return_path: tuple[Address, ...],
        content_type: Parameters,
        part_types: Callable[[], Iterable[str]],
    ) -> None:
        self.fields = fields
        self.names = frozenset(names)
        self.locals = frozenset(sender.local.lower() for sender in senders)
        self.from_nobody = any(not address.address and not address.name for address in return_path)
        self.content_type = content_type
        self.part_types = part_types

    def words(self, name: str) -> frozenset[str]:
        """The comma-separated words of all fields of a name, lower case, without comments and parameters."""
        values = (_COMMENT.sub(" ", value).lower() for value in self.fields(name))
        return frozenset(word.partition(";")[0].strip() for value in values for word in value.split(","))


def kinds_of(facts: Facts) -> frozenset[str]:
    """Return every kind that the message is of."""
    tests = {
        "bounce": _is_bounce,
        "report": _is_report,
        "auto_reply": _is_auto_reply,
        "list": _is_list,
        "calendar": _is_calendar,
        "signed": _is_signed,
        "encrypted": _is_encrypted,
    }
    found = {kind for kind, test in tests.items() if test(facts)}
    if found & {"bounce", "report", "auto_reply"} or _is_machine_made(facts):
        found.add("automatic")
    if not found & {"automatic", "list"}:
        found.add("personal")
    return frozenset(found)


def _is_auto_submitted(facts: Facts) -> bool:
    """RFC 3834 5: any keyword but `no`; what can't be read is no reason to trust."""
    return "auto-submitted" in facts.names and facts.words("auto-submitted") != {"no"}


def _is_auto_reply(facts: Facts) -> bool:
    if "auto-replied" in facts.words("auto-submitted") or "auto_reply" in facts.words("precedence"):
        return True
    if facts.names & _ANSWER_MARKS or "autoresponder" in facts.words("delivered-to"):
        return True
    if any("autoresponder" in value.lower() for value in facts.fields("x-post-messageclass")):
        return True
    # Exchange calls its out-of-office notes auto-generated; only the subject tells them from other mail.
    is_marked = _is_auto_submitted(facts) or _is_suppressing(facts)
    return is_marked and any(_AWAY.match(subject) for subject in facts.fields("subject")[:1])


def _is_suppressing(facts: Facts) -> bool:
    return bool(facts.words("x-auto-response-suppress") & _SUPPRESS)


def _is_bounce(facts: Facts) -> bool:
    kind = facts.content_type
    if kind.value == "multipart/report":
        declared = kind.get("report-type").lower()
        return declared == "delivery-status" or (not declared and bool(facts.locals & _MAILERS))
    if kind.value == "message/delivery-status" or "x-failed-recipients" in facts.names:
        return True
    return bool(facts.locals & _MAILERS) or (facts.from_nobody and "postmaster" in facts.locals)


def _is_report(facts: Facts) -> bool:
    return facts.content_type.value in (
        "multipart/report",
        "message/delivery-status",
        "message/disposition-notification",
    )


def _is_machine_made(facts: Facts) -> bool:
    if _is_auto_submitted(facts) or facts.from_nobody or _is_suppressing(facts):
        return True
    if facts.words("precedence") & {"bulk", "junk"}:
        return True
    return any(local in _MACHINES or _MACHINE_LOCAL.fullmatch(local) for local in facts.locals)


def _is_list(facts: Facts) -> bool:
    if facts.names & _LIST_MARKS or any(name.startswith("list-") for name in facts.names):
        return True
    return "list" in facts.words("precedence")


def _is_calendar(facts: Facts) -> bool:
    if facts.content_type.value == "text/calendar":
        return True
    if any("calendarmessage" in value.lower() for value in facts.fields("content-class")):
        return True
    return any(kind in ("text/calendar", "application/ics") for kind in facts.part_types())


def _is_pkcs7(facts: Facts) -> bool:
    return facts.content_type.value in ("application/pkcs7-mime", "application/x-pkcs7-mime")


def _is_signed(facts: Facts) -> bool:
    if facts.content_type.value == "multipart/signed":
        return True
    return _is_pkcs7(facts) and facts.content_type.get("smime-type").lower() == "signed-data"


def _is_encrypted(facts: Facts) -> bool:
    if facts.content_type.value == "multipart/encrypted":
        return True
    return _is_pkcs7(facts) and facts.content_type.get("smime-type").lower() in (
        "",
        "enveloped-data",
        "authenveloped-data",
    )
