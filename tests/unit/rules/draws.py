"""Rules and mails for laws: what hypothesis draws of every test of the registry, and of how tests nest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from automailer.message import Message
from automailer.rules import Answer, Decision, Rule, Sighting, Subject, evaluate
from tests.unit.rules.build import NOW, SHADOW, Answers, Assign, as_yaml, mail, mail_with, rule, subject

# Words that a prefilter may trip over: letters that change their length or number of octets when they are folded,
# letters of two characters, white space of other scripts, words that hold one another, and what YAML or RE2 mind.
WORDS = (
    "crit", "CRIT", "Crit down", "db1", "db10", "down", "İstanbul", "straße", "STRASSE", "ﬁle", "\u212aelvin",
    "cafe\u0301", "caf\u00e9", "ΣΊΣΥΦΟΣ", "a\u00a0b", "发票", "a", "ab", "/x/", "[x]", "x.y", "100%", "µ",
)  # fmt: skip
ADDRESSES = (
    "ann@example.com", "ANN@Mail.Example.com", "bob@db1.example.net", "ops@badexample.com", "x@localhost",
    "j.o@straße.example", "crit@example.com",
)  # fmt: skip
PATTERNS = (
    "/crit/", "/CRIT/i", r"/(?P<x>\w+) down/", r"/^\[(?P<x>[A-Z]+)\]/", "/db1$/", "/^db1$/m", "/c.*n/s", r"/\d{2,}/",
    "/(crit|db10|发票)/", "/[İıi]stan/i", "/stra(ß|ss)e/i", "/k/i", "/x?/", r"/\bdb1\b/", "/caf./", "/(?i)σίσυφος/",
)  # fmt: skip
LISTS = {"words": ("crit", "*db1*", "Straße"), "people": ("ann@example.com", "*@*.example.net"), "nobody": ()}


def _one_or_several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return one | st.lists(one, min_size=1, max_size=3)


_word = st.sampled_from(WORDS)
_glob = st.builds(
    "{}{}{}".format, st.sampled_from(["", "*", "?"]), _word, st.sampled_from(["", "*", "[a-z]*"])
)
_compared = [
    st.fixed_dictionaries({form: _one_or_several(_word)}, optional={"case": st.booleans()})
    for form in ("is", "contains", "starts_with", "ends_with")
]
_form: st.SearchStrategy[Any] = st.one_of(
    *_compared,
    st.fixed_dictionaries({"glob": _glob}, optional={"case": st.booleans()}),
    st.fixed_dictionaries({"regex": st.sampled_from([each[1 : each.rindex("/")] for each in PATTERNS])}),
    st.fixed_dictionaries({"contains": _word, "starts_with": _word}),
    st.sampled_from([{"in": "words"}, {"in": "nobody"}, {"exists": True}, {"exists": False}]),
)
TEXTS = _one_or_several(_word | st.sampled_from(PATTERNS) | _form)
FIELDS = TEXTS | st.sampled_from([{"count": ">1"}, {"count": 1}, [{"count": 0}, "crit"]])
_domain = st.sampled_from(["example.com", "example.net", "localhost", "com", "straße.example"])
_address = st.one_of(
    st.sampled_from(ADDRESSES),
    st.sampled_from(["*@example.com", "*@*.example.net", "ann@*", "*", "?nn@*", "[ab]*@*"]),
    st.sampled_from(["/Ann/", "/<ann@/", r"/^(?P<x>\w+)@/", "/(?P<x>example)/i"]),
    st.fixed_dictionaries({"domain": _one_or_several(_domain)}),
    st.fixed_dictionaries({"name": TEXTS.filter(lambda value: "exists" not in str(value))}),
    st.sampled_from([{"in": "people"}, {"exists": True}, {"exists": False}, {"count": ">1"}, {"count": 0}]),
)
PEOPLE = _one_or_several(_address)
_moment = st.sampled_from(
    [">1d", "<1h", {"weekday": "mon"}, {"after": "2026-11-24"}, {"time": "10:00-11:00"}]
)
_key = st.sampled_from(["{{ message.subject }}", "x", "{{ message.text }}"])

VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("from", "to", "cc", "bcc", "reply_to", "sender", "return_path", "recipient"), PEOPLE),
    **dict.fromkeys(("subject", "body", "html", "mailbox"), TEXTS),
    "header": st.dictionaries(st.sampled_from(["X-A", "x-a", "Subject", "List-Id"]), FIELDS, min_size=1, max_size=2),
    "size": st.sampled_from([">1KB", "<=500", ["<100", ">200"]]),
    **dict.fromkeys(("age", "date", "received"), _moment),
    "now": st.sampled_from([{"weekday": "wed"}, {"time": "22:00-06:00"}, {"date": "2026-11-25"}]),
    "has_attachment": st.booleans(),
    "attachment": st.sampled_from([{"name": "*.pdf"}, {"name": r"/(?P<x>\w)\.pdf/"}, {"type": "image/*", "count": 0}]),
    "kind": st.sampled_from(["calendar", "signed", "personal", "bounce", ["list", "automatic"]]),
    "authenticated": st.sampled_from([{"by": "mx.example.com", "dkim": "pass"}, {"dkim": "none"}]),
    "duplicate": st.just(True) | st.fixed_dictionaries({"key": _key}, optional={"since": st.just("first")}),
    "frequency": st.fixed_dictionaries(
        {"over": st.sampled_from([1, 3]), "within": st.just("1h")}, optional={"key": _key}
    ),
    "command": st.sampled_from([{"run": ["spamcheck"]}, {"run": ["spamcheck", "--strict"]}]),
    "matched": st.sampled_from(["r0", "r1", ["r0", "r2"]]),
    "if": st.sampled_from(
        ["message.subject", "'disk' in message.text", "vars.x == 1", "(match.x | default('')) == 'full'", "vars.text"]
    ),
}  # fmt: skip
"""What is asked with each test, in YAML's data."""

