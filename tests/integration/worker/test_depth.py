"""The law of fetching less: what is decided from the listing or the header is what the whole message would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automailer.actions import Mail, Planned, SavedFile
from automailer.message import IN_THE_HEADER, Listed, Message, parse
from automailer.rules import Answer, Mode, Rule, TestTrace
from automailer.sandbox import sample_mails
from automailer.worker import Assembly, assemble
from automailer.worker.decide import Decided, Decider
from automailer.worker.depth import Depth, needed
from automailer.worker.explain import NoReplies
from tests.integration.worker.office import mail

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = """
timezone: UTC
templates: templates/
lists: {vips: [boss@example.com, "*@example.net"]}
mailboxes:
  ops: {host: 127.0.0.1, tls: none, username: ops@example.com, password: secret, poll: 60s, rules: rules.yaml}
smtp:
  default: {host: 127.0.0.1, tls: none, from: "Ops Desk <ops@example.com>"}
"""
WHENS = [
    "{}",
    "size: '>1KB'",
    "mailbox: ops",
    "now: {weekday: mon}",
    "subject: crit",
    "subject: '/(?P<word>\\w+) (?P<x>\\w+)/'",
    "from: {in: vips}",
    "kind: [list, automatic]",
    "kind: bounce",
    "kind: calendar",
    "kind: signed",
    "header: {Message-ID: {exists: true}}",
    "age: '>1d'",
    "body: the",
    "html: {exists: true}",
    "has_attachment: true",
    "attachment: {type: image/*}",
    "not: {body: the}",
    "not: {size: '>1KB'}",
    "any: [{body: '/(?P<x>the)/'}, {subject: '/(?P<x>e)/'}]",
    "all: [{subject: e}, {body: the}]",
    "any: [{size: '>1'}, {body: the}]",
    "matched: rule 0",
    "not: {matched: rule 12}",
    "if: vars.level == 'high'",
    "if: message.size > 1000",
    "if: \"'the' in message.text\"",
    "if: message.subject | length > 10",
    "duplicate: true",
    "frequency: {key: '{{ message.text }}', over: 1, within: 1h}",
]
THENS = [
    "delete",
    "tag: seen",
    "tag: '{{ message.subject }}'",
    "tag: '{{ message.text }}'",
    "tag: '{{ vars.level }}'",
    "set: {level: high}",
    "set: {level: '{{ message.text }}'}",
    "set: {level: '{{ message.from.address }}'}",
    "reply: {text: 'got {{ message.subject }}'}",
    "reply: {text: '{{ message.text }}'}",
    "reply: {template: ack}",
    "send: {to: a@example.org, text: '{{ message.headers | length }}'}",
    "send: {to: a@example.org, text: here, attachments: true}",
    "forward: a@example.org",
    "redirect: a@example.org",
    "save_attachments: in",
    "save_message: {to: in, name: '{{ message.id }}'}",
    "keep",
]
CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "mail"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []
SOURCES = [one.octets for one in sample_mails()]
SOURCES += [path.read_bytes() for path in FILES[::17] if path.stat().st_size < 20_000]
SOURCES += [b"", b"\r\n\r\nthe", b"Subject: e", mail("crit e", "the\n", files={"a.png": b"a"})]

Picks = list[tuple[int, int, bool, bool]]
RULES = st.lists(
    st.tuples(st.integers(0, len(WHENS) - 1), st.integers(0, len(THENS) - 1), st.booleans(), st.booleans()),
    max_size=6,
)


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Every test and, in rules of their own, every action."""
    folder = tmp_path_factory.mktemp("depth")
    (folder / "templates").mkdir()
    (folder / "templates" / "ack.txt.j2").write_text("{{ message.subject }} {{ vars.level }}")
    every = [yaml.safe_load(text) for text in WHENS]
    written = [
        {"name": f"rule {number}", **({"when": when} if when else {})} for number, when in enumerate(every)
    ]
    every = [yaml.safe_load(text) for text in THENS]
    written += [{"name": f"action {number}", "then": [then]} for number, then in enumerate(every)]
    rules = yaml.safe_dump({"vars": {"level": "low"}, "rules": written})
    (folder / "rules.yaml").write_text(rules)
    (folder / "automailer.yaml").write_text(SETTINGS)
    (folder / "automailer.yaml").chmod(0o600)
    return assemble(folder / "automailer.yaml")


