"""Entries of `then` as they are read: every field, short forms, and what is wrong with them, each at its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from automailer.actions import ACTIONS, ActionReader, action_schemas
from automailer.errors import ConfigError, TemporaryError
from automailer.rules import rules_schema
from automailer.settings import parse_document
from automailer.templating import Templates
from tests.unit.actions.build import LISTS, RELAYS, read, refused, templates

VALIDATOR = jsonschema.Draft202012Validator(rules_schema(action_schemas()))


def fits_schema(text: str) -> bool:
    entry = parse_document(f"- {text}", "rules.yaml").data[0]
    return VALIDATOR.is_valid({"rules": [{"name": "r", "then": [entry]}]})


@pytest.fixture
def known(tmp_path: Path) -> Templates:
    return templates(tmp_path)


READ: dict[str, tuple[str, dict[str, Any]]] = {
    "forward, short": ("forward: a@example.com", {"to": ("a@example.com",)}),
    "forward, several": ("forward: [a@example.com, Bob <b@example.com>]", {}),
    "forward to a list": ("forward: {list: oncall}", {}),
    "forward, all fields": (
        "forward: {to: [a@example.com, {list: oncall}], cc: c@example.com, bcc: d@example.com, as: attachment,"
        " subject: 'Fwd: {{ match.host }}', template: ack, attachments: ['*.pdf'], from: o@example.com, smtp: backup}",
        {"as_": "attachment", "attachments": ("*.pdf",), "from_": "o@example.com", "smtp": "backup"},
    ),
    "forward, blind": ("forward: {bcc: d@example.com, attachments: false}", {"to": (), "attachments": False}),
    "forward, one glob": ("forward: {to: a@example.com, attachments: '*.pdf'}", {"attachments": ("*.pdf",)}),
    "forward to a template": ("forward: '{{ message.from.address }}'", {}),
    "redirect, short": ("redirect: a@example.com", {"to": ("a@example.com",), "smtp": None}),
    "redirect": ("redirect: {to: {list: oncall}, smtp: backup}", {"smtp": "backup"}),
    "reply, short": ("reply: ack", {"template": "ack", "to": "reply_to", "quote": False}),
    "reply, all fields": (
        "reply: {text: 'Hi {{ message.from.name }}', subject: Got it, attach: [a.pdf, 'b*.pdf'], to: return_path,"
        " quote: true, once_per: 2h, from: o@example.com, smtp: default}",
        {"attach": ("a.pdf", "b*.pdf"), "to": "return_path", "quote": True, "once_per": timedelta(hours=2)},
    ),
    "send": (
        "send: {to: a@example.com, cc: [{list: oncall}], template: ack, attach: x.pdf, attachments: true}",
        {"attach": ("x.pdf",), "attachments": True},
    ),
    "save_attachments, short": ("save_attachments: in", {"to": "in", "exists": "rename", "unzip": False}),
    "save_attachments, all fields": (
        "save_attachments: {to: \"in/{{ now | date('%Y') }}/{{ attachment.type }}\", name: ['*.log', /^a/],"
        " type: image/*, size: '>1MB', inline: true, as: '{{ attachment.index }}.log', exists: skip, unzip: true}",
        {
            "only_name": ("*.log", "/^a/"),
            "only_type": ("image/*",),
            "inline": True,
            "exists": "skip",
            "unzip": True,
        },
    ),
    "save_attachments to a URL": ("save_attachments: 's3://bucket/{{ match.host }}'", {}),
    "save_attachments by file URL": ("save_attachments: file:///srv/in", {"to": "/srv/in"}),
    "save_message, short": ("save_message: archive", {"to": "archive", "as_": "eml"}),
    "save_message": (
        "save_message: {to: archive, as: mbox, name: '{{ message.subject }}'}",
        {"as_": "mbox", "file_name": "{{ message.subject }}"},
    ),
    "tag, short": ("tag: alert", {"words": ("alert",)}),
    "tag, several": ("tag: [alert, '{{ match.host }}']", {"words": ("alert", "{{ match.host }}")}),
    "tag, written out": ("tag: {words: [alert]}", {"words": ("alert",)}),
    "set": ("set: {severity: high, list: {a: ['{{ match.host }}', 3]}}", {}),
    "set, a name like the field's": ("set: {values: 3}", {"values": {"values": 3}}),
    "delete, alone": ("delete", {"after": "processed"}),
    "delete, with nothing behind it": ("delete:", {"after": "processed"}),
    "delete, short": ("delete: sent", {"after": "sent"}),
    "delete, written out": ("delete: {after: 7d}", {"after": timedelta(days=7)}),
    "keep": ("keep", {}),
}


@pytest.mark.parametrize(("text", "fields"), READ.values(), ids=READ)
def test_what_is_written_is_read(text: str, fields: dict[str, Any], known: Templates) -> None:
    action = read(text, templates=known)
    assert {name: getattr(action, name) for name in fields} == fields


@pytest.mark.parametrize("text", [text for text, _ in READ.values()], ids=READ)
def test_the_schema_takes_what_is_read(text: str) -> None:
    assert fits_schema(text)


AT = "rules.yaml:1:"
# What is said, without the file's name and line; whether the schema, which knows no names, refuses it too.
REFUSED: dict[str, tuple[str, list[str], bool]] = {
    "a name that is no action": (
        "forwrad: a@example.com",
        ["3: [0].forwrad: unknown action 'forwrad' (did you mean 'forward'?)"],
        True,
    ),
    "what is a rule's": ("stop", ["3: [0]: is no action: expected `stop: true` beside `then`"], True),
    "a later one": (
        "webhook: x",
        ["3: [0].webhook: action 'webhook' is not supported by this version"],
        True,
    ),
    "a later one alone": ("digest", ["3: [0]: action 'digest' is not supported by this version"], True),
    "an unknown field": (
        "forward: {to: a@example.com, subjet: x}",
        ["32: [0].forward.subjet: is not known here (did you mean 'subject'?)"],
        True,
    ),
    "no recipient": ("forward: {subject: x}", ["3: [0].forward: needs to or cc or bcc"], True),
    "no recipient at all": ("forward", ["3: [0].forward: needs to or cc or bcc"], True),
    "an empty list of recipients": (
        "forward: {to: [], cc: a@example.com}",
        ["13: [0].forward.to: must have at least 1 entries"],
        True,
    ),
    "nothing to redirect to": ("redirect", ["3: [0].redirect.to: is missing"], True),
    "no address": (
        "forward: [a@example.com, oncall]",
        ["28: [0].forward[1]: 'oncall' is not an address (did you mean '{list: oncall}'?)"],
        False,
    ),
    "an address that mail can't have": (
        "redirect: a@exa_mple..com",
        ["13: [0].redirect: 'a@exa_mple..com' is not an address"],
        False,
    ),
    "a list that is not there": (
        "forward: {cc: {list: oncal}}",
        ["17: [0].forward.cc: no list 'oncal' (did you mean 'oncall'?)"],
        False,
    ),
    "a list with globs": (
        "forward: {list: vips}",
        ["12: [0].forward: list 'vips' has globs: it can't be used as recipients"],
        False,
    ),
    "a list of other things": (
        "send: {bcc: [{list: words}], text: x}",
        ["16: [0].send.bcc[0]: list 'words' can't be used as recipients: 'urgent' is not an address"],
        False,
    ),
    "a relay that is not there": (
        "redirect: {to: a@example.com, smtp: bakup}",
        ["39: [0].redirect.smtp: no smtp server 'bakup' (did you mean 'backup'?)"],
        False,
    ),
    "a template that is not there": ("reply: akc", ["10: [0].reply: no template 'akc'"], False),
    "template and text": (
        "reply: {template: ack, text: x}",
        ["3: [0].reply: needs either template or text"],
        True,
    ),
    "neither": ("reply: {quote: true}", ["3: [0].reply: needs either template or text"], True),
    "a flag in other words": (
        "reply: {text: x, quote: 'yes'}",
        ["27: [0].reply.quote: expected true or false, found 'yes'"],
        True,
    ),
    "no duration": ("reply: {text: x, once_per: soon}", [], True),
    "an unknown way to forward": (
        "forward: {to: a@example.com, as: inlin}",
        ["36: [0].forward.as: expected inline or attachment, found 'inlin' (did you mean 'inline'?)"],
        True,
    ),
    "a template that can't be parsed": (
        "tag: [ok, '{{ match.host']",
        ["13: [0].tag[1]: unexpected end of template, expected 'end of print statement'."],
        False,
    ),
    "a name that no template sees": (
        "forward: {to: a@example.com, subject: '{{ mesage.subject }}'}",
        ["41: [0].forward.subject: unknown name 'mesage' (did you mean 'message'?)"],
        False,
    ),
    "a name of save_attachments elsewhere": (
        "tag: '{{ attachment.name }}'",
        ["8: [0].tag: unknown name 'attachment'"],
        False,
    ),
    "a filter that is not there": (
        "tag: '{{ match.host | uper }}'",
        ["8: [0].tag: No filter named 'uper'."],
        False,
    ),
    "a template deep in a value": (
        "set: {a: {b: ['{{ nobody }}']}}",
        ["17: [0].set.a.b[0]: unknown name 'nobody'"],
        False,
    ),
    "no folder": (
        "save_attachments: ''",
        ["21: [0].save_attachments.to: expected a folder, as a path or a URL on one line"],
        False,
    ),
    "a bucket that a mail chooses": (
        "save_message: 's3://{{ match.host }}/x'",
        ["17: [0].save_message.to: the scheme and host of a URL can't be a template"],
        False,
    ),
    "a password in a URL": ("save_message: sftp://me:secret@host/x", [], False),
    "a pattern that can't be read": ("save_attachments: {to: in, name: '/(/'}", [], False),
    "no media type": (
        "save_attachments: {to: in, type: images}",
        ["36: [0].save_attachments.type: 'images' is no media type: expected one such as image/*"],
        False,
    ),
    "no size": ("save_attachments: {to: in, size: 5MB}", [], True),
    "an unknown form": ("save_message: {to: in, as: mailbox}", [], True),
    "no words": ("tag: []", ["3: [0].tag.words: must have at least 1 entries"], True),
    "deleted at a time that is none": (
        "delete: soon",
        [
            "11: [0].delete.after: expected processed or sent or a number and s, m, h, d or w, such as 90s, 5m"
            " or 14d, found 'soon'"
        ],
        True,
    ),
    "no tag at all": ("tag", ["3: [0].tag.words: is missing"], True),
    "set with a list": ("set: [a]", [], True),
    "a time that is none": ("delete: later", [], True),
    "keep with something": ("keep: all", [], True),
}


@pytest.mark.parametrize(("text", "said"), [case[:2] for case in REFUSED.values()], ids=REFUSED)
def test_what_is_wrong_is_said_at_its_place(text: str, said: list[str], known: Templates) -> None:
    found = refused(text, templates=known)
    assert found
    assert all(problem.startswith(AT) for problem in found)
    if said:
        assert [problem.removeprefix(AT) for problem in found] == said


@pytest.mark.parametrize("text", [text for text, _, by_schema in REFUSED.values() if by_schema])
def test_the_schema_refuses_what_is_refused(text: str) -> None:
    assert not fits_schema(text)


def test_everything_wrong_in_an_action_is_said_at_once(known: Templates) -> None:
    text = "forward: {to: [nobody, {list: none}], subject: '{{ x }}', template: none, smtp: none}"
    assert len(refused(text, templates=known)) == 5


def test_no_password_is_repeated(known: Templates) -> None:
    (said,) = refused("save_message: sftp://me:secret@host/x")
    assert "secret" not in said


def test_a_list_that_can_not_be_read_is_a_problem_of_the_file() -> None:
    class Gone(dict[str, tuple[str, ...]]):
        def __getitem__(self, name: str) -> tuple[str, ...]:
            reason = "the list can't be read"
            raise TemporaryError(reason)

    document = parse_document("forward: {list: oncall}", "rules.yaml")
    reader = ActionReader(lists=Gone(LISTS), relays=RELAYS, templates=Templates([]))
    with pytest.raises(ConfigError, match="the list can't be read"):
        reader.read("forward", {"list": "oncall"}, document=document, path=("forward",))


def test_every_action_has_a_test() -> None:
    assert {text.partition(":")[0] for text, _ in READ.values()} == set(ACTIONS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("delete", "delete"),
        ("delete: 14d", "delete: 2w"),
        ("tag: [a, b]", "tag: [a, b]"),
        ("forward: {to: a@example.com, as: attachment}", "forward: {to: [a@example.com], as: attachment}"),
        ("redirect: {list: oncall}", "redirect: [{list: oncall}]"),
        ("save_attachments: {to: in, size: '>1MB'}", "save_attachments: {to: in, size: >1000000}"),
        ("set: {a: 1}", "set: {a: 1}"),
    ],
)
def test_an_action_tells_itself_in_short(text: str, shown: str) -> None:
    assert read(text).describe() == shown
