"""Text that a program broke into lines is one again (RFC 3676)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import parse
from automailer.message.flowed import unflowed


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("one \ntwo \nthree\nfour", "one two three\nfour", id="a paragraph"),
        pytest.param("> one \n> two\nthree", "> one two\nthree", id="quoted"),
        pytest.param(">> one \n> two", ">> one \n> two", id="depths are kept apart (4.5)"),
        pytest.param(">>one \n>> two", ">> one two", id="with a blank or without"),
        pytest.param(" > not a quote", "> not a quote", id="stuffed"),
        pytest.param(" From here \n to there", "From here to there", id="stuffed lines flow"),
        pytest.param("Bye \n-- \nJane \nDoe", "Bye \n-- \nJane Doe", id="a signature does not flow (4.3)"),
        pytest.param("> words \n> -- \n> Jane", "> words \n> -- \n> Jane", id="nor does a quoted one"),
        pytest.param("one \n\ntwo", "one \ntwo", id="an empty line ends a paragraph"),
        pytest.param(">\n> a", ">\n> a", id="an empty quote"),
        pytest.param("open ", "open ", id="the end"),
    ],
)
def test_lines_flow_where_they_end_with_a_blank(raw: str, text: str) -> None:
    assert unflowed(raw) == text


def test_the_blank_goes_when_delsp_says_so() -> None:
    assert unflowed("日本 \n語", joins_words=True) == "日本語"
    assert unflowed("one  \ntwo", joins_words=True) == "one two"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/plain; format=flowed", "one two\n"),
        ('text/plain; charset=utf-8; Format="Flowed"; DelSp=Yes', "onetwo\n"),
        ("text/plain; format=fixed", "one \ntwo\n"),
        ("text/plain", "one \ntwo\n"),
    ],
)
def test_the_type_says_that_text_flows(kind: str, text: str) -> None:
    message = parse(f"Content-Type: {kind}\r\n\r\none \r\ntwo\r\n".encode())
    assert message.text == text


def test_quotes_of_flowed_text_are_no_part_of_the_reply() -> None:
    raw = b"Content-Type: text/plain; format=flowed\r\n\r\n> What do you \r\n> say?\r\nYes, we \r\ncan.\r\n-- \r\nJ\r\n"
    message = parse(raw)
    assert message.text == "> What do you say?\nYes, we can.\n-- \nJ\n"
    assert message.reply_text == "Yes, we can."


def flowed(paragraphs: list[tuple[int, str]], width: int, *, delsp: bool) -> str:
    """RFC 3676 4.2, written down as it stands there: broken at blanks (anywhere with DelSp), stuffed, quoted."""
    lines = []
    for depth, paragraph in paragraphs:
        left = paragraph
        while len(left) > width and (at := width if delsp else left.find(" ", width) + 1):
            lines.append((depth, left[:at] + (" " if delsp else "")))
            left = left[at:]
        lines.append((depth, left))
    return "\n".join(
        ">" * depth + (" " if depth or line[:1] in (" ", ">", "F") else "") + line for depth, line in lines
    )


WORDS = st.text("abF> é", max_size=60).map(str.rstrip)


@given(st.lists(st.tuples(st.integers(0, 3), WORDS)), st.integers(5, 30), st.booleans())
def test_what_flowed_is_one_again(paragraphs: list[tuple[int, str]], width: int, delsp: bool) -> None:
    shown = [
        f"{'>' * depth} {words}" if depth and words else ">" * depth + words for depth, words in paragraphs
    ]
    assert unflowed(flowed(paragraphs, width, delsp=delsp), joins_words=delsp) == "\n".join(shown)


@given(st.text("> -a\n"))
def test_any_text_flows_without_loss(text: str) -> None:
    assert unflowed(text).replace(" ", "").replace("\n", "").replace(">", "") == "".join(
        c for c in text if c not in " \n>"
    )
