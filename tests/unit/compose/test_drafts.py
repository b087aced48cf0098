"""Replies and forwards: what they say, to whom, and what of the original is in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from automailer.compose import Draft, Forward, Kind, Recipients, compose, forward_draft, reply_draft
from automailer.message import Address, Message, parse
from automailer.templating import LocalFile, Rendered

OPS = Address("Ops", "ops@example.com")
TO = Recipients(to=(Address("", "oncall@example.com"),))

ORIGINAL = (
    b"From: =?utf-8?q?Ann_M=C3=BCller?= <ann@a.example>\r\n"
    b"To: ops@example.com\r\n"
    b"Date: Mon, 23 Nov 2026 08:00:00 +0100\r\n"
    b"Subject: db1 is down\r\n"
    b"Message-ID: <2@a.example>\r\n"
    b"References: <1@a.example>\r\n"
    b"X-Automailer-Loop: other\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
    b"--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<html><head><style>b {color: red}</style><script>evil()</script></head>"
    b'<body onload="evil()"><p>The <b style="position:fixed;top:0">database</b> &amp; <img src="cid:pic@a"></p>'
    b"</div></blockquote><form action='https://evil.example'><input></form></body></html>\r\n"
    b"--r\r\nContent-Type: image/png; name=pic.png\r\nContent-ID: <pic@a>\r\n"
    b"Content-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--r--\r\n"
    b"--m\r\nContent-Type: text/plain; name=db1.log\r\nContent-Disposition: attachment; filename=db1.log\r\n\r\nlog\r\n"
    b"--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n%PDF\r\n"
    b"--m--\r\n"
)


def forwarded(
    rendered: Rendered | None = None, how: Forward | None = None, original: bytes = ORIGINAL
) -> Draft:
    message = parse(original)
    return forward_draft(message, rendered or Rendered(), from_=OPS, recipients=TO, loop_id="abc", how=how)


def replied(rendered: Rendered, *, quote: bool = False, original: bytes = ORIGINAL) -> Draft:
    ann = Address("Ann", "ann@a.example")
    return reply_draft(parse(original), rendered, from_=OPS, to=ann, loop_id="abc", quote=quote)


def sent(draft: Draft) -> Message:
    return parse(compose(draft, message_id="<9@example.com>", date=datetime(2026, 11, 23, tzinfo=UTC)))


def test_a_reply_is_threaded_marked_and_to_one_address() -> None:
    draft = replied(Rendered(text="Thanks\n"))
    assert draft.kind is Kind.REPLY
    assert draft.recipients.envelope == ("ann@a.example",)
    message = sent(draft)
    assert message.subject == "Re: db1 is down"
    assert message.header("In-Reply-To") == "<2@a.example>"
    assert message.header("References") == "<1@a.example> <2@a.example>"
    assert message.header("Auto-Submitted") == "auto-replied"
    assert message.header_all("X-Automailer-Loop") == ("abc", "other")
    assert message.text.strip() == "Thanks"


def test_a_rendered_subject_goes_before_re() -> None:
    assert replied(Rendered(text="x", subject="Ticket 7")).subject == "Ticket 7"
    assert forwarded(Rendered(subject="Look")).subject == "Look"


def test_a_reply_quotes_only_when_asked() -> None:
    rendered = Rendered(text="Thanks\n", html="<html><body><p>Thanks</p></body></html>")
    assert "database" not in str(replied(rendered))
    quoting = replied(rendered, quote=True)
    assert quoting.text is not None
    assert "2026-11-23 08:00 +0100, Ann Müller <ann@a.example>:\n> The database &" in quoting.text
    assert quoting.html is not None
    assert quoting.html.endswith("</blockquote></body></html>")


def test_an_inline_forward_shows_who_wrote_what_below_our_text() -> None:
    draft = forwarded(Rendered(text="Please look.\n"))
    assert draft.text is not None
    above, _, below = draft.text.partition("-------- Forwarded message --------\n")
    assert above == "Please look.\n\n"
    assert below.startswith(
        "From: Ann Müller <ann@a.example>\n"
        "Date: Mon, 23 Nov 2026 08:00:00 +0100\n"
        "Subject: db1 is down\n"
        "To: ops@example.com\n\n"
        "The database &"
    )
    assert draft.subject == "Fwd: db1 is down"
    assert [str(address) for address in draft.reply_to] == ["Ann Müller <ann@a.example>"]


def test_an_inline_forward_keeps_the_originals_html_and_pictures_without_its_tricks() -> None:
    draft = forwarded(Rendered(text="Look <here>"))
    assert draft.html is not None
    for lost in ("script", "evil", "onload", "form", "position", "<style"):
        assert lost not in draft.html
    assert "Look &lt;here&gt;" in draft.html
    assert "color: red" in draft.html
    assert draft.html.count("<div") == draft.html.count("</div")
    assert [picture.content_id for picture in draft.pictures] == ["pic@a"]
    message = sent(draft)
    assert [(item.name, item.inline) for item in message.attachments] == [
        ("pic.png", True),
        ("db1.log", False),
        ("a.pdf", False),
    ]


@pytest.mark.parametrize(
    ("attachments", "kept"),
    [(True, ["db1.log", "a.pdf"]), (False, []), (("*.LOG",), ["db1.log"]), (("*.zip", "a.*"), ["a.pdf"])],
)
def test_a_forward_takes_the_attachments_that_are_asked_for(
    attachments: bool | tuple[str, ...], kept: list[str]
) -> None:
    draft = forwarded(how=Forward(attachments=attachments))
    assert [item.name for item in draft.attachments] == kept
    assert len(draft.pictures) == 1


def test_a_plain_message_is_forwarded_as_plain_text_unless_our_template_has_html() -> None:
    original = b"From: a@b.example\r\nSubject: x\r\n\r\n1 < 2\r\n"
    assert forwarded(original=original).html is None
    page = forwarded(Rendered(html="<body><p>Look</p></body>"), original=original).html
    assert page is not None
    assert "1 &lt; 2" in page
    assert page.endswith("</body>")


def test_a_forward_as_attachment_has_the_exact_octets() -> None:
    rendered = Rendered(
        text="See below", attachments=(LocalFile(name="r.pdf", type="application/pdf", octets=b"x"),)
    )
    draft = forwarded(rendered, Forward(as_attachment=True))
    assert [(item.name, item.type) for item in draft.attachments] == [
        ("r.pdf", "application/pdf"),
        ("db1 is down.eml", "message/rfc822"),
    ]
    assert draft.attachments[1].octets == ORIGINAL
    assert draft.text == "See below"
    message = sent(draft)
    assert message.attachments[-1].type == "message/rfc822"
    assert message.attachments[-1].content() == ORIGINAL


@pytest.mark.parametrize(
    "sender", ["a@b.example, c@d.example", "ünï@a.example", "nonsense", "x <a@b>\r\nReply-To: -f@x"]
)
def test_a_sender_that_mail_cannot_reach_is_not_put_in_reply_to(sender: str) -> None:
    original = f"From: {sender}\r\nSubject: x\r\n\r\ny\r\n".encode()
    draft = forwarded(original=original)
    assert draft.reply_to == ()
    assert sent(draft).header("Reply-To") is None


def test_marks_of_others_are_carried_on_but_not_without_end() -> None:
    marks = "".join(f"X-Automailer-Loop: m{n}\r\n" for n in range(500))
    draft = forwarded(original=f"From: a@b.example\r\n{marks}X-Automailer-Loop: a b\r\n\r\n".encode())
    assert draft.loop_ids[:2] == ("abc", "m0")
    assert len(draft.loop_ids) == 11


def test_hostile_headers_stay_text() -> None:
    original = (
        b"From: =?utf-8?q?x=0D=0ABcc=3A_evil=40x?= <a@b.example>\r\n"
        b"Subject: =?utf-8?q?x=0D=0ABcc=3A_evil=40x.example?=\r\n"
        b"Message-ID: <1@a>\r\n\tBcc: evil@x\r\nReferences: <a@b\r\n\tc>\r\n\r\n{{ 7*7 }} <script>\r\n"
    )
    for draft in (forwarded(original=original), replied(Rendered(text="x"), quote=True, original=original)):
        message = sent(draft)
        assert message.header("Bcc") is None
        assert len(message.header_all("Subject")) == 1
        assert "{{ 7*7 }}" in message.text
        assert "Bcc: evil" in sent(replace(draft, attachments=())).subject


def test_a_very_long_original_is_cut_in_what_is_shown() -> None:
    original = b"From: a@b.example\r\n\r\n" + b"long text\r\n" * 100_000
    draft = forwarded(original=original)
    assert draft.text is not None
    assert len(draft.text) < 250_000
    assert draft.text.endswith("[…]\n")


@pytest.mark.parametrize(
    "page",
    [
        "<style>a b {color: red}</style>" + "<div>" * 60_000,
        "<!-- " + "<div>" * 200_000,
        "<b><!-- </b> -->" * 60_000,
        "<p>" * 300_000,
        '<img src="' * 60_000,
        "<style>"
        + "".join(f"*:nth-child({n}n) * * * {{color: red}}" for n in range(3000))
        + "</style><b>x</b>",
        "x" * 5_000_000,
    ],
    ids=["deep", "comment", "closed in comments", "paragraphs", "open", "rules", "long"],
)
def test_html_made_to_hurt_is_forwarded_all_the_same(page: str) -> None:
    original = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + page.encode()
    assert sent(forwarded(original=original)).subject == "Fwd:"
