"""What the mailing actions plan: who gets what, from whom, split how, and why some of it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.actions import Plan
from automailer.message import parse
from automailer.rules import Mode
from automailer.templating import LocalFile
from tests.unit.actions.build import (
    NOW,
    Answered,
    context,
    mail,
    mail_with,
    mails,
    plan_of,
    planned,
    templates,
)
from tests.unit.rules.build import mail as a_mail
from tests.unit.rules.build import mail_with as a_page_with

EVIL = "evil@evil.example"


def names(octets: bytes) -> list[str]:
    return [item.name for item in parse(octets).attachments]


def test_forward_shows_the_message_from_us_with_answers_to_its_sender() -> None:
    sent = mail("forward: a@example.com")
    message = parse(sent.octets)
    assert (sent.kind, sent.relay, sent.sender) == ("forward", "default", "bounces@example.com")
    assert sent.recipients == ("a@example.com",)
    assert (sent.from_, sent.to, sent.subject) == (
        "Ops <ops@example.com>",
        "a@example.com",
        "Fwd: [CRIT] db1   is down",
    )
    assert sent.message_id == message.message_id == "<id1@example.com>"
    assert [str(address) for address in message.addresses("Reply-To")] == [
        "Ann Example <ann@mail.example.com>"
    ]
    assert "the disk of db1 is full" in message.text


def test_forward_takes_all_attachments_or_none_or_those_of_some_name() -> None:
    message = mail_with({"a.pdf": b"1", "b.log": b"2", "C.PDF": b"3"})
    assert names(mail("forward: a@example.com", message).octets) == ["a.pdf", "b.log", "C.PDF"]
    assert names(mail("forward: {to: a@example.com, attachments: false}", message).octets) == []
    assert names(mail("forward: {to: a@example.com, attachments: '*.pdf'}", message).octets) == [
        "a.pdf",
        "C.PDF",
    ]


def test_forward_as_attachment_encloses_the_octets() -> None:
    message = a_mail()
    sent = mail("forward: {to: a@example.com, as: attachment}", message)
    (enclosed,) = parse(sent.octets).attachments
    assert (enclosed.type, enclosed.content()) == ("message/rfc822", bytes(message.octets))


def test_bcc_is_for_the_envelope_alone() -> None:
    sent = mail("forward: {to: a@example.com, cc: c@example.com, bcc: [d@example.com]}")
    assert sent.recipients == ("a@example.com", "c@example.com", "d@example.com")
    assert b"d@example.com" not in sent.octets
    assert plan_of("forward: {bcc: d@example.com}").fields["bcc"] == ["d@example.com"]


def test_a_list_gives_its_entries_each_once() -> None:
    sent = mail("forward: [{list: oncall}, A@example.com, b@example.com]")
    assert sent.recipients == ("a@example.com", "b@example.com")
    assert sent.to == "a@example.com, Bob <b@example.com>"


def test_more_recipients_than_the_relay_takes_are_split_and_see_one_header() -> None:
    people = [f"p{number}@example.com" for number in range(7)]
    found = mails(f"forward: {people}")
    assert [len(one.recipients) for one in found] == [3, 3, 1]
    assert [recipient for one in found for recipient in one.recipients] == people
    assert len({one.octets for one in found}) == len({one.message_id for one in found}) == 1


def test_fields_are_templates() -> None:
    text = "forward: {to: '{{ match.who }}@example.com', subject: '{{ match.host }} is down', from: '{{ vars.desk }}'}"
    facts: dict[str, Any] = {
        "match": {"who": "ann", "host": "db1"},
        "vars": {"desk": "Desk <desk@example.com>"},
    }
    sent = mail(text, **facts)
    assert (sent.recipients, sent.subject, sent.from_) == (
        ("ann@example.com",),
        "db1 is down",
        "Desk <desk@example.com>",
    )


@pytest.mark.parametrize(
    "who",
    [
        f"{EVIL}, bob",
        f"{EVIL} (",
        "x@example.com.evil.example (",
        f"<{EVIL}> ",
        f"{EVIL}; bob",
        f"a: {EVIL}; b",
        f'"{EVIL}\r\nBcc: {EVIL}" ',
        f"bob\r\nBcc: {EVIL}",
        f"bob>\r\nRCPT TO:<{EVIL}",
        "",
        "-oQ/tmp/x bob",
        "-oQ/tmp/x",
        "|sh",
    ],
)
def test_what_a_mail_says_can_not_add_or_change_a_recipient(who: str) -> None:
    for text in ("{{ match.who }}@example.com", "Bob <{{ match.who }}@example.com>"):
        found = planned(f"forward: '{text}'", match={"who": who})
        assert found.error is not None
        assert found.plan == Plan()


@given(st.text(max_size=30))
def test_whatever_is_put_into_an_address_its_domain_stays(who: str) -> None:
    found = planned("redirect: '{{ match.who }}@example.com'", match={"who": who})
    for effect in found.plan.effects:
        (recipient,) = effect.recipients  # type: ignore[union-attr]
        assert recipient.lower().endswith("@example.com")


@given(st.text(max_size=30))
def test_whatever_a_sender_is_called_the_mail_goes_to_the_written_address(name: str) -> None:
    found = planned("redirect: '{{ match.name }} <ops@example.org>'", match={"name": name})
    for effect in found.plan.effects:
        assert effect.recipients == ("ops@example.org",)  # type: ignore[union-attr]


def test_a_name_that_looks_like_an_address_is_a_name() -> None:
    message = a_mail(
        From=f'"{EVIL}, Bob" <bob@example.org>', To=f'"{EVIL}, C" <c@example.org>, d@example.org'
    )
    assert mail("redirect: '{{ message.from }}'", message).recipients == ("bob@example.org",)
    assert mail("redirect: '{{ message.to }}'", message).recipients == ("c@example.org", "d@example.org")


def test_constants_may_name_several() -> None:
    assert (
        len(mail("forward: '{{ vars.team }}'", vars={"team": "a@example.com, b@example.com"}).recipients) == 2
    )


def test_nobody_left_is_told_with_the_place() -> None:
    found = planned("forward: '{{ vars.team }}'", vars={"team": " "})
    assert found.error == "rules.yaml:1:1: no recipient is left"


def test_forward_and_redirect_stop_where_a_mail_goes_round_and_keep_it() -> None:
    ours = a_mail(X_Automailer_Loop="this-one")
    often = a_mail(Received=["from x"] * 50)
    for text in ("forward: a@example.com", "redirect: a@example.com"):
        for message in (ours, often):
            plan = plan_of(text, message)
            assert plan.refused
            assert plan.keeps
            assert plan.effects == ()
            assert plan.fields["to"] == ["a@example.com"]


def test_redirect_keeps_the_octets_under_resent_fields() -> None:
    message = a_mail()
    sent = mail("redirect: {to: Bob <bob@example.org>, smtp: backup}", message)
    assert sent.octets.endswith(bytes(message.octets))
    assert b"Resent-To: Bob <bob@example.org>\r\n" in sent.octets
    assert f"Resent-Message-ID: {sent.message_id}\r\n".encode() in sent.octets
    assert (sent.kind, sent.relay, sent.sender) == ("redirect", "backup", "backup@example.net")


def test_a_relay_that_has_no_sender_is_told() -> None:
    found = planned("redirect: a@example.com", around=context(relay="mute"))
    assert found.error == "rules.yaml:1:1: smtp server 'mute' has no `from`, and the action gives none"


def test_reply_answers_with_the_null_sender_and_threads(tmp_path: Path) -> None:
    message = a_mail(Message_ID="<1@example.com>")
    around = context(templates=templates(tmp_path))
    sent = mail("reply: ack", message, around=around)
    answer = parse(sent.octets)
    assert (sent.kind, sent.sender, sent.answered) == ("reply", "", "ann@mail.example.com")
    assert (sent.subject, answer.text) == ("Got [CRIT] db1 is down", "Thank you.\n")
    assert answer.header("In-Reply-To") == "<1@example.com>"
    assert plan_of("reply: ack", message, around=around).fields["template"] == "ack"


def test_reply_takes_its_own_subject_quotes_and_attaches() -> None:
    def read_files(pattern: str) -> Iterator[LocalFile]:
        yield LocalFile(name=f"{pattern}.pdf", type="application/pdf", octets=b"%PDF")

    text = "reply: {text: Hi, subject: 'About {{ match.host }}', quote: true, attach: '{{ match.host }}'}"
    sent = mail(text, match={"host": "db1"}, around=context(read_files=read_files))
    answer = parse(sent.octets)
    assert sent.subject == "About db1"
    assert "> the disk of db1 is full." in answer.text
    assert names(sent.octets) == ["db1.pdf"]


def test_reply_goes_where_it_is_told() -> None:
    message = a_mail(Reply_To="desk@example.org", Return_Path="<path@example.org>")
    assert mail("reply: {text: x}", message).recipients == ("desk@example.org",)
    assert mail("reply: {text: x, to: from}", message).recipients == ("ann@mail.example.com",)
    assert mail("reply: {text: x, to: return_path}", message).recipients == ("path@example.org",)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto-Submitted": "auto-replied"}, "it is automatic (Auto-Submitted: auto-replied)"),
        ({"From": "ops@example.com"}, "ops@example.com is an address of our own"),
        ({"Precedence": "bulk"}, "it is bulk mail (Precedence: bulk)"),
        ({"X-Automailer-Loop": "this-one"}, "our own loop mark is in it"),
        ({"From": "a@x.example, b@x.example"}, "it has several From addresses and no Sender"),
    ],
)
def test_a_guard_s_reason_is_kept_and_the_message_need_not_stay(headers: dict[str, str], reason: str) -> None:
    plan = plan_of("reply: {text: x}", a_mail(**headers))  # type: ignore[arg-type]
    assert (plan.refused, plan.effects, plan.keeps) == (reason, (), False)


def test_values_that_rules_have_set_add_no_recipient() -> None:
    def error(to: str, value: str) -> str | None:
        return planned(f"forward: '{to}'", vars={"user": value}).error

    assert error("{{ vars.user }}@example.com", "bob") is None
    assert "is not the one address" in (error("{{ vars.user }}@example.com", "eve@evil.example, bob") or "")
    assert "is not the one address" in (error("{{ vars.user }}@example.com", "eve@evil.example (") or "")
    assert error("{{ vars.user }}, {{ vars.user }}", "a@example.com, b@example.com") is None


def test_limits_are_those_of_the_action_else_of_the_settings() -> None:
    around = context(replies=Answered(ann=NOW - timedelta(hours=3)))
    refused = plan_of("reply: {text: x}", around=around).refused
    assert refused is not None
    assert refused.endswith("once in 1d")
    assert plan_of("reply: {text: x, once_per: 2h}", around=around).refused is None
    full = context(replies=Answered(bob=NOW - timedelta(minutes=3)), max_per_hour=1)
    assert "max_per_hour" in (plan_of("reply: {text: x}", around=full).refused or "")


def test_send_makes_a_new_mail_with_the_files_of_the_original_but_its_pictures() -> None:
    message = a_page_with(("a.pdf", "application/pdf", "1"), ("inline:pic.png", "image/png", "2"))
    sent = mail("send: {to: a@example.com, text: 'Size {{ message.size }}', attachments: true}", message)
    assert (sent.kind, sent.subject) == ("send", "files")
    assert names(sent.octets) == ["a.pdf"]
    assert parse(sent.octets).text == f"Size {message.size}\n"
    chosen = mail("send: {to: a@example.com, text: x, attachments: ['*.png']}", message)
    assert names(chosen.octets) == ["pic.png"]


@pytest.mark.parametrize("mark", ["this-one", "THIS-ONE"])
def test_send_makes_nothing_of_what_we_made_ourselves(mark: str) -> None:
    plan = plan_of("send: {to: a@example.com, text: x}", a_mail(X_Automailer_Loop=mark))
    assert (plan.effects, plan.keeps) == ((), True)
    assert plan.refused == "our own loop mark is in it (X-Automailer-Loop: this-one)"


def test_send_carries_the_marks_of_other_installations_on() -> None:
    sent = parse(mail("send: {to: a@example.com, text: x}", a_mail(X_Automailer_Loop="another")).octets)
    assert sent.header_all("X-Automailer-Loop") == ("this-one", "another")


def test_a_file_to_attach_that_is_not_there_may_come_yet() -> None:
    found = planned("send: {to: a@example.com, text: x, attach: 'out/*.pdf'}")
    assert found.error == "rules.yaml:1:1: no file 'out/*.pdf' to attach"


@pytest.mark.parametrize(
    "hostile",
    ["x\r\nBcc: evil@evil.example", "x\nX-Evil: 1", "x\x00y\x1b[2J", "=?utf-8?q?x=0D=0ABcc:_evil=40x?="],
)
def test_no_value_adds_a_header_line(hostile: str) -> None:
    sent = mail("send: {to: a@example.com, text: x, subject: '{{ match.what }}'}", match={"what": hostile})
    message = parse(sent.octets)
    assert message.header("Bcc") is None
    assert message.header("X-Evil") is None
    assert len(message.header_all("Subject")) == 1


def test_a_value_is_never_a_template() -> None:
    sent = mail("send: {to: a@example.com, text: '{{ match.what }}'}", match={"what": "{{ 7 * 7 }}"})
    assert parse(sent.octets).text == "{{ 7 * 7 }}\n"


def test_a_template_that_breaks_is_told_with_file_and_line(tmp_path: Path) -> None:
    around = context(templates=templates(tmp_path))
    found = planned("send: {to: a@example.com, template: broken}", around=around)
    assert found.error == f"{tmp_path}/broken.txt.j2:2: 'match.nobody' is undefined"
    inline = planned("send: {to: a@example.com, text: '{{ match.nobody }}'}", around=around)
    assert inline.error == "rules.yaml:1:1: 'match.nobody' is undefined"


HEADER = a_mail(complete=False, size=200_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "forward: a@example.com",
        "forward: {to: a@example.com, as: attachment}",
        "redirect: a@example.com",
        "reply: {text: x, quote: true}",
        "reply: {text: 'You wrote {{ message.text }}'}",
        "send: {to: a@example.com, template: body}",
        "send: {to: a@example.com, text: x, attachments: true}",
        "save_attachments: in",
        "save_message: in",
        "tag: '{{ message.attachments | length }}'",
    ],
)
def test_what_needs_more_than_the_header_is_refused_and_keeps_the_message(text: str, tmp_path: Path) -> None:
    plan = plan_of(text, HEADER, around=context(templates=templates(tmp_path)))
    assert plan.refused == "larger than max_message_size: the message was not downloaded"
    assert plan.keeps
    assert plan.effects == ()


@pytest.mark.parametrize(
    "text",
    [
        "reply: {text: 'Too large: {{ message.subject }}'}",
        "send: {to: a@example.com, text: x}",
        "tag: large",
        "delete",
    ],
)
def test_what_the_header_is_enough_for_is_done(text: str) -> None:
    plan = plan_of(text, HEADER)
    assert plan.refused is None
    assert plan.effects


def test_what_was_done_before_is_not_planned_again() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        planned("tag: a", done=[("this rule", 0)])


def test_a_shadow_plans_and_says_so() -> None:
    found = planned("forward: a@example.com", mode=Mode.SHADOW)
    assert found.shadow
    document = found.document()
    assert document == {
        "rule": "this rule",
        "action": "forward",
        "to": ["a@example.com"],
        "subject": "Fwd: [CRIT] db1   is down",
        "as": "inline",
        "from": "Ops <ops@example.com>",
        "refused": "shadow mode",
    }


def test_the_recipients_of_one_action_are_bounded() -> None:
    many = ", ".join(f"p{number}@example.com" for number in range(1_001))
    assert "recipients" in (planned("forward: '{{ vars.team }}'", vars={"team": many}).error or "")


def test_an_international_domain_is_one_that_mail_goes_to() -> None:
    assert mail("redirect: bob@münchen.example").recipients == ("bob@münchen.example",)
