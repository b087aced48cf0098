"""The picture of the README shows what the demo prints, and fetches nothing."""

from __future__ import annotations

from docs.picture import COMMAND, LINES, PICTURE, drawn


def test_the_picture_shows_the_command_and_the_first_lines() -> None:
    lines = [f"line{number}" for number in range(2 * LINES)]
    picture = drawn("\n".join(lines)).replace("&#160;", " ")
    assert COMMAND in picture
    assert [line for line in lines if f">{line}<" in picture] == lines[: LINES - 2]


def test_a_line_that_is_too_long_is_cut() -> None:
    assert f">{'x' * 109}…<" in drawn("x" * 200)


def test_the_picture_fetches_nothing() -> None:
    picture = PICTURE.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "://" not in picture
    assert "url(" not in picture