LEAVES = st.one_of([st.fixed_dictionaries({name: value}) for name, value in VALUES.items()])
# Two of three tests look for text in a field: those are what a prefilter deals with.
_SEARCHED = ("from", "to", "subject", "body", "header", "mailbox")
SEARCHES = st.one_of([st.fixed_dictionaries({name: VALUES[name]}) for name in _SEARCHED])
WHENS = st.recursive(
    SEARCHES | SEARCHES | LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda tests: {"all": tests}),
        st.lists(inner, min_size=1, max_size=3).map(lambda tests: {"any": tests}),
        inner.map(lambda test: {"not": test}),
    ),
    max_leaves=6,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A history in which every key came twice."""

    def tally(self, rule: str, kind: str, key: str, *, after: datetime) -> tuple[int, datetime | None]:
        return 2, NOW


def around(message: Message, **changes: Any) -> Subject:
    """A message, and everything around it that a test may read."""
    given: dict[str, Any] = {"vars": {"x": 0, "text": ""}, "sightings": Counted(), "outside": Answers()}
    return subject(message, lists=LISTS, **{**given, **changes})


@dataclass(frozen=True, slots=True)
class Spec:
    """A rule as it is drawn, before it has a name."""

    when: Any
    stop: bool = False
    shadow: bool = False
    sets: str = ""

    def rule(self, number: int) -> Rule:
        actions = {"": (), "x": (Assign({"x": 1}),), "text": (Assign({}, reads_body=True),)}[self.sets]
        more: dict[str, Any] = {"mode": SHADOW} if self.shadow else {}
        return rule(f"r{number}", as_yaml(self.when), *actions, stop=self.stop, **more)


_rarely = st.sampled_from([False, False, False, True])
SPECS = st.lists(
    st.builds(Spec, WHENS, _rarely, _rarely, st.sampled_from(["", "", "", "x", "text"])),
    min_size=1,
    max_size=6,
)

_subjects = st.lists(_word | st.sampled_from(["[CRIT] db1 is down", "", "  "]), max_size=3).map(" ".join)
_people = st.lists(
    st.sampled_from([*ADDRESSES, "Ann Example <ann@example.com>", '"crit, down" <x@localhost>', "no address", "<>"]),
    min_size=1, max_size=3,
).map(", ".join)  # fmt: skip


def _with_header_alone(body: str, **headers: Any) -> tuple[Message, Message]:
    whole = mail(body, **headers)
    return whole, mail(body, complete=False, size=whole.size, **headers)


MAILS: st.SearchStrategy[tuple[Message, Message]] = st.builds(
    _with_header_alone,
    _subjects.map(lambda text: f"{text}\nthe disk is full\n"),
    Subject=_subjects | st.none(),
    From=_people | st.none(),
    To=_people,
    X_A=st.lists(_subjects, max_size=2),
) | st.sampled_from(
    [
        (mail_with(("a.pdf", "application/pdf", "x")), mail_with(("a.pdf", "application/pdf", "x"), complete=False)),
        (mail(" \n"), mail(complete=False)),
    ]
)  # fmt: skip
"""Whole messages, each with what is known of it before its body is fetched."""


def decided(specs: list[Spec], message: Message, **changes: Any) -> Decision:
    """What rules in this order decide."""
    return evaluate([spec.rule(number) for number, spec in enumerate(specs)], around(message, **changes))


def matched(decision: Decision) -> list[str]:
    """The names of the rules that match, in order."""
    return [match.rule.name for match in decision.matches]


def certain(decision: Decision) -> dict[str, Answer]:
    """The answers of the rules that are yes or no."""
    return {step.name: step.answer for step in decision.trace if step.answer is not Answer.UNKNOWN}


def counted(decision: Decision) -> set[Sighting]:
    """What is counted for later messages."""
    return set(decision.sightings)