def decider(assembly: Assembly, picks: Picks) -> Decider:
    rules = [_rule(assembly.rules["ops"], *pick) for pick in picks]
    assembly = replace(assembly, rules={"ops": tuple(rules)})
    return Decider(assembly, "ops", loop_id="ours", replies=NoReplies())


def _rule(every: Sequence[Rule], when: int, then: int, stop: bool, shadow: bool) -> Rule:
    mode = Mode.SHADOW if shadow else Mode.ENFORCE
    return replace(every[when], then=every[len(WHENS) + then].then, stop=stop, mode=mode)


def outcome(decided: Decided) -> list[object]:
    """What comes of it, without the Message-IDs that are drawn anew."""
    matches = [
        (match.rule.name, dict(match.subject.match), match.subject.vars) for match in decided.decision.matches
    ]
    return [matches, [_shown(planned) for planned in decided.planned], decided.decision.sightings]


def _shown(planned: Planned) -> object:
    effects = []
    for effect in planned.plan.effects:
        if isinstance(effect, Mail):
            octets = effect.octets.replace(effect.message_id.encode(), b"<id>")
            effects.append(repr(replace(effect, message_id="")) + repr(octets))
        elif isinstance(effect, SavedFile):
            effects.append(repr((effect.folder, effect.name, effect.sha256)))
        else:
            effects.append(repr(effect))
    return planned.document(), effects


def leaves(decided: Decided) -> list[TestTrace]:
    found: list[TestTrace] = []
    waiting = [rule.test for rule in decided.decision.trace if rule.test is not None]
    while waiting:
        trace = waiting.pop()
        found.append(trace)
        waiting.extend(trace.children)
    return found


def parts(message: Message) -> list[Message]:
    return [cast("Message", Listed(message.size)), message.header_alone()]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(picks=RULES, source=st.sampled_from(SOURCES))
def test_what_is_certain_without_the_rest_is_what_the_whole_message_gives(
    assembly: Assembly, picks: Picks, source: bytes
) -> None:
    decide = partial(decider(assembly, picks).decide, uidl="1", now=NOW)
    whole = parse(source)
    full = decide(whole)
    assert full.certain
    for part in parts(whole):
        found = decide(part)
        if found.certain:
            assert outcome(found) == outcome(full)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(when=st.sampled_from(range(len(WHENS))), source=st.sampled_from(SOURCES))
def test_an_answer_is_never_taken_back(assembly: Assembly, when: int, source: bytes) -> None:
    decide = partial(decider(assembly, [(when, 0, False, False)]).decide, uidl="1", now=NOW, thorough=True)
    whole = parse(source)
    (final,) = decide(whole).decision.trace
    assert final.answer is not Answer.UNKNOWN
    for part in parts(whole):
        (early,) = decide(part).decision.trace
        assert early.answer in (Answer.UNKNOWN, final.answer)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(source=st.sampled_from(SOURCES))
def test_a_header_answers_as_its_message_does(source: bytes) -> None:
    whole = parse(source)
    header = whole.header_alone()
    for name in IN_THE_HEADER - {"complete"}:
        one, other = getattr(header, name), getattr(whole, name)
        if callable(one):
            fields = ("From", "To", "Subject", "Received", "X-None")
            one, other = [one(field) for field in fields], [other(field) for field in fields]
        assert one == other, name


@pytest.mark.parametrize(
    ("when", "then", "depth"),
    [
        ("not: {size: '>1KB'}", "delete", Depth.LIST),
        ("not: {size: '>1KB'}", "tag: '{{ message.subject }}'", Depth.HEADERS),
        ("mailbox: ops", "keep", Depth.LIST),
        ("subject: crit", "delete", Depth.HEADERS),
        ("not: {size: '>1KB'}", "forward: a@example.org", Depth.MESSAGE),
        ("subject: crit", "save_attachments: in", Depth.MESSAGE),
        ("body: the", "delete", Depth.MESSAGE),
        ("any: [{size: '>1'}, {body: the}]", "delete", Depth.LIST),
        ("duplicate: true", "delete", Depth.HEADERS),
        ("kind: calendar", "delete", Depth.HEADERS),
        ("kind: signed", "delete", Depth.MESSAGE),
    ],
)
def test_what_has_to_be_fetched_is_told(assembly: Assembly, when: str, then: str, depth: Depth) -> None:
    picks = [(WHENS.index(when), THENS.index(then), False, False)]
    decide = partial(decider(assembly, picks).decide, uidl="1", now=NOW)
    assert needed(decide, parse(mail("crit", "the\n"))) is depth
