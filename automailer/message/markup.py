"""HTML source → the text that a reader sees. Pure; bounded in time and memory.

inscriptis lays the text out (tables, lists). It pads every line of a table to the width of the widest and indents as
styles ask, so that 200 kB of hostile HTML become 500 MB; HTML that could grow so, that is large or that nests deeply
is read tag by tag instead, without layout.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

__all__ = ["MAX_HTML", "tag_end", "tags", "text_of", "words_of"]

MAX_HTML = 4_000_000
"""Characters that are read."""

MAX_LAID_OUT = 300_000
"""Characters of HTML that are laid out; newsletters have up to 150,000."""

MAX_AREA = 20_000_000
"""Characters: lines times length of the text, which no layout can exceed."""

MAX_TABLE_DEPTH = 24
"""Tables in tables; each level is laid out anew. Newsletters have up to a dozen."""

_BREAKING = re.compile(r"<(?:br|p|div|tr|li|h[1-6]|ul|ol|pre|table|blockquote|hr|dt|dd)\b", re.IGNORECASE)
_LISTS = re.compile(r"<[uo]l\b", re.IGNORECASE)
_TABLES = re.compile(r"<(/?)table\b", re.IGNORECASE)
# Indents of any size; what is hidden (display: none) stays hidden.
_INDENT = re.compile(r"\b(?:padding|margin)\b", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TAG = re.compile(r"<(?:!--|(/)?([a-zA-Z][a-zA-Z0-9:-]{0,30})|[/!?])")
_BLANKS = re.compile(r"\s+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})
_BLOCKS = frozenset({
    "p", "div", "tr", "table", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr",
    "br", "blockquote", "section", "article", "header", "footer", "form",
})  # fmt: skip


def text_of(source: str) -> str:
    """Return the text of an HTML document, in lines."""
    source = _CONTROL.sub("", source[:MAX_HTML])
    plain = words_of(source)
    if not _is_tame(source, plain):
        return plain
    laid_out = _laid_out(_INDENT.sub("x", source))
    return plain if laid_out is None else _tidy(laid_out)


def words_of(source: str) -> str:
    """Return the same without any layout: no indents, no columns."""
    source = _CONTROL.sub("", source[:MAX_HTML])
    return _tidy("\n".join(line.strip() for line in "".join(_read(source)).split("\n")))


def _is_tame(source: str, plain: str) -> bool:
    if len(source) > MAX_LAID_OUT:
        return False
    lines = sum(1 for _ in _BREAKING.finditer(source)) + 1
    indents = 4 * sum(1 for _ in _LISTS.finditer(source))
    if (len(plain) + indents) * lines > MAX_AREA:
        return False
    depth = 0
    for table in _TABLES.finditer(source):
        depth += -1 if table[1] else 1
        if depth > MAX_TABLE_DEPTH:
            return False
    return True


def _laid_out(source: str) -> str | None:
    """The text as inscriptis lays it out, or None when it can't read it."""
    import inscriptis
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    try:
        return str(inscriptis.get_text(source))
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None


def _read(source: str) -> Iterator[str]:
    """Text between tags, a line end for each block, without what no reader sees."""
    at = 0
    unseen = ""
    for tag in tags(source):
        if not unseen:
            yield _BLANKS.sub(" ", html.unescape(source[at : tag.start()]))
        at = tag_end(source, tag)
        name = (tag[2] or "").lower()
        if unseen:
            is_over = (tag[1] and name == unseen) or (unseen == "head" and name == "body")
            unseen = "" if is_over else unseen
        elif name in _UNSEEN and not tag[1]:
            unseen = name
        elif name in _BLOCKS:
            yield "\n"
        elif name in ("td", "th"):
            yield " "
    if not unseen:
        yield _BLANKS.sub(" ", html.unescape(source[at:]))


def tags(source: str) -> Iterator[re.Match[str]]:
    """The tags and comments in order: group 1 is the slash of one that closes, group 2 the name."""
    tag = _TAG.search(source)
    while tag:
        yield tag
        tag = _TAG.search(source, tag_end(source, tag))


def tag_end(source: str, tag: re.Match[str]) -> int:
    """Where a tag ends, with its attributes."""
    close = "-->" if tag[0] == "<!--" else ">"
    end = source.find(close, tag.end())
    return end + len(close) if end >= 0 else len(source)


def _tidy(text: str) -> str:
    """No blanks at line ends, no two empty lines in a row, none at either end."""
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")
