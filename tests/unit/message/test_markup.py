"""HTML as text: whatever a stranger writes, it grows to nothing."""

from __future__ import annotations

import pytest

from automailer.message.markup import text_of, words_of


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (f"<p>a&#{'1' * 5_000};b", "a\ufffdb"),
        (f"<p>a&#{'0' * 5_000}65;b", "aAb"),
        (f"<p>a&#x{'f' * 5_000};b", "a\ufffdb"),
        ("<p>&#65;&#0000066;&#x43;&#8364;", "ABC€"),
    ],
)
def test_a_character_may_be_a_number_of_thousands_of_digits(source: str, text: str) -> None:
    assert words_of(source) == text


def test_a_text_with_a_number_of_thousands_of_digits_is_read() -> None:
    assert text_of(f"<p>a&#{'1' * 5_000};b").startswith("a")


@pytest.mark.parametrize(
    "style", ["padding-left: 9999em", "padd&#105;ng-left:9999em", "color:red;;PADDING-left:9999em"]
)
def test_no_style_moves_a_line(style: str) -> None:
    assert text_of(f'<p style="{style}">words</p><p>more</p>') == "words\n\nmore"


def test_a_style_that_hides_or_keeps_lines_counts() -> None:
    assert text_of('<p>seen<span style="display:none">hidden</span></p>') == "seen"
    assert text_of('<div style="white-space:pre-wrap">a\nb</div>').split() == ["a", "b"]
    assert "a\n" in text_of('<div style="white-space:pre-wrap">a\nb</div>')


CELLS = "<td>" * 4_000


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"<table><tr>{CELLS}<td>{'<br>' * 4_000}", id="a row of many cells and lines"),
        pytest.param(f"<table><tr>{CELLS}{'<tr><td>' * 4_000}", id="one wide row"),
        pytest.param(f"<table><tr>{CELLS}<td><pre>{chr(10) * 4_000}</pre>", id="lines in pre"),
        pytest.param(
            f'<table><tr>{CELLS}<td style="white-&#115;pace:pre">{chr(10) * 4_000}',
            id="lines in a hidden style",
        ),
        pytest.param(
            f"{'</table>' * 4_000}{'<table><tr><td>a' * 4_000}", id="tables closed before they open"
        ),
        pytest.param(f"<!--{'</table>' * 99}-->{'<table><tr><td>a' * 99}", id="tables closed in a comment"),
    ],
)
def test_what_would_grow_is_not_laid_out(source: str) -> None:
    assert text_of(source) == words_of(source)


def test_a_table_beside_a_comment_is_laid_out() -> None:
    source = "<!-- a --><table><tr><td>name<td>value<tr><td>a<td>1</table><?pi b?>"
    assert text_of(source) == "name  value\na     1"
