"""A stranger's HTML on its way to somebody who trusts us."""

from __future__ import annotations

import pytest

from automailer.compose.original import clean_html


@pytest.mark.parametrize(
    ("style", "left"),
    [
        ("color: red", "color: red"),
        ("position:fixed;color:red", "color:red"),
        ("COLOR:RED; POSITION : FIXED", "COLOR:RED"),
        ("/**/position/**/:fixed;color:red", "color:red"),
        ("pos\\69tion:fixed;color:red", "color:red"),
        ("color:red;z-index:9;content:'a'", "color:red"),
        ("background:url(data:image/png;base64,AA==)", "background:url(data:image/png;base64,AA==)"),
        ("color:red/* never closed;position:fixed", "color:red"),
    ],
)
def test_a_style_can_not_cover_what_we_wrote_above(style: str, left: str) -> None:
    assert clean_html(f'<p style="{style}">x</p>') == f'<p style="{left}">x</p>'


@pytest.mark.parametrize("style", ["position:fixed", "/* */"])
def test_a_style_of_which_nothing_is_left_goes(style: str) -> None:
    assert clean_html(f'<p style="{style}">x</p>') == "<p>x</p>"


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('<a href="data:text/html,x">y</a>', '<a rel="noopener noreferrer">y</a>'),
        ('<a href=" da&#9;ta:text/html,x">y</a>', '<a rel="noopener noreferrer">y</a>'),
        ('<a href="javascript:x">y</a>', '<a rel="noopener noreferrer">y</a>'),
        ('<img src="data:image/png;base64,AA==">', '<img src="data:image/png;base64,AA==">'),
        ('<img src="file:///etc/passwd">', "<img>"),
        ('<link rel="stylesheet" href="file:///etc/passwd"><b>x</b>', "<b>x</b>"),
        ('<meta http-equiv="refresh" content="0;url=http://x"><b>x</b>', "<b>x</b>"),
    ],
)
def test_an_address_leads_to_no_page_of_the_mails_own_making(source: str, left: str) -> None:
    assert clean_html(source) == left


@pytest.mark.parametrize(
    ("background", "kept"), [("http://x.example/a.png", True), ("cid:a", True), ("file:///etc/passwd", False)]
)
def test_a_background_is_a_picture_from_the_net_or_the_mail(background: str, kept: bool) -> None:
    source = f'<table background="{background}"></table>'
    assert ("background" in clean_html(source)) is kept
