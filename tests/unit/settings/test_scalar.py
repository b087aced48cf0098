"""Where a character stands in YAML, however the text that it belongs to is written."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from automailer.settings import parse_document

STYLES = ["", "'", '"', "|", ">"]
TEXTS = st.text(st.sampled_from("aé发'\"\\#:{}|>- \n\t\u2028\U0001f600x"), min_size=1, max_size=60).map(
    lambda text: f"{text}!"
)


@given(TEXTS, st.sampled_from(STYLES), st.sampled_from([20, 80]))
def test_the_last_character_is_found_in_every_style(text: str, style: str, width: int) -> None:
    written = yaml.dump({"a": {"b": text}}, default_style=style or None, allow_unicode=True, width=width)
    document = parse_document(written, "x.yaml")
    assert document.data == {"a": {"b": text}}
    place = document.problem(("a", "b"), "", offset=len(text) - 1).place
    assert document.lines[place.line - 1][place.column - 1] == "!"


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("a: one two!", 1, 11),
        ("a: 'it''s!'", 1, 10),
        ('a: "\\x41\\u00e9\\U0001F600\\n\\x20!"', 1, 31),
        ("a: |2- # two\n    one\n\n  two!", 4, 6),
        ("a: >-\n  one\n  two!", 3, 6),
        ('a: "one\\\n  two!"', 2, 6),
        ("a: one\n  two!", 2, 6),
    ],
)
def test_a_spot_is_found_where_it_is_written(written: str, line: int, column: int) -> None:
    document = parse_document(written, "x.yaml")
    place = document.problem(("a",), "", offset=document.data["a"].index("!")).place
    assert (place.line, place.column) == (line, column)


def test_a_spot_behind_the_end_is_its_start() -> None:
    assert parse_document("a: b", "x.yaml").problem(("a",), "", offset=9).place.column == 4
