"""Markdown to HTML and to plain text, with values that can't become markup. Pure.

A value printed by a template is armoured: each ASCII punctuation mark in it becomes a private-use code point,
which Markdown takes for a letter. After rendering, the marks come back, escaped for HTML. So a value shows
as it is wherever it stands, in code and in links too, and the template's own markup works.
"""

from __future__ import annotations

import html
import re
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

__all__ = ["armour", "disarm", "markdown_to_html", "markdown_to_text"]

_ARMOUR_BASE = 0xF0000  # Supplementary Private Use Area-A: no meaning in any mail
_ARMOUR = {ord(mark): chr(_ARMOUR_BASE + ord(mark)) for mark in string.punctuation}
_PLAIN = {ord(armoured): chr(mark) for mark, armoured in _ARMOUR.items()}
_ESCAPED = {ord(armoured): html.escape(chr(mark)) for mark, armoured in _ARMOUR.items()}

_INDENTATION = re.compile(r"([\r\n])[ \t]+")
_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^()]*\)")


def armour(value: str) -> str:
    """Make a value literal for Markdown; its lines lose the indentation that would make code of them."""
    return _INDENTATION.sub(r"\1", value).translate(_ARMOUR)


def disarm(text: str) -> str:
    """Undo `armour`, as plain text."""
    return text.translate(_PLAIN)


def markdown_to_html(source: str, *, trusted: bool = True) -> str:
    """Render Markdown with tables; HTML in it passes when `trusted`, armoured values never act as markup."""
    rendered: str = _parser(trusted).render(source)
    return rendered.translate(_ESCAPED)


def markdown_to_text(source: str) -> str:
    """Give the Markdown source as readable text: as written, pictures by their description."""
    return disarm(_IMAGE.sub(r"\1", source)).strip() + "\n"


def _parser(trusted: bool) -> MarkdownIt:
    from markdown_it import MarkdownIt

    class Parser(MarkdownIt):
        """Sees through the armour where a value is part of a link."""

        def validateLink(self, url: str) -> bool:
            return super().validateLink(disarm(url))

        def normalizeLink(self, url: str) -> str:
            return super().normalizeLink(disarm(url))

        def normalizeLinkText(self, link: str) -> str:
            return super().normalizeLinkText(disarm(link))

    return Parser("commonmark", {"html": trusted}).enable("table")
