"""From templates on disk and mail as it really comes to octets that are read again."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from automailer.compose import (
    Draft,
    Forward,
    Recipients,
    compose,
    forward_draft,
    may_reply,
    redirect,
    reply_draft,
    reply_target,
)
from automailer.compose import ReplyFacts as Facts
from automailer.message import Address, Message, parse
from automailer.templating import Rendered, Templates, names

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OPS = Address("运维 Ops", "ops@example.com")
TO = Recipients(to=(Address("", "oncall@example.com"),))
CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "mail"

PAGE = """{% set subject %}{{ message.subject }} – seen{% endset %}
<html><head><style>h1 { color: #b00 }</style></head><body>
<img src="images/logo.png" alt="Logo"><h1>Hello {{ message.from.name }}</h1>
<blockquote>{{ message.text }}</blockquote>{{ attach("runbook.pdf") }}</body></html>
"""


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "runbook.pdf").write_bytes(b"%PDF")
    (tmp_path / "ack.html.j2").write_text(PAGE, encoding="utf-8")
    return Templates([tmp_path])


def render(templates: Templates, message: Message) -> Rendered:
    view = names(message, mailbox="ops", uidl="1", match={}, vars={}, rule="r", now=NOW)
    return templates.render("ack", view)


def drafts(message: Message, rendered: Rendered) -> list[Draft]:
    return [
        reply_draft(message, rendered, from_=OPS, to=Address("", "a@b.example"), loop_id="abc", quote=True),
        forward_draft(message, rendered, from_=OPS, recipients=TO, loop_id="abc"),
        forward_draft(
            message, rendered, from_=OPS, recipients=TO, loop_id="abc", how=Forward(as_attachment=True)
        ),
    ]


def test_a_template_becomes_a_mail_with_its_picture_in_the_text(templates: Templates) -> None:
    message = parse("From: 王 <w@a.example>\r\nSubject: 你好\r\n\r\n1 < 2\r\n".encode())
    written = compose(
        drafts(message, render(templates, message))[0], message_id="<1@x>", date=NOW, charset="gbk"
    )
    read = email.message_from_bytes(written, policy=email.policy.default)
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    assert read["Subject"] == "你好 – seen"
    ours = parse(written)
    assert [(item.name, item.inline) for item in ours.attachments] == [
        ("logo.png", True),
        ("runbook.pdf", False),
    ]
    assert f"cid:{ours.attachments[0].content_id}" in ours.html
    assert "1 &lt; 2" in ours.html
    assert "Hello 王" in ours.text


def test_mail_of_every_kind_can_be_answered_forwarded_and_redirected(templates: Templates) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of sample mail is not there")
    for path in sorted(path for path in CORPUS.rglob("*") if path.is_file()):
        message = parse(path.read_bytes())
        own = frozenset({"ops@example.com"})
        may_reply(message, Facts(own_addresses=own, loop_id="abc", sender=reply_target(message), now=NOW))
        for draft in drafts(message, render(templates, message)):
            check_mail(compose(draft, message_id="<1@x.example>", date=NOW, charset="gb2312"), path)
        check_redirected(path.read_bytes(), path)


def check_mail(written: bytes, path: Path) -> None:
    assert b"\n" not in written.replace(b"\r\n", b""), path
    assert all(len(line) <= 998 for line in written.split(b"\r\n")), path
    header = written.partition(b"\r\n\r\n")[0]
    # a Message-ID or an address can't be folded
    assert all(len(line) <= 76 or len(line.split()) <= 2 for line in header.split(b"\r\n")), path
    names = [name.lower() for name in email.message_from_bytes(written).keys()]  # noqa: SIM118 - one for each field
    once = [name for name in names if name != "x-automailer-loop"]
    assert len(once) == len(set(once)), path
    assert parse(written).header("X-Automailer-Loop") == "abc", path


def check_redirected(octets: bytes, path: Path) -> None:
    written = redirect(
        octets, resent_from=OPS, resent_to=TO.to, date=NOW, message_id="<2@x.example>", loop_id="abc"
    )
    assert b"\n" not in written.replace(b"\r\n", b""), path
    assert parse(written).header("X-Automailer-Loop") == "abc", path
    before, after = parse(octets).headers, parse(written).headers
    assert [header.name for header in after][5:] == [header.name for header in before], path
