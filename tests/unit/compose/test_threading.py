"""Where an answer belongs."""

from __future__ import annotations

import pytest

from automailer.compose import forward_subject, make_message_id, reply_subject, threading
from automailer.message import Address, parse


def chain(*fields: str) -> tuple[str, tuple[str, ...]]:
    return threading(parse("\r\n".join([*fields, "", ""]).encode()))


def test_an_answer_refers_to_its_parent() -> None:
    assert chain("Message-ID: <1@a>") == ("<1@a>", ("<1@a>",))


def test_an_answer_goes_on_with_the_parents_references() -> None:
    fields = ("Message-ID: <3@a>", "References: <1@a>\r\n <2@a>", "In-Reply-To: <2@a>")
    assert chain(*fields) == ("<3@a>", ("<1@a>", "<2@a>", "<3@a>"))


def test_in_reply_to_stands_in_for_missing_references_when_it_is_one() -> None:
    assert chain("Message-ID: <3@a>", "In-Reply-To: <2@a>") == ("<3@a>", ("<2@a>", "<3@a>"))
    assert chain("Message-ID: <3@a>", "In-Reply-To: <1@a> <2@a>") == ("<3@a>", ("<3@a>",))


def test_without_a_message_id_only_the_references_go_on() -> None:
    assert chain("References: <1@a>") == ("", ("<1@a>",))
    assert chain("Subject: x") == ("", ())


def test_a_long_thread_keeps_its_start_and_its_end() -> None:
    references = " ".join(f"<{n}@a>" for n in range(500))
    parent, kept = chain("Message-ID: <last@a>", f"References: {references}")
    assert len(kept) == 20
    assert kept[0] == "<0@a>"
    assert kept[-2:] == ("<499@a>", "<last@a>")
    assert parent == "<last@a>"


@pytest.mark.parametrize(
    "value",
    [
        "<[",
        "<a@b\r\n\tc>",
        "<a b@c>",
        "no brackets@x",
        "<a@b@c>",
        "<" + "a" * 600 + "@x>",
        "<ü@x>",
        "=?utf-8?q?=3Ca=0D=0A@b=3E?=",
    ],
)
def test_a_broken_message_id_is_as_good_as_none(value: str) -> None:
    assert chain(f"Message-ID: {value}") == ("", ())


@pytest.mark.parametrize(
    ("subject", "reply", "forward"),
    [
        ("Hello", "Re: Hello", "Fwd: Hello"),
        ("Re: Hello", "Re: Hello", "Fwd: Re: Hello"),
        ("RE: re[2]: AW: Hello", "Re: Hello", "Fwd: RE: re[2]: AW: Hello"),
        ("回复：你好", "Re: 你好", "Fwd: 回复：你好"),
        ("Fwd: FW: Hello", "Re: Fwd: FW: Hello", "Fwd: Hello"),
        ("Report: all well", "Re: Report: all well", "Fwd: Report: all well"),
        ("Reply", "Re: Reply", "Fwd: Reply"),
        ("", "Re:", "Fwd:"),
        ("Re:", "Re:", "Fwd: Re:"),
    ],
)
def test_a_prefix_stands_once(subject: str, reply: str, forward: str) -> None:
    assert reply_subject(subject) == reply
    assert forward_subject(subject) == forward


def test_a_message_id_is_ascii_whatever_the_senders_domain() -> None:
    assert make_message_id("1", Address("", "ops@münchen.example")) == "<1@xn--mnchen-3ya.example>"
    assert make_message_id("1", Address("", "ops@[192.0.2.1]")) == "<1@192.0.2.1>"
