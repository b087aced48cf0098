"""Templates in files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from automailer.errors import TemplateError
from automailer.templating import Templates

PNG = b"\x89PNG\r\n\x1a\n"
HOSTILE = (
    "<script>alert(1)</script> [x](javascript:alert(1)) ![p](http://evil.example/x.png) *b* `c` & {{ 7*7 }}"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t" / "images").mkdir(parents=True)
    (tmp_path / "t" / "images" / "my logo.png").write_bytes(PNG)
    (tmp_path / "t" / "chart.png").write_bytes(PNG + b"chart")
    (tmp_path / "t" / "runbook.pdf").write_bytes(b"%PDF")
    (tmp_path / "secret.png").write_bytes(b"secret")
    return tmp_path / "t"


def write(folder: Path, **templates: str) -> Templates:
    for name, source in templates.items():
        stem, _, kind = name.rpartition("_")
        (folder / f"{stem}.{kind}.j2").write_text(source, encoding="utf-8")
    return Templates([folder])


def test_text_and_html_are_both_sent(folder: Path) -> None:
    rendered = write(folder, ack_txt="Hi {{ name }}", ack_html="<p>Hi {{ name }}</p>").render(
        "ack", {"name": "A & B"}
    )
    assert (rendered.text, rendered.html) == ("Hi A & B", "<p>Hi A &amp; B</p>")


def test_html_alone_gets_a_text_version(folder: Path) -> None:
    source = '<h1>Hi</h1><p>See <a href="https://a.example/x">the page</a>.</p><ul><li>one</li></ul>'
    rendered = write(folder, ack_html=source).render("ack", {})
    assert rendered.text is not None
    assert "Hi" in rendered.text
    assert "the page" in rendered.text
    assert "https://a.example/x" in rendered.text
    assert "<" not in rendered.text


def test_text_alone_has_no_html(folder: Path) -> None:
    assert write(folder, ack_txt="Hi").render("ack", {}).html is None


def test_markdown_gives_both(folder: Path) -> None:
    rendered = write(folder, ack_md="# Hi {{ name }}\n\n- one\n").render("ack", {"name": "Ann"})
    assert rendered.text == "# Hi Ann\n\n- one\n"
    assert rendered.html is not None
    assert "<h1>Hi Ann</h1>" in rendered.html
    assert "<li>one</li>" in rendered.html


@pytest.mark.parametrize("kind", ["html", "md"])
@pytest.mark.parametrize(
    "source",
    [
        "{{ value }}",
        "> {{ value }}",
        "- {{ value }}\n",
        "`{{ value }}`",
        "```\n{{ value }}\n```",
        "{% macro m(v) %}**{{ v }}**{% endmacro %}{{ m(value) }}",
        "{% set v %}{{ value }}{% endset %}{{ v }}",
        "{{ [[value]] | table }}",
        "{{ value | quote }}",
        "{{ value ~ value }}",
        "{{ ('<b>' ~ value) }}",
    ],
)
def test_a_mails_text_never_becomes_markup(folder: Path, kind: str, source: str) -> None:
    rendered = write(folder, **{f"ack_{kind}": source}).render("ack", {"value": HOSTILE})
    assert rendered.html is not None
    assert "<script" not in rendered.html
    assert "<img" not in rendered.html
    assert "<a" not in rendered.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in rendered.html
    assert "{{ 7*7 }}" in rendered.html
    assert rendered.text is not None
    if "`" not in source:
        assert "<script>alert(1)</script>" in rendered.text


def test_a_value_is_part_of_a_link_of_the_template_and_no_more(folder: Path) -> None:
    templates = write(folder, ack_md="[open](https://a.example/{{ value }}) [x]({{ scheme }})")
    page = templates.render("ack", {"value": "a_b?c=1&d=*", "scheme": "javascript:alert(1)"}).html
    assert page is not None
    assert '<a href="https://a.example/a_b?c=1&amp;d=*">open</a>' in page
    assert 'href="javascript' not in page


def test_a_subject_is_read_from_the_template_as_plain_text(folder: Path) -> None:
    source = "{% set subject %}\n  Re: {{ value }}\r\n Bcc: x\n{% endset %}\nHi"
    for kind in ("txt", "html", "md"):
        rendered = write(folder, **{f"s{kind}_{kind}": source}).render(f"s{kind}", {"value": "A & *B* <c>"})
        assert rendered.subject == "Re: A & *B* <c> Bcc: x"
    assert write(folder, plain_txt="Hi").render("plain", {}).subject is None
    assert write(folder, plain_txt="{% set subject = 'A & B' %}Hi").render("plain", {}).subject == "A & B"


def test_a_child_template_sets_the_subject_too(folder: Path) -> None:
    source = (
        "{% extends 'base.html.j2' %}{% set subject %}S{% endset %}{% block body %}{{ value }}{% endblock %}"
    )
    templates = write(folder, base_html="<p>{% block body %}{% endblock %}</p>", ack_html=source)
    rendered = templates.render("ack", {"value": "<b>"})
    assert (rendered.subject, rendered.html) == ("S", "<p>&lt;b&gt;</p>")


def test_css_is_inlined_and_nothing_is_fetched(folder: Path) -> None:
    links = '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"><link rel="stylesheet" href="secret.css">'
    (folder / "secret.css").write_text("p { background: blue }")
    source = f"<html><head>{links}<style>p {{ color: red }}</style></head><body><p>Hi</p></body></html>"
    page = write(folder, ack_html=source).render("ack", {}).html
    assert page is not None
    assert "color: red" in page.partition("<body>")[2]
    assert "blue" not in page


def test_pictures_travel_with_the_mail_each_once(folder: Path) -> None:
    source = (
        '<img alt="a > b" src="images/my%20logo.png"><img src=images/my&#32;logo.png alt=x>'
        "<IMG alt='src=\"x.png\"' SRC='images/my logo.png'>"
        '{{ inline("chart.png") }}<img src="{{ inline("chart.png") }}">'
        '<p style="background: url({{ inline("chart.png") }})">'
        '<img src="https://a.example/x.png"><img src="cid:x"><img src="data:image/png;base64,xx"><img src="//h/x"><img>'
    )
    rendered = write(folder, ack_html=source).render("ack", {})
    assert rendered.html is not None
    assert sorted(picture.name for picture in rendered.pictures) == ["chart.png", "my logo.png"]
    chart, logo = sorted(rendered.pictures, key=lambda picture: picture.name)
    assert rendered.html.count(f'"cid:{logo.content_id}"') == 3
    assert (
        f'<img src="cid:{chart.content_id}" alt="chart.png"><img src="cid:{chart.content_id}">'
        in rendered.html
    )
    assert f"url(cid:{chart.content_id})" in rendered.html
    assert "https://a.example/x.png" in rendered.html
    assert (chart.type, chart.octets) == ("image/png", PNG + b"chart")


def test_a_markdown_template_shows_pictures_too(folder: Path) -> None:
    source = '![Logo](<images/my logo.png>) ![C]({{ inline("chart.png") }}) {{ inline("chart.png") }}'
    rendered = write(folder, ack_md=source).render("ack", {})
    assert rendered.html is not None
    assert rendered.html.count('src="cid:') == 3
    assert len(rendered.pictures) == 2
    assert rendered.text == "Logo C chart.png\n"


def test_a_template_attaches_files(folder: Path) -> None:
    source = 'See it.{{ attach("runbook.pdf") }}{{ attach("runbook.pdf") }}'
    rendered = write(folder, ack_txt=source, ack_html=source).render("ack", {})
    assert rendered.text == "See it."
    (file,) = rendered.attachments
    assert (file.name, file.type, file.octets) == ("runbook.pdf", "application/pdf", b"%PDF")


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png",
        "images/../../secret.png",
        "{root}/secret.png",
        "link.png",
        "nope.png",
        "images",
        "a\\0b",
    ],
)
@pytest.mark.parametrize("use", ['{{{{ inline("{}") }}}}', '{{{{ attach("{}") }}}}', '<img src="{}">'])
def test_files_outside_the_templates_folders_stay_there(folder: Path, name: str, use: str) -> None:
    os.symlink(folder.parent / "secret.png", folder / "link.png")
    with pytest.raises(TemplateError) as caught:
        write(folder, ack_html=use.format(name)).render("ack", {})
    assert str(caught.value).startswith(str(folder / "ack.html.j2"))


@pytest.mark.parametrize("function", ["inline", "attach"])
def test_an_absolute_name_is_outside_too(folder: Path, function: str) -> None:
    templates = write(folder, ack_html=f"{{{{ {function}({str(folder.parent / 'secret.png')!r}) }}}}")
    with pytest.raises(TemplateError, match="outside the templates folders"):
        templates.render("ack", {})


def test_only_pictures_are_shown_inline(folder: Path) -> None:
    with pytest.raises(TemplateError, match="no picture"):
        write(folder, ack_html='{{ inline("runbook.pdf") }}').render("ack", {})


def test_an_error_names_the_templates_own_file_and_line(folder: Path) -> None:
    templates = write(
        folder,
        outer_txt="line 1\n{% include 'inner.txt.j2' %}",
        inner_txt="line 1\nline 2\n{{ match.host }}",
        syntax_txt="line 1\n{% if %}",
        missing_txt="\n\n{% include 'nope.txt.j2' %}",
        up_txt="{% include '../secret.png' %}",
    )
    for name, expected in {
        "outer": "inner.txt.j2:3: 'dict object' has no attribute 'host'",
        "syntax": "syntax.txt.j2:2: Expected an expression",
        "missing": "missing.txt.j2:3: no template 'nope.txt.j2'",
        "up": "up.txt.j2:1: no template '../secret.png'",
        "nothing": "no template 'nothing'",
        "../t/syntax": "no template '../t/syntax'",
    }.items():
        with pytest.raises(TemplateError) as caught:
            templates.render(name, {"match": {}})
        assert expected in str(caught.value)


def test_the_first_folder_that_has_a_template_has_all_its_kinds(folder: Path, tmp_path: Path) -> None:
    write(folder, ack_txt="base", ack_html="<p>base</p>", other_txt="other")
    mine = tmp_path / "mine"
    mine.mkdir()
    write(mine, ack_txt="mine")
    templates = Templates([mine, folder])
    assert templates.render("ack", {}).text == "mine"
    assert templates.render("ack", {}).html is None
    assert templates.render("other", {}).text == "other"
    assert templates.exists("ack")
    assert not templates.exists("nope")
    assert not templates.exists("../t/ack")


def test_check_tells_everything_before_any_mail_comes(folder: Path) -> None:
    templates = write(
        folder,
        good_html='{% set subject %}x{% endset %}<img src="images/my logo.png">{{ message.subject }}{{ attach("x") }}',
        bad_html='<p>\n{{ mesage.subject }}\n<img src="nope.png">\n{{ mtch.host }}',
        worse_txt="\n{{ x | nofilter }}",
    )
    assert templates.check("good") == ()
    problems = [str(problem).removeprefix(str(folder)) for problem in templates.check("bad")]
    assert problems == [
        "/bad.html.j2:2:1: unknown name 'mesage' (did you mean 'message'?)",
        "/bad.html.j2:4:1: unknown name 'mtch' (did you mean 'match'?)",
        "/bad.html.j2:3:1: no file 'nope.png' in the templates folders",
    ]
    assert [str(problem).rpartition("/")[2] for problem in templates.check("worse")] == [
        "worse.txt.j2:2:1: No filter named 'nofilter'."
    ]


def test_a_page_full_of_open_tags_is_read_in_no_time(folder: Path) -> None:
    templates = write(folder, ack_html="{{ value | safe }}")
    for hostile in ('<img src="' * 90_000, "<img " * 150_000, "<img a='" * 100_000, "<" * 900_000):
        assert templates.render("ack", {"value": hostile}).pictures == ()


def test_a_page_too_deep_to_be_styled_keeps_its_styles(folder: Path) -> None:
    templates = write(folder, ack_html="<style>p {color: red}</style>{{ value | safe }}")
    assert "<style>" in str(templates.render("ack", {"value": "<!-- " + "<div>" * 50_000}).html)
