"""What a template may not do, and how it is told."""

from __future__ import annotations

import pytest

from automailer.errors import Place, TemplateError
from automailer.templating import check_text, compile_expression, render_text

NAMES = {"name": "Ann", "data": {"items": 3, "host": "db1"}, "numbers": [1, 2]}
WHERE = Place("rules/ops.yaml", 7, 3)


def test_a_text_is_rendered() -> None:
    assert render_text("Hello {{ name }}, {{ data.host }}", NAMES) == "Hello Ann, db1"


def test_a_value_is_never_template_source() -> None:
    hostile = {"subject": "{{ 7*7 }}{% for i in range(10**9) %}x{% endfor %}{{ ''.__class__ }}"}
    assert render_text("{{ subject }}", hostile) == hostile["subject"]


def test_a_key_goes_before_a_method_of_that_name() -> None:
    assert render_text("{{ data.items }}", NAMES) == "3"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ nope }}", "'nope' is undefined"),
        ("{{ data.nope }}", "has no attribute 'nope'"),
        ("{{ name.__class__ }}", "unsafe"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "unsafe"),
        ("{{ '{0.__class__}'.format(name) }}", "unsafe"),
        ("{{ numbers.append(3) }}", "unsafe"),
        ("{{ name|attr('__class__') }}", "unsafe"),
        ("{% for i in range(10**9) %}x{% endfor %}", "range()"),
        ("{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}", "range()"),
        ("{{ 'x' * 10**9 }}", "too large"),
        ("{{ [1] * 10**9 }}", "too large"),
        ("{{ 10 ** (10 ** 8) }}", "too large"),
        ("{% for i in range(10) %}{{ 'x' * 500000 }}{% endfor %}", "5000000 characters"),
        ("{{ 'x' * 1000000 }}", "too large"),
        ("{% for i in range(1000000) %}x{% endfor %}", "range()"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "calls itself"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ name + 1 }}", "can only concatenate"),
        ("{{ name|date }}", "strftime"),
        ("{% include 'x' %}", "no loader"),
        ("{{ 'abcdef' | truncate(2) }}", "expected length >= 3, got 2"),
        ("{{ cycler() }}", "at least one item has to be provided"),
    ],
)
def test_what_breaks_a_template_is_told_with_its_place(source: str, message: str) -> None:
    with pytest.raises(TemplateError, match=r"rules/ops\.yaml:7: ") as caught:
        render_text(source, NAMES, where=WHERE)
    assert message in caught.value.message
    assert caught.value.line == 7


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ message.subject", "unexpected end of template"),
        ("{% if match.host %}", "Unexpected end"),
        ("{{ message.subject|nofilter }}", "No filter named 'nofilter'"),
        ("{{ mesage.subject }}", "unknown name 'mesage' (did you mean 'message'?)"),
        ("{{ lipsum() }}", "unknown name 'lipsum'"),
    ],
)
def test_what_can_be_known_before_any_mail_comes_is_told(source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        check_text(source, where=WHERE)
    assert message in caught.value.message
    assert caught.value.file == "rules/ops.yaml"


def test_a_template_that_sets_its_own_names_is_right() -> None:
    check_text("{% set host = match.host %}{% for item in items %}{{ loop.index }} {{ host }}{% endfor %}")


def test_an_expression_gives_its_value() -> None:
    expression = compile_expression("match.host in vars.production and vars.level > 2")
    assert (
        expression.evaluate({"match": {"host": "db1"}, "vars": {"production": ["db1"], "level": 3}}) is True
    )


@pytest.mark.parametrize("source", ["match.host ==", "match.host }}", "", "unknown.name", "match | nofilter"])
def test_a_wrong_expression_is_refused_before_it_is_used(source: str) -> None:
    with pytest.raises(TemplateError, match=r"rules/ops\.yaml:7"):
        compile_expression(source, where=WHERE)


@pytest.mark.parametrize("source", ["match.host", "match.host == 'x'", "match.host.name"])
def test_an_undefined_name_in_an_expression_is_an_error(source: str) -> None:
    with pytest.raises(TemplateError, match="host"):
        compile_expression(source).evaluate({"match": {}})
