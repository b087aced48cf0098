"""What `explain` shows of an action: every field that the rule gives, as rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from automailer.templating import LocalFile
from tests.unit.actions.build import context, mail_with, plan_of, planned, templates

SHOWN: Mapping[str, tuple[str, dict[str, Any]]] = {
    "forward": (
        "forward: {to: o@example.com, as: attachment, template: ack, attachments: ['*.log'], smtp: backup}",
        {
            "to": ["o@example.com"],
            "as": "attachment",
            "template": "ack",
            "attachments": ["*.log"],
            "smtp": "backup",
        },
    ),
    "redirect": ("redirect: {to: o@example.com, smtp: backup}", {"to": ["o@example.com"], "smtp": "backup"}),
    "reply, by a template": (
        "reply: {template: ack, quote: true, once_per: 24h}",
        {"to": ["ann@mail.example.com"], "template": "ack", "quote": True, "once_per": "24h"},
    ),
    "reply, in place": (
        "reply: {text: 'about {{ match.host }}', attach: ['{{ match.host }}.pdf'], to: from}",
        {"to": ["ann@mail.example.com"], "text": "about db1", "attach": ["db1.pdf"]},
    ),
    "send": (
        "send: {to: o@example.com, text: '{{ match.host }}', attach: x.pdf, attachments: true}",
        {"to": ["o@example.com"], "text": "db1", "attach": ["x.pdf"], "attachments": True},
    ),
    "save_attachments": (
        "save_attachments: {to: 'in/{{ match.host }}', name: '*.log', type: 'text/*', size: '<1MB', inline: true, "
        "as: '{{ match.host }}.log', exists: skip, unzip: true}",
        {
            "to": "in/db1",
            "name": "*.log",
            "type": "text/*",
            "size": "<1MB",
            "inline": True,
            "as": "db1.log",
            "exists": "skip",
            "unzip": True,
        },
    ),
    "save_message": (
        "save_message: {to: in, as: eml, name: '{{ match.host }}'}",
        {"to": "in", "as": "eml", "name": "db1.eml"},
    ),
    "delete": ("delete: {after: 7d}", {"after": "7d"}),
}


@pytest.mark.parametrize(("text", "fields"), SHOWN.values(), ids=SHOWN)
def test_every_field_that_is_given_is_shown_by_its_name(
    text: str, fields: dict[str, Any], tmp_path: Path
) -> None:
    def there(pattern: str) -> Iterator[LocalFile]:
        return iter([LocalFile(name=pattern, type="text/plain", octets=b"1")])

    around = context(templates=templates(tmp_path), read_files=there)
    message = mail_with({"a.log": b"1"}, kind="text/plain")
    found = plan_of(text, message, around=around, match={"host": "db1"}).fields
    assert {name: found.get(name) for name in fields} == fields


def test_what_is_refused_or_fails_shows_its_fields_too(tmp_path: Path) -> None:
    around = context(templates=templates(tmp_path))
    machine = mail_with({}, Precedence="bulk")
    assert plan_of("reply: ack", machine, around=around).fields["template"] == "ack"
    assert planned("forward: {to: o@example.com, template: broken}", around=around).plan.fields == {
        "template": "broken"
    }
