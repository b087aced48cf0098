"""HTML on its way into a mail: styles inlined, and the text version of it. Pure."""

from __future__ import annotations

import re

__all__ = ["as_document", "html_to_text", "inline_styles"]

_BLANK_LINES = re.compile(r"\n{3,}")


def inline_styles(source: str) -> str:
    """Move the rules of <style> into the elements, since many readers drop it; @media and its kin stay."""
    if "<style" not in source.lower():
        return source
    from css_inline import CSSInliner

    # nothing is fetched: not from the network, not from the disk
    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True).inline(source)


def html_to_text(source: str) -> str:
    """Give what a person would read in the HTML, each link's address behind its words."""
    if not source.strip():
        return ""
    from inscriptis import get_text
    from inscriptis.model.config import ParserConfig

    text: str = get_text(source, ParserConfig(display_links=True))
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", lines).strip("\n") + "\n"


def as_document(fragment: str) -> str:
    """Wrap a fragment as a whole document."""
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{fragment}</body></html>\n'
