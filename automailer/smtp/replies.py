"""From what a relay answers to what it means for the mail (RFC 5321 4.2, RFC 3463). Pure."""

from __future__ import annotations

import re

from automailer.smtp.model import Outcome, Reply, Scope

__all__ = ["escape", "outcome_of", "parse_reply", "scope_of"]

MAX_TEXT = 400
"""Characters of a reply that are kept: enough for a reason with its link, small enough for a log line."""

_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_NO_WORD_ON_THE_MAIL = frozenset({502, 503, 530, 534, 535, 538})
"""Commands out of step, and a login or TLS that the relay asks for (RFC 4954 6, RFC 3207 4)."""
_TOO_MANY_RECIPIENTS = frozenset({"", "5.5.3"})


def parse_reply(code: int, lines: bytes) -> Reply:
    """Read a reply's code and its text, lines parted by LF; the first status counts."""
    status = ""
    words: list[str] = []
    for line in lines.decode("utf-8", "replace").split("\n"):
        found = _STATUS.match(line)
        # A status of another class than the code's contradicts it, and the code is the protocol (RFC 2034 4).
        if found and found[1][0] == str(code)[0]:
            status = status or found[1]
            line = line[found.end() :]
        if line.strip():
            words.append(line.strip())
    return Reply(code=code if 200 <= code <= 599 else 0, status=status, text=escape(" ".join(words)))


def escape(text: str, *, limit: int = MAX_TEXT) -> str:
    """Make a peer's text safe to show: what does not print becomes `\\xNN`, what is too long is cut."""
    cut = text[:limit]
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in cut
    )
    return f"{shown}…" if len(text) > limit else shown


def outcome_of(reply: Reply, *, command: str) -> Outcome:
    """Say what a reply to `command` means for whom it concerns; `.` is the end of the mail."""
    if command == "RCPT" and reply.code == 552 and reply.status in _TOO_MANY_RECIPIENTS:
        return Outcome.DEFERRED  # an old way to say "too many recipients" (RFC 5321 4.5.3.1.10)
    if scope_of(reply, command=command) is Scope.CONNECTION:
        return Outcome.DEFERRED
    match reply.code // 100:
        case 2:
            return Outcome.DELIVERED
        case 4:
            return Outcome.DEFERRED
        case 5:
            return Outcome.REFUSED
        case _:
            # Nonsense after the dot may stand for anything; before it, nothing was handed over.
            return Outcome.UNKNOWN if command == "." else Outcome.DEFERRED


def scope_of(reply: Reply, *, command: str) -> Scope:
    """Say how far a reply to `command` reaches: what says nothing of this mail must not count against it."""
    if reply.code == 421 or command not in {"MAIL", "RCPT", "DATA", "."}:
        return Scope.CONNECTION
    if command != "." and (reply.code // 100 not in {2, 4, 5} or reply.code in _NO_WORD_ON_THE_MAIL):
        return Scope.CONNECTION
    return Scope.RECIPIENT if command == "RCPT" else Scope.MESSAGE
