"""What a template reads, sets and includes, as far as that can be told before any mail comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from automailer.templating import Templates, expression_usage, text_usage


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("{{ match.host }}", ["match.host 1:4"]),
        ("{{ match['host'] }} and\n  {{ match.host }}", ["match.host 1:4"]),
        ("one\n{% if match.a %}{{ vars.b|upper }}{% endif %}", ["match.a 2:7", "vars.b 2:20"]),
        ("{{ message.from.address }}", ["message.from.address 1:4", "message.from 1:4"]),
        ("{{ rematch.host }}{{ match.host }}", ["match.host 1:22", "rematch.host 1:4"]),
        ("{{ match\n  .host }}", ["match.host 2:1"]),
        ("{{ match.a is defined }}{{ match.a }}", []),
        ("{{ match.a | default('') }}", []),
        ("{{ (message.x | d('')).y }}", []),
        ("{% if vars.a is defined %}{{ vars.a.b }}{% endif %}", []),
        ("{{ match[vars.key] }}", ["vars.key 1:10"]),
        ("{% for match in message.to %}{{ match.address }}{% endfor %}", ["message.to 1:17"]),
        ("{% raw %}{{ match.a }}{% endraw %}{# {{ match.b }} #}", []),
    ],
)
def test_dotted_names_are_found_with_their_places(source: str, reads: list[str]) -> None:
    found = [f"{each} {each.line}:{each.column}" for each in text_usage(source).reads]
    assert sorted(found) == sorted(reads)


def test_what_a_template_sets_itself_is_told() -> None:
    source = (
        "{% set message = 1 %}{% macro m(rule) %}{% endmacro %}{% for now in (1,) %}{{ now }}{% endfor %}"
    )
    assert {str(each) for each in text_usage(source).sets} == {"message", "rule", "now"}


def test_an_expression_is_analysed_too() -> None:
    assert [str(each) for each in expression_usage("match.host in vars.hosts").reads] == [
        "match.host",
        "vars.hosts",
    ]


def test_files_that_a_template_includes_are_followed(tmp_path: Path) -> None:
    for name, text in {
        "ack.txt.j2": "{% include 'footer.txt.j2' %}{% import 'none.j2' as other %}",
        "footer.txt.j2": "{{ vars.desk }}{% include 'ack.txt.j2' %}{% include ['a', 'b'] ignore missing %}",
        "broken.txt.j2": "{{",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    templates = Templates([tmp_path])
    usages = templates.usages("ack")
    assert [path.name for path in usages] == ["ack.txt.j2", "footer.txt.j2"]
    assert [str(read) for usage in usages.values() for read in usage.reads] == ["vars.desk"]
    assert templates.has_file("footer.txt.j2")
    assert not templates.has_file("none.j2")
    assert templates.usages("broken") == {}


def test_files_that_another_folder_hides_are_told(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for path in (mine / "ack.txt.j2", theirs / "ack.html.j2", theirs / "note.txt.j2"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")
    templates = Templates([mine, theirs])
    assert templates.files("ack") == (mine / "ack.txt.j2",)
    assert templates.hidden("ack") == (theirs / "ack.html.j2",)
    assert templates.hidden("note") == templates.hidden("none") == ()
    assert Templates([mine, mine]).hidden("ack") == ()
