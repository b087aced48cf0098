"""The tables of the documentation say what the program says; people's words stay, and none is missing."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from automailer.actions.read import _LATER as LATER_ACTIONS
from docs.commands import every_command
from docs.hover import HOVER, hover_text
from docs.tables import MEANING, PAGES, TABLES, names_in, refreshed


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_is_up_to_date(page: Path) -> None:
    text = text_of(page)
    assert refreshed(text) == text, "run: python -m docs.tables"


def test_editors_show_the_words_of_the_pages() -> None:
    assert HOVER.read_text(encoding="utf-8") == hover_text(PAGES), "run: python -m docs.tables"


def test_every_table_stands_in_one_page() -> None:
    assert Counter(name for page in PAGES for name in names_in(text_of(page))) == Counter([*TABLES])


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_row_that_a_person_explains_is_explained(page: Path) -> None:
    rows = [line for line in text_of(page).splitlines() if line.startswith("| `") and line.endswith("|  |")]
    explained = [row for row in rows if not any(row.startswith(cell) for cell in _speaking_for_themselves())]
    assert explained == []


def _speaking_for_themselves() -> list[str]:
    """The beginnings of rows whose words the program gives, and gives none."""
    tables = (rows for build in TABLES.values() if (rows := build())[0][-1] == MEANING)
    return [f"| {row[0].replace('|', chr(92) + '|')} |" for rows in tables for row in rows[1:] if not row[-1]]


@pytest.mark.parametrize("name", every_command())
def test_every_command_has_a_section(name: str) -> None:
    [page] = [page for page in PAGES if page.name == "commands.md"]
    assert f"\n## {name}\n" in text_of(page)


def test_what_is_left_to_a_later_version_is_named() -> None:
    [page] = [page for page in PAGES if page.name == "rules.md"]
    said = " ".join(re.findall(r"Not in this version[^.]*\.", text_of(page)))
    assert {name for name in LATER_ACTIONS if f"`{name}`" not in said} == set()


def test_a_person_s_words_outlive_new_facts() -> None:
    before = "<!-- table: groups -->\n| group | m |\n| --- | --- |\n| `any` | one of a \\| b |\n<!-- end -->"
    assert "| `any` | one of a \\| b |\n" in refreshed(before)


def test_a_new_row_waits_for_words() -> None:
    assert "| `all` |  |\n" in refreshed("<!-- table: groups -->\n<!-- end -->")
