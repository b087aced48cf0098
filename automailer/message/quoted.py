"""What the writer of a reply wrote: the text without history, quotes and signature. Pure; linear.

Our own: of the libraries for this talon is no longer kept, and mail-parser-reply wants to be told the language and goes
by expressions that backtrack. Quotes go and the rest stays in order, so that replies above, below and between quotes
keep their words. What is forwarded was not quoted: it stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from automailer.message.attribution import (
    is_forwarding,
    is_mobile_signature,
    is_original_message,
    length_of_attribution,
    length_of_header,
)
from automailer.message.markup import tag_end, tags

__all__ = ["reply_of", "without_quotes"]

MAX_TRIMMED = 500_000
"""Characters in which quotes are looked for; what stands behind them is kept, or is history like what is before it."""

_RULE = re.compile(r"\s*[-_—=*─]{5,}\s*$")
# RFC 3676 4.3; the second is what is left of it where blanks at line ends are lost, the third Apple's correction of it,
# the last the rule above the footer of a mailing list.
_SIGNATURE = re.compile(r"(?:--\s?|—|_{30,60}\s?)$")
_EMPTY_LINES = re.compile(r"\n{3,}")

_QUOTE_CLASSES = re.compile(
    r"\b(?:gmail_quote|gmail_quote_container|yahoo_quoted|protonmail_quote|zmail_extra|moz-cite-prefix|tutanota_quote)\b"
)
_HISTORY = re.compile(
    r"""\bid\s*=\s*["']?(?:x_)?(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|stopSpelling|replySplit"""
    r"""|mail-editor-reference-message-container)\b"""
    r"""|\bclass\s*=\s*["']?(?:x_)?(?:OutlookMessageHeader|yahoo_quoted)\b"""
    r"""|border-top:\s?solid\s(?:\#(?:B5C4DF|E1E1E1)|windowtext)\s1\.0pt""",
    re.IGNORECASE,
)
_INDENT = re.compile(r"border:\s?none", re.IGNORECASE)
_MAX_ATTRIBUTES = 1_000
_SEPARATOR = "<p>-----Original Message-----</p>"
_QUOTED = "<p>&gt;</p>"
_FORWARD = re.compile(r"(?:\s|<[^<>]{0,500}>){0,8}-{5,}\s*\w")


def reply_of(text: str) -> str:
    """Return the words of a text's writer: no quotes, no introductions of quotes, no signature."""
    end = text.find("\n", MAX_TRIMMED)
    head, rest = (text[:end], text[end + 1 :].split("\n")) if end >= 0 else (text, [])
    return _Reader(head.split("\n")).read(rest)


class _Reader:
    """One walk over the lines of a text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.quoted = [line.startswith(">") and not line.startswith(">From ") for line in lines]
        self.above_quote = _above_quotes(lines, self.quoted)
        self.kept: list[str] = []
        self.stretch: list[str] = []
        self.has_words = False

    def read(self, rest: Sequence[str]) -> str:
        """Take lines until history begins; if it does not, the rest as it is."""
        at = 0
        while at < len(self.lines):
            if is_forwarding(self.lines[at]) and not self.quoted[at]:
                self._end_stretch()
                self.kept += self.lines[at:]
                break
            step = self._step(at)
            if not step:
                _drop_rule(self.stretch)
                rest = ()
                break
            at += step
        self._end_stretch()
        self.kept += rest
        return _EMPTY_LINES.sub("\n\n", "\n".join(map(str.rstrip, self.kept))).strip("\n")

    def _step(self, at: int) -> int:
        """Take what stands here, and tell how many lines it has; 0 where history begins."""
        if self.quoted[at]:
            self._end_stretch()
            return 1
        if is_original_message(self.lines[at]):
            return 0
        length = length_of_attribution(self.lines, at, above_quote=self.above_quote)
        if length and self.above_quote[at + length - 1]:
            return length
        length = length or self._length_of_header(at)
        if length and self.has_words:
            return 0
        # An introduction with nothing before it, and no quote below: whatever it is, it is all that there is.
        taken = self.lines[at : at + (length or 1)]
        self.stretch += taken
        self.has_words = self.has_words or any(map(str.strip, taken))
        return len(taken)

    def _length_of_header(self, at: int) -> int:
        before = next(filter(str.strip, reversed(self.stretch[-3:])), "")
        return length_of_header(self.lines, at, ruled=_RULE.match(before) is not None)

    def _end_stretch(self) -> None:
        """Keep the lines since the last quote, up to a signature."""
        end = next((n for n, line in enumerate(self.stretch) if _SIGNATURE.match(line)), len(self.stretch))
        self.kept += [line for line in self.stretch[:end] if not is_mobile_signature(line)]
        self.stretch = []


def _above_quotes(lines: Sequence[str], quoted: Sequence[bool]) -> list[bool]:
    """Of each line whether the next one that is not empty is a quote."""
    above = [False] * len(lines)
    is_quote = False
    for at in range(len(lines) - 1, -1, -1):
        above[at] = is_quote
        if lines[at].strip():
            is_quote = quoted[at]
    return above


def _drop_rule(lines: list[str]) -> None:
    """Take away the rule above history, and what is empty above it."""
    while lines and (not lines[-1].strip() or _RULE.match(lines[-1])):
        lines.pop()


def without_quotes(source: str) -> str:
    """Return HTML with `>` where a quote was, and without what programs mark as history."""
    parts: list[str] = []
    at, dropped, depth = 0, "", 0
    for tag in tags(source):
        name, end = (tag[2] or "").lower(), tag_end(source, tag)
        if dropped:
            depth += 0 if name != dropped else -1 if tag[1] else 1
            if depth == 0:
                parts.append(_QUOTED)
                at, dropped = end, ""
            continue
        attributes = source[tag.end() : min(end, tag.end() + _MAX_ATTRIBUTES)] if not tag[1] else ""
        if attributes and _HISTORY.search(attributes):
            return "".join([*parts, source[at : tag.start()], _SEPARATOR])
        if attributes and _is_quote(name, attributes) and not _FORWARD.match(source, end):
            parts.append(source[at : tag.start()])
            dropped, depth = name, 1
    return "".join([*parts, _QUOTED if dropped else source[at:]])


def _is_quote(name: str, attributes: str) -> bool:
    if name == "blockquote":
        return not _INDENT.search(attributes)
    return name == "div" and _QUOTE_CLASSES.search(attributes) is not None
