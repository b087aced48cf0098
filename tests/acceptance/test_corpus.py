"""Real and hostile mail goes through `explain` with the sample rules: nothing breaks, and nothing is done."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePath

import pytest

from automailer.message import parse
from automailer.shipped import shipped
from automailer.worker import assemble
from automailer.worker.explain import Explainer
from automailer.worker.explained import Explained

_CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "mail"
_NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

_SETTINGS = """\
templates: {samples}/templates
timezone: UTC
lists: {{oncall: [oncall@example.org]}}
mailboxes:
  ops:
    host: pop.example.com
    username: ops@example.com
    password: none
    poll: 60s
    rules: [{samples}/rules/common.yaml, {samples}/rules/ops.yaml, everything.yaml]
smtp:
  default: {{host: smtp.example.com, from: "Ops <ops@example.com>"}}
"""

_EVERYTHING = """\
rules:
  - name: everything that a mail can be put through
    then:
      - forward: {to: a@example.org, template: forward}
      - forward: {to: a@example.org, as: attachment}
      - redirect: a@example.org
      - reply: {template: ack, quote: true}
      - send: {to: a@example.org, template: note}
      - save_attachments:
          to: "files/{{ message.from.address }}/{{ message.subject }}"
          as: "{{ attachment.name }}"
          inline: true
      - save_message: {to: "mail/{{ message.from.name }}", name: "{{ message.subject }}"}
      - tag: ["{{ message.subject }}"]
"""


@pytest.fixture(scope="module")
def corpus() -> list[Path]:
    if not _CORPUS.is_dir():
        pytest.skip("the corpus of test mails is not here")
    found = sorted(path for path in _CORPUS.rglob("*") if path.is_file())
    assert found
    return found


@pytest.fixture
def explainer(tmp_path: Path) -> Iterator[Explainer]:
    """Decides by the sample rules, all in a folder in which nothing may appear."""
    samples = shipped("rules").parent
    (tmp_path / "automailer.yaml").write_text(_SETTINGS.format(samples=samples), encoding="utf-8")
    (tmp_path / "everything.yaml").write_text(_EVERYTHING, encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    yield Explainer(assemble(tmp_path / "automailer.yaml"), "ops", loop_id="ours")
    assert sorted(tmp_path.rglob("*")) == before


def test_every_mail_is_explained(corpus: list[Path], explainer: Explainer, tmp_path: Path) -> None:
    for path in corpus:
        found = explainer.explain(parse(path.read_bytes()), uidl=path.name, now=_NOW)
        assert not found.error, path
        assert found.trace, path
        _is_sound_json(found, path)
        for target in _targets(found):
            assert (tmp_path / target).is_relative_to(tmp_path), f"{path}: {target}"


def test_every_header_alone_is_explained(corpus: list[Path], explainer: Explainer) -> None:
    for path in corpus:
        header = path.read_bytes().partition(b"\n\n")[0]
        found = explainer.explain(parse(header, size=10_000_000, complete=False), uidl="", now=_NOW)
        assert not found.error, path


def _is_sound_json(found: Explained, path: Path) -> None:
    document = json.loads(json.dumps(found.document(), default=str))
    seen = [test["value"] for rule in document["rules"] for test in rule["tests"]]
    for text in (document["subject"], *seen):
        assert not any(unicodedata.category(char) == "Cc" for char in text), path


def _targets(found: Explained) -> Iterator[PurePath]:
    """Where files would be written."""
    for action in found.actions:
        if action["action"] == "save_attachments" and not action["refused"]:
            yield from (_path(action["to"], name) for name in action.get("files", ()))
        elif action["action"] == "save_message" and not action["refused"]:
            yield _path(action["to"], action["name"])


def _path(folder: str, name: str) -> PurePath:
    assert name not in {"", ".", ".."}
    assert "/" not in name
    assert "\0" not in folder + name
    assert ".." not in PurePath(folder).parts
    return PurePath(folder) / name
