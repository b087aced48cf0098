"""HTML source → the text that a reader sees. Pure; bounded in time and memory.

inscriptis lays the text out (tables, lists). It pads every line of a table to the width of the widest and indents as
styles ask, so that 200 kB of hostile HTML become 500 MB; HTML that could grow so, that is large or that nests deeply
is read tag by tag instead, without layout. How far it could grow is asked of the parsed tree: in the source entities
and quotes can hide a style or a tag.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["MAX_HTML", "tag_end", "tags", "text_of", "words_of"]

MAX_HTML = 4_000_000
"""Characters that are read."""

MAX_LAID_OUT = 200_000
"""Characters of HTML that are laid out; newsletters have up to 150,000. One tag of that many attributes takes 2 s."""

MAX_AREA = 20_000_000
"""Characters: lines times length of the text and its padding, which no layout can exceed."""

MAX_TABLE_DEPTH = 24
"""Tables in tables; each level is laid out anew. Newsletters have up to a dozen."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TAG = re.compile(r"<(?:!--|(/)?([a-zA-Z][a-zA-Z0-9:-]{0,30})|[/!?])")
_BLANKS = re.compile(r"\s+")
_ASCII_BLANKS = re.compile(r"[ \t\r\n\f]+")
_DECLARATION = re.compile(r"\A<\?xml [^>]*\?>")
_NUMBER = re.compile(r"&#0*([0-9]{1,8})[0-9]*")
_EMPTY_LINES = re.compile(r"\n{3,}")
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})
_BLOCKS = frozenset({
    "p", "div", "tr", "table", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr",
    "br", "blockquote", "section", "article", "header", "footer", "form",
})  # fmt: skip


_LINES = _BLOCKS | {"address", "aside", "figcaption", "figure", "hgroup", "layer", "main", "nav"}
_VERBATIM = frozenset({"pre", "xmp", "listing", "plaintext"})
_PADDING = {"div": 2, "ul": 4, "ol": 4, "td": 2, "th": 2}
"""Characters by which inscriptis moves what stands in an element, or behind it."""

_KEPT_STYLES = ("display", "white-space", "vertical-align")


def text_of(source: str) -> str:
    """Return the text of an HTML document, in lines."""
    source = _CONTROL.sub("", source[:MAX_HTML])
    laid_out = _laid_out(source) if len(source) <= MAX_LAID_OUT else None
    return words_of(source) if laid_out is None else _tidy(laid_out)


def words_of(source: str) -> str:
    """Return the same without any layout: no indents, no columns."""
    source = _CONTROL.sub("", source[:MAX_HTML])
    return _tidy("\n".join(line.strip() for line in "".join(_read(source)).split("\n")))


def _laid_out(source: str) -> str | None:
    """The text as inscriptis lays it out, or None when it can't read it or it could grow."""
    from inscriptis.html_engine import Inscriptis
    from lxml.etree import LxmlError  # type: ignore[import-untyped]
    from lxml.html import document_fromstring  # type: ignore[import-untyped]

    try:
        tree = document_fromstring(_DECLARATION.sub("", source.strip(), count=1))
        _drop_styles(tree)
        return str(Inscriptis(tree).get_text()) if _is_tame(tree) else None
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None


def _drop_styles(tree: Any) -> None:
    """Leave of the styles what hides text or keeps its lines: indents may be of any size."""
    for element in tree.iter("*"):
        if style := element.get("style"):
            kept = (one for one in style.split(";") if one.strip().lower().startswith(_KEPT_STYLES))
            element.set("style", ";".join(kept))


def _is_tame(tree: Any) -> bool:
    lines, padding, is_verbatim = 1, 0, False
    texts: list[str] = []
    for element in tree.iter():
        name, style = element.tag, (element.get("style") or "").lower()  # comments have none
        texts += ["" if name in _UNSEEN else element.text or "", element.tail or ""]
        lines += name in _LINES or "block" in style
        padding += _PADDING.get(name, 0)
        is_verbatim = is_verbatim or name in _VERBATIM or "pre" in style
    text = "".join(texts)
    if is_verbatim:
        lines += text.count("\n")
    else:
        text = _ASCII_BLANKS.sub(" ", text)
    return (len(text) + padding) * lines <= MAX_AREA and _depth_of_tables(tree) <= MAX_TABLE_DEPTH


def _depth_of_tables(tree: Any) -> int:
    from lxml.etree import iterwalk

    depth = deepest = 0
    for event, _ in iterwalk(tree, events=("start", "end"), tag="table"):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _read(source: str) -> Iterator[str]:
    """Text between tags, a line end for each block, without what no reader sees."""
    at = 0
    unseen = ""
    for tag in tags(source):
        if not unseen:
            yield _shown(source[at : tag.start()])
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
        yield _shown(source[at:])


def _shown(text: str) -> str:
    # Numbers of thousands of digits are an error to Python; eight are enough to be no character.
    if "&#" in text:
        text = _NUMBER.sub(r"&#\1", text)
    return _BLANKS.sub(" ", html.unescape(text))


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
