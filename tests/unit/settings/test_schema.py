"""The JSON Schema agrees with the loader, and the starting point with both."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from automailer.errors import ConfigError
from automailer.settings import (
    Settings,
    load_settings,
    parse_document,
    settings_schema,
    starting_point,
    validate,
)
from tests.unit.cautions.build import warned

REPOSITORY = Path(__file__).parents[3]
MAILBOX = "{host: h, username: u, password: p, poll: 60s, rules: []}"


def accepted_by_schema(data: Any) -> bool:
    return Draft202012Validator(settings_schema()).is_valid(data)


def accepted_by_loader(text: str) -> bool:
    try:
        validate(Settings, parse_document(text, "a.yaml"))
    except ConfigError:
        return False
    return True


def test_the_schema_is_one_and_can_be_written() -> None:
    schema = settings_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema


def test_the_schema_shows_defaults_as_people_write_them() -> None:
    parts = settings_schema()["$defs"]
    assert parts["MailboxSettings"]["properties"]["timeout"]["default"] == "30s"
    assert parts["OutboxSettings"]["properties"]["retry"]["default"] == ["1m", "5m", "15m", "1h", "4h"]


@pytest.mark.parametrize(
    "addition",
    [
        "templates: one/",
        "templates: [one/, two/]",
        "vars: {a: {b: [1, null, x]}}",
        "lists: {a: [b, 5], c: {file: d}}",
        "timezone: UTC",
        "database: {env: URL}",
        "smtp: {default: {host: h, from: a@example.com, rate: 30/min, charset: gbk}}",
        "outbox: {retry: [1m], expire: 3d, on_unknown: hold}",
        "operators: {mail: a@example.com, after: {failures: 3, for: 10m}, notify: [{env: X}, plain]}",
        "operators: {mail: [a@example.com]}",
        "web: {listen: '127.0.0.1:8025', token: {command: [pass, show, 5]}}",
        "reports: {r: {schedule: 0 8 * * mon-fri, to: {list: a}, template: t, data: {json: x}}}",
        "reports: {r: {to: a@example.com, template: t}}",
        "expect: {e: {mailbox: m, when: {from: x}, every: 26h}}",
        "log: {level: debug}",
        "autoreply: {once_per: 1d, max_per_hour: 0}",
    ],
)
def test_what_the_loader_accepts_the_schema_accepts(addition: str) -> None:
    text = f"mailboxes: {{ops: {MAILBOX}}}\n{addition}\n"
    assert accepted_by_loader(text)
    assert accepted_by_schema(parse_document(text, "a.yaml").data)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "mailboxes: []",
        "mailboxes: {ops: {host: h}}",
        f"mailboxes: {{'a/b': {MAILBOX}}}",
        "mailboxes: {}\nsmpt: {}",
        "mailboxes: {}\noutbox: {retry: [5 minutes]}",
        "mailboxes: {}\noutbox: {retry: []}",
        "mailboxes: {}\noutbox: {expire: 3}",
        "mailboxes: {}\nlog: {level: loud}",
        "mailboxes: {}\nsmtp: {d: {host: h}}",
        "mailboxes: {}\nsmtp: {d: {host: h, from: a@b, port: 0}}",
        "mailboxes: {}\nsmtp: {d: {host: h, from: a@b, port: '25'}}",
        "mailboxes: {}\nsmtp: {d: {host: h, from: a@b, tls_verify: no}}",
        "mailboxes: {}\nsmtp: {d: {host: h, from: a@b, rate: fast}}",
        "mailboxes: {}\ndatabase: {evn: X}",
        "mailboxes: {}\ndatabase: {env: X, file: y}",
        "mailboxes: {}\ndatabase: {command: pass}",
        "mailboxes: {}\ndatabase: ''",
        "mailboxes: {}\nlists: {a: {b: c}}",
        "mailboxes: {}\nstate: 5",
        "mailboxes: {}\nstate: ''",
    ],
)
def test_what_the_schema_refuses_the_loader_refuses(text: str) -> None:
    assert not accepted_by_schema(parse_document(text, "a.yaml").data)
    assert not accepted_by_loader(text)


def test_the_starting_point_is_right_beside_the_sample_rules_and_templates(tmp_path: Path) -> None:
    (tmp_path / "automailer.yaml").write_text(starting_point(), encoding="utf-8")
    for name in ("rules", "templates"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    settings = load_settings(tmp_path / "automailer.yaml")
    assert warned(tmp_path / "automailer.yaml") == []
    assert "oncall" in settings.lists
    assert accepted_by_schema(parse_document(starting_point(), "a.yaml").data)
    assert starting_point().startswith("# yaml-language-server: $schema=automailer.schema.json\n")


def uncommented(text: str) -> str:
    """The starting point with each alternative value put in place of the one above it."""
    lines: list[str] = []
    for line in text.splitlines():
        bare = line.lstrip()
        key, colon, _ = bare.removeprefix("# ").partition(":")
        if bare.startswith("# ") and colon and key.strip().isidentifier():
            line = line.replace("# ", "", 1)
            indent = line[: len(line) - len(line.lstrip())]
            head = f"{indent}{key.strip()}:"
            lines = [kept for kept in lines if not kept.startswith(head)]
        lines.append(line.replace("systemd:", "# ").replace("pip install", "# "))
    return "\n".join(lines)


def test_what_the_starting_point_has_in_comments_is_right_too() -> None:
    text = uncommented(starting_point())
    settings = validate(Settings, parse_document(text, "a.yaml"))
    assert settings.operators is not None
    assert settings.timezone == "Europe/Berlin"
    assert str(settings.mailboxes["ops"].password) == "command pass"
