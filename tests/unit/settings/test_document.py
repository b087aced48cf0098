"""YAML as data with places: what plain words mean, what is refused, where things stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from automailer.errors import ConfigError, Place
from automailer.settings import dotted, nearest, parse_document, read_document


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("42", 42),
        ("-7", -7),
        ("0", 0),
        ("007", "007"),
        ("+49", "+49"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("22:00", "22:00"),
        ("2026-12-24", "2026-12-24"),
        ("2026-12-24T10:00:00Z", "2026-12-24T10:00:00Z"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".inf", ".inf"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ('"42"', "42"),
        ("'true'", "true"),
        ("9" * 30, "9" * 30),
    ],
)
def test_a_plain_word_means_what_yaml_1_2_says_and_loses_nothing(word: str, value: object) -> None:
    found = parse_document(f"key: {word}\n", "a.yaml").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse_document("{no: 1, 5: 2, true: 3, ~: 4}", "a.yaml").data == {
        "no": 1,
        "5": 2,
        "true": 3,
        "~": 4,
    }


TEXT = """\
# a comment
mailboxes:
  öps: {host: "pöp", rules: [a, b]}   # behind a wide word
  sales:
    host: x
"""


def test_places_count_lines_and_characters_from_one() -> None:
    document = parse_document(TEXT, "a.yaml")
    assert str(document.place(("mailboxes",), key=True)) == "a.yaml:2:1"
    assert str(document.place(("mailboxes", "öps"), key=True)) == "a.yaml:3:3"
    assert str(document.place(("mailboxes", "öps", "host"))) == "a.yaml:3:15"
    assert str(document.place(("mailboxes", "öps", "rules", 1))) == "a.yaml:3:33"
    assert str(document.place(("mailboxes", "sales", "host"), key=True)) == "a.yaml:5:5"


def test_the_place_of_what_is_missing_is_that_of_the_part_it_is_missing_from() -> None:
    document = parse_document(TEXT, "a.yaml")
    assert str(document.place(("mailboxes", "sales", "port"))) == "a.yaml:4:3"


def test_a_problem_shows_its_line_with_the_place_marked() -> None:
    problem = parse_document(TEXT, "a.yaml").problem(("mailboxes", "sales", "host"), "is wrong", hint="y")
    assert str(problem) == (
        "a.yaml:5:11: mailboxes.sales.host: is wrong (did you mean 'y'?)\n        host: x\n              ^"
    )


def test_an_anchor_may_be_used_again_and_merged() -> None:
    text = "a: &base {host: x, port: 1}\nb: {<<: *base, port: 2}\nc: *base\nd: {<<: [*base, {z: 3}]}\n"
    data = parse_document(text, "a.yaml").data
    assert data["b"] == {"host": "x", "port": 2}
    assert data["c"] == {"host": "x", "port": 1}
    assert data["d"] == {"host": "x", "port": 1, "z": 3}


def test_a_merged_value_has_the_place_where_it_is_written() -> None:
    document = parse_document("a: &base {host: x}\nb: {<<: *base}\n", "a.yaml")
    assert str(document.place(("b", "host"))) == "a.yaml:1:17"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1: a: is there twice, first on line 1"),
        ("a: {b: 1, b: 2}\n", "1:11: a.b: is there twice"),
        ("a: !!int 5\n", "1:4: a: YAML tags are not allowed"),
        ("!tag a: 5\n", "1:1: YAML tags are not allowed"),
        ("a: *b\n", "1:4: a: no such anchor"),
        ("a:\n\t- x\n", "2:1: a tab can't stand here"),
        ("a: {{ x }} y\n", "1:5: a: a key must be text: put a value that begins with {{ in quotes"),
        ("? [a]\n: b\n", "1:3: a key must be text"),
        ("a: b: c\n", "1:5: a colon and a space can't stand inside plain text"),
        ("a: @b\n", "1:4: a value can't begin with this character"),
        ("a: *@example.com\n", "1:5: a value that begins with * or & has to stand in quotes"),
        ('a: "\\[b"\n', "1:5: a backslash has a meaning of its own in double quotes"),
        ("a: [b] c\n", "1:8: nothing can follow on ], } or a quote"),
        ("a: {b: [c] d}\n", "1:12: nothing can follow on ], } or a quote"),
        ("a: 'b' c\n", "1:8: nothing can follow on ], } or a quote"),
        ("a: {b: c\nd: e\n", "1:4: the bracket that opens here is never closed"),
        ("a: 'x\n", "1:4: the quote that opens here is never closed"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document begins here"),
        ("a: [1, 2\n", "1:4: the bracket that opens here is never closed"),
        ("- a\nb: c\n", "2:1: is not YAML: "),
        ("<<: 5\n", "1:5: <<: expected a mapping to take keys from"),
        ('"": x\n', "1:1: a key is missing before the colon"),
        ("a: \x00\n", r"1:4: holds the character '\x00'"),
        ("a: \ud800\n", r"1:4: holds the character '\ud800'"),
        ("[" * 100, "is nested more than 50 deep"),
        ("a: &a\n  b: *a\n", "2:6: a.b: holds itself"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_at_its_place(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_document(text, "a.yaml")
    assert message in str(caught.value)


def test_every_duplicate_and_tag_is_told_in_one_run() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_document("a: 1\na: 2\nb: !x 3\nb: 4\n", "a.yaml")
    assert [problem.place.line for problem in caught.value.problems] == [2, 3, 4]


def test_aliases_that_would_grow_without_end_are_refused() -> None:
    lines = ["a0: &a0 x", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10))]
    with pytest.raises(ConfigError, match="holds more than 200000 values"):
        parse_document("\n".join(lines), "a.yaml")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_document(file).data == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"\xff\xfea\x00", "1:1: is written in UTF-16"),
        (b"a: 1\nb: \xe4\n", "2:4: is not UTF-8"),
        (b"#" * 2_000_001, "is larger than 2000000 octets"),
    ],
    ids=["utf-16", "latin-1", "huge"],
)
def test_a_file_that_is_no_utf_8_text_of_reasonable_size_is_refused(
    tmp_path: Path, octets: bytes, message: str
) -> None:
    (tmp_path / "a.yaml").write_bytes(octets)
    with pytest.raises(ConfigError) as caught:
        read_document(tmp_path / "a.yaml")
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_a_problem_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml:1:1: can't be read: No such file"):
        read_document(tmp_path / "none.yaml")


def test_files_below_the_working_folder_are_shown_as_short_as_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text("a: 1\n")
    assert read_document(tmp_path / "rules" / "a.yaml").name == "rules/a.yaml"


def test_the_nearest_word_is_found_letter_case_aside() -> None:
    assert nearest("Hots", ["host", "port"]) == "host"
    assert nearest("PORT", ["host", "port"]) == "port"
    assert nearest("zzz", ["host", "port"]) == ""


def test_a_path_is_written_as_people_write_it() -> None:
    assert dotted(("mailboxes", "ops", "rules", 0)) == "mailboxes.ops.rules[0]"
    assert dotted(()) == ""


# PyYAML writes NEL unescaped, and itself reads a line break there.
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x85"), max_size=20)
_SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _TEXTS
_DATA = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcé ", min_size=1), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(_DATA)
def test_what_a_yaml_writer_wrote_is_read_back(data: Any) -> None:
    assert parse_document(yaml.safe_dump(data, allow_unicode=True), "a.yaml").data == data


@given(st.text(alphabet="ab:{}[]-&*!|>'\"#%@`,? \n\t<~1.\x00\ufeff", max_size=60))
def test_any_text_is_read_or_refused_and_never_breaks_the_reader(text: str) -> None:
    try:
        parse_document(text, "a.yaml").place(("a", 0, "b"))
    except ConfigError as exc:
        places = [problem.place for problem in exc.problems]
    else:
        places = [Place("a.yaml", 1, 1)]
    assert places
    assert all(place.line >= 1 and place.column >= 1 for place in places)
