"""The message that a reply or a forward shows: quoted, introduced, made harmless as HTML. Pure."""

from __future__ import annotations

import re
from html import escape

from automailer.message import Address, Message
from automailer.templating import depth_limit, inline_styles

__all__ = ["as_html", "below", "clean_html", "facts_block", "facts_html", "has_html", "quoted_text"]

MAX_QUOTED = 200_000
"""Characters of the original's text that are shown; past it, it is no text that anybody reads in a quote."""

MAX_STYLED = 150_000
"""Characters of a stranger's HTML whose <style> is worked into its elements: under a second, whatever it is."""

MAX_HTML = 1_000_000
MAX_DEPTH = 10_000
"""Characters and depth of HTML that is shown as such; past them its text is. Cleaning takes depth squared."""

MAX_NAMED = 20
"""Addresses of the original's To that are named."""

CUT = "[…]"

_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
_DROPPED_WHOLE = frozenset({"script", "style", "iframe", "object", "embed", "noscript", "template", "title"})
_MORE_TAGS = frozenset({"font", "address", "main", "section", "tfoot", "big", "fieldset", "legend"})
_ANYWHERE = frozenset({"style", "align", "valign", "dir", "lang", "title", "width", "height", "bgcolor"})
_OF_TABLES = frozenset({"border", "cellpadding", "cellspacing", "colspan", "rowspan", "background"})

# of styles: nothing that lets the original cover what stands above it
_STYLES_DROPPED = frozenset({"position", "z-index", "content", "behavior", "-moz-binding"})
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BLANKS = re.compile(r"[\x00-\x20]+")
_OF_PICTURES = ("http:", "https:", "cid:")


def quoted_text(message: Message) -> str:
    """The text with `> ` before each line, below a line that says whose it is."""
    when = f"{message.date:%Y-%m-%d %H:%M %z}, " if message.date else ""
    lines = _cut(message.text).splitlines()
    return "\n".join([f"{when}{message.from_}:", *(f"> {line}".rstrip() for line in lines)]) + "\n"


def facts_block(message: Message) -> str:
    """The header of a forwarded message in short, and its text."""
    facts = "".join(f"{name}: {value}\n" for name, value in _facts(message))
    return f"-------- Forwarded message --------\n{facts}\n{_cut(message.text)}"


def facts_html(message: Message) -> str:
    """The same as HTML; the original's own HTML where it has some."""
    facts = "".join(f"<b>{name}:</b> {escape(value)}<br>\n" for name, value in _facts(message))
    content = clean_html(message.html) if has_html(message) else as_html(_cut(message.text))
    return f'<hr>\n<p>{facts}</p>\n<div class="forwarded" style="overflow: auto">{content}</div>\n'


def has_html(message: Message) -> bool:
    """Tell whether there is HTML that can be shown."""
    source = message.html
    return bool(source.strip()) and len(source) <= MAX_HTML and depth_limit(source) <= MAX_DEPTH


def as_html(text: str) -> str:
    """Plain text as HTML, its lines and blanks kept."""
    return f'<div style="white-space: pre-wrap">{escape(text)}</div>\n'


def below(page: str, addition: str) -> str:
    """Put HTML at the end of a page's body."""
    ends = list(_BODY_END.finditer(page))
    at = ends[-1].start() if ends else len(page)
    return f"{page[:at]}{addition}{page[at:]}"


def clean_html(source: str) -> str:
    """Give a stranger's HTML as a balanced fragment: no script, form or handler, styles in the elements."""
    import nh3

    attributes = {tag: set(names) | _ANYWHERE for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["*"] = set(_ANYWHERE)
    attributes["font"] = {"color", "face", "size"}
    for tag in ("table", "td", "th", "tr"):
        attributes[tag] = attributes.get(tag, set()) | _OF_TABLES
    return nh3.clean(
        _styled(source),
        tags=set(nh3.ALLOWED_TAGS) | _MORE_TAGS,
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=attributes,
        attribute_filter=_harmless,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    )


def _styled(source: str) -> str:
    try:
        return inline_styles(source) if len(source) <= MAX_STYLED else source
    except ValueError:  # css-inline can't read it
        return source


def _harmless(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style":
        return _harmless_style(value) or None
    scheme = _BLANKS.sub("", value).lower()  # browsers read past blanks in it
    if attribute == "href" and scheme.startswith("data:"):  # a page of its own, that no relay has seen
        return None
    if attribute == "background" and not scheme.startswith(_OF_PICTURES):
        return None
    return value


def _harmless_style(style: str) -> str:
    declarations = _STYLE_COMMENT.sub("", style).split(";")
    names = (declaration.partition(":")[0].strip().lower() for declaration in declarations)
    kept = (
        declaration
        for declaration, name in zip(declarations, names, strict=True)
        if name not in _STYLES_DROPPED and "\\" not in name
    )
    return ";".join(kept)


def _facts(message: Message) -> list[tuple[str, str]]:
    date = f"{message.date:%a, %d %b %Y %H:%M:%S %z}" if message.date else (message.header("Date") or "")
    recipients = message.addresses("To")
    to = ", ".join(map(str, recipients[:MAX_NAMED])) + (f", {CUT}" if len(recipients) > MAX_NAMED else "")
    return [("From", _one_line(message.from_)), ("Date", date), ("Subject", message.subject), ("To", to)]


def _one_line(address: Address) -> str:
    return " ".join(str(address).split())


def _cut(text: str) -> str:
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}\n{CUT}\n"
