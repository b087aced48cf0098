"""HTML on its way into a mail: styles inlined, and the text version of it. Pure."""

from __future__ import annotations

import re

from automailer.message import text_of

__all__ = ["as_document", "depth_limit", "html_to_text", "inline_styles"]

MAX_STYLED = 1_000_000
"""Characters of a page whose styles are worked in; the work grows with rules times elements."""

MAX_STYLED_DEPTH = 5_000
"""Depth up to which styles are worked in: css-inline recurses, and 20,000 levels end the process."""

# Start tags whose elements can nest without end; the others are empty or end by themselves.
_NESTING = re.compile(
    r"<(?!(?:area|br|col|dd|dt|hr|img|input|li|link|meta|option|p|tbody|td|tfoot|th|thead|tr|wbr)\b)[a-z]",
    re.IGNORECASE,
)
# Neither part crosses the next tag's "<" or is long: linear in the text.
_LINK = re.compile(
    r"""(<a\b[^<>]{0,500}?\bhref\s*=\s*("https?:[^"<>]{1,1000}"|'https?:[^'<>]{1,1000}')[^<>]{0,500}>)([^<]{0,1000})(</a>)""",
    re.IGNORECASE,
)


def inline_styles(source: str) -> str:
    """Move the rules of <style> into the elements, since many readers drop it; @media and its kin stay.

    A page too large or too deep for that keeps its <style>; nothing is fetched, from the network or the disk.
    """
    if "<style" not in source.lower() or len(source) > MAX_STYLED or depth_limit(source) > MAX_STYLED_DEPTH:
        return source
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True).inline(source)


def depth_limit(source: str) -> int:
    """Give a number that the depth of the page can't exceed, however broken its HTML is."""
    return sum(1 for _ in _NESTING.finditer(source))


def html_to_text(source: str) -> str:
    """Give what a person would read in the HTML, each link's address behind its words."""
    return text_of(_LINK.sub(_with_address, source)).strip("\n") + "\n"


def _with_address(link: re.Match[str]) -> str:
    opening, address, words, closing = link.groups()
    shown = address[1:-1]
    return link[0] if shown in words else f"{opening}{words} ({shown}){closing}"


def as_document(fragment: str) -> str:
    """Wrap a fragment as a whole document."""
    return f"<!DOCTYPE html>\n<html><body>\n{fragment}</body></html>\n"
