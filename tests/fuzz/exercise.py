"""Puts one mail through everything that reads mail, and holds the laws that no mail may break."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from automailer.message import KINDS, Message, parse, safe_name
from automailer.rules import Decision, compact, restore
from automailer.sandbox import sample_mails
from automailer.shipped import shipped
from automailer.worker import assemble
from automailer.worker.decide import Decided, Decider
from automailer.worker.explain import NoReplies
from automailer.worker.signatures import check_signatures

__all__ = ["Exercise", "seeds"]

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "mail"
KEY = (
    b"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4j"
    b"YfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QID"
    b"AQAB"
)
"""What any domain has in its DNS here: the key of RFC 6376, appendix C."""

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)

_SETTINGS = """\
templates: {templates}
timezone: UTC
lists:
  oncall: [oncall@example.org]
  people: ["*@example.net", ann@example.com]
  words: [test, "re:*"]
mailboxes:
  fuzz:
    host: 127.0.0.1
    username: ops@example.com
    password: none
    poll: 1h
    rules: [{common}, {ops}, {fuzz}]
smtp:
  default: {{host: 127.0.0.1, from: ops@example.com}}
"""


def seeds() -> tuple[bytes, ...]:
    """The sample mails, and the corpus where it is."""
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []
    return (*(mail.octets for mail in sample_mails()), *(path.read_bytes() for path in files))


class Exercise:
    """The sample rules and rules of every kind, ready to be put to mails; `folder` gets the settings file."""

    def __init__(self, folder: Path) -> None:
        path = folder / "automailer.yaml"
        rules = shipped("rules")
        path.write_text(
            _SETTINGS.format(
                templates=shipped("templates"),
                common=rules / "common.yaml",
                ops=rules / "ops.yaml",
                fuzz=Path(__file__).with_name("rules.yaml"),
            ),
            encoding="utf-8",
        )
        self.assembly = assemble(path)
        self._decider = Decider(self.assembly, "fuzz", loop_id="0" * 32, replies=NoReplies())

    def __call__(self, octets: bytes) -> None:
        """Read all of it, decide with the whole, again, and with the header alone.

        Raises:
            AssertionError: a law is broken.
        """
        whole = parse(octets)
        read_all(whole)
        first, again = self._decide(parse(octets)), self._decide(parse(octets))
        assert first.decision.trace == again.decision.trace, "a decision is the same twice"
        assert _documents(first) == _documents(again), "what it comes to is the same twice"
        thorough = self._decide(whole, thorough=True)
        assert _matched(first.decision) == _matched(thorough.decision), "answering more tests changes nothing"
        assert not thorough.decision.undecided, "with all of the message nothing is unknown"
        assert restore(compact(first.decision)), "a trace can be kept"
        header = octets[: _header_end(octets)]
        partly = parse(header, size=len(octets), complete=False)
        read_all(partly)
        known = self._decide(partly)
        if known.certain:
            assert _matched(known.decision) == _matched(first.decision), (
                "the header never contradicts the whole"
            )
            assert _documents(known) == _documents(first), "what the header decides, the whole decides alike"
        check_signatures(octets, lambda name: KEY)

    def _decide(self, message: Message, *, thorough: bool = False) -> Decided:
        return self._decider.decide(message, uidl="u", now=NOW, thorough=thorough)


def read_all(message: Message) -> None:
    """Ask for everything that a message tells.

    Raises:
        AssertionError: something comes out that must not.
    """
    for header in message.headers:
        assert not set(header.value) & set("\r\n\0\x1b"), "a header value is one line"
        message.addresses(header.name)
    assert all(date is None or date.tzinfo for date in (message.date, message.received_at)), "dates are aware"
    partly = message.header_alone()
    assert partly.kinds <= message.kinds <= partly.kinds | partly.undecided_kinds <= set(KINDS)
    assert all(message.bounce.recipients), "a recipient has a name"
    assert not set("".join(message.bounce.recipients) + message.bounce.reason) & set("\r\n\0"), (
        "one line each"
    )
    assert "\r" not in message.text + message.subject + message.html
    assert len(message.header_digest) == 64
    (message.text + message.html + message.subject + message.reply_text).encode()
    for attachment in message.attachments:
        assert safe_name(attachment.name, fallback="") == attachment.name
        assert attachment.size == sum(map(len, attachment.chunks()))
        assert attachment.inline in (True, False)
        assert attachment.real_type.isprintable()
        assert all(name.isprintable() for name in attachment.members)
    assert all(message.defects)


def _matched(decision: Decision) -> list[tuple[str, dict[str, str]]]:
    return [(match.rule.name, dict(match.subject.match)) for match in decision.matches]


def _documents(decided: Decided) -> list[Mapping[str, Any]]:
    return [planned.document() for planned in decided.planned]


def _header_end(octets: bytes) -> int:
    """Where TOP n 0 would stop: after the first empty line."""
    ends = [at + len(mark) for mark in (b"\r\n\r\n", b"\n\n") if (at := octets.find(mark)) >= 0]
    return min(ends, default=len(octets))
