"""Regular expressions of rules, by RE2: time linear in the text, whatever a mail holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from automailer.rules.model import NOTHING
from automailer.rules.refusal import Fault, Refused

__all__ = ["Found", "Pattern", "compile_pattern", "compile_slashed", "is_slashed"]

FLAGS = "ims"

_SLASHED = re.compile(r"/(.*)/([A-Za-z]*)", re.DOTALL)
# What people try that only a back-tracking engine can do: the start of RE2's complaint, and ours.
_REASONS = (
    (
        re.compile(r"invalid perl operator: \(\?<?!"),
        "look-around takes more than linear time: ask for it in a test of its own, under not",
    ),
    (
        re.compile(r"invalid perl operator: \(\?<?="),
        "look-around takes more than linear time: match what stands there, or ask in a test of its own",
    ),
    (
        re.compile(r"invalid perl operator: \(\?P$"),
        "back-references take more than linear time: name both groups, and compare them with if",
    ),
    (re.compile(r"invalid perl operator: \(\?>"), "it has no atomic groups, and needs none: write (?:…)"),
    (
        re.compile(r"invalid escape sequence: \\([0-9]|k)"),
        "back-references take more than linear time: name both groups, and compare them with if",
    ),
    (re.compile(r"invalid escape sequence: \\Z"), r"\Z is not known: write \z"),
    (
        re.compile(r"bad repetition operator: [*+?}]\+"),
        "it has no possessive repetition, and needs none: leave out the +",
    ),
    (re.compile(r"invalid perl operator: \(\?x"), "it has no flag x: write it without blanks and comments"),
    (
        re.compile(r"invalid perl operator: \(\?\("),
        "it has no conditions: write each way out, with | between",
    ),
    (re.compile(r"invalid repetition size"), "a repetition counts to 1,000 at most"),
    (re.compile(r"pattern too large"), "it is too large once its repetitions are written out"),
)


class Found(NamedTuple):
    """Where a pattern was found, in octets of UTF-8, and its named groups; "" for one that took no part."""

    start: int
    end: int
    groups: Mapping[str, str]


class _Compiled(Protocol):
    """What we use of `re2`'s compiled pattern, which has no type stubs."""

    @property
    def groupindex(self) -> Mapping[str, int]: ...

    def search(self, text: bytes) -> re.Match[bytes] | None: ...


class Pattern:
    """A compiled regular expression; `names` are its named groups, `source` has its flags in it."""

    __slots__ = ("_compiled", "names", "source")

    def __init__(self, compiled: _Compiled, source: str) -> None:
        self._compiled = compiled
        self.source = source
        self.names = tuple(compiled.groupindex)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def search(self, octets: bytes) -> Found | None:
        """Find the first, leftmost place that fits in a text in UTF-8."""
        found = self._compiled.search(octets)
        if found is None:
            return None
        groups = {name: _decoded(found[name]) for name in self.names} if self.names else NOTHING
        return Found(found.start(), found.end(), groups)


def is_slashed(text: str) -> bool:
    """Tell whether a text means to be a regular expression: it begins with a slash."""
    return text.startswith("/")


def compile_slashed(text: str) -> Pattern:
    """Compile `/…/ims`; Refused when it is none, or one that RE2 can't do."""
    found = _SLASHED.fullmatch(text.rstrip())  # a block of YAML ends with a line end
    if found is None:
        message = "begins a regular expression with / and never ends it: plain text is {contains: …}"
        raise Refused(Fault(message=message))
    for offset, flag in enumerate(found[2], found.start(2)):
        if flag not in FLAGS:
            message = f"unknown flag {flag!r} behind /…/: expected i, m or s; plain text is {{contains: …}}"
            raise Refused(Fault(message=message, offset=offset))
    return compile_pattern(found[1], flags=found[2], offset=1)


def compile_pattern(source: str, *, flags: str = "", offset: int = 0) -> Pattern:
    """Compile a regular expression that stands `offset` characters into its text."""
    # google-re2 takes 15 ms to import, which a program that lists its outbox need not wait for.
    import re2

    options = re2.Options()
    options.log_errors = False
    prefix = f"(?{''.join(sorted(set(flags)))})" if flags else ""
    try:
        compiled = Pattern(re2.compile(prefix + source, options), prefix + source)
    except re2.error as exc:
        complaint = _decoded(exc.args[0]).replace(f": {prefix}", ": ", 1)
        raise Refused(Fault(message=_explained(complaint), offset=offset + _spot(source, complaint))) from exc
    except UnicodeEncodeError as exc:
        message = f"regular expression holds {source[exc.start]!r}, which is no character"
        raise Refused(Fault(message=message, offset=offset + exc.start)) from exc
    for name in compiled.names:
        if not name.isidentifier():
            message = f"group name {name!r} can't stand behind match.: expected letters, digits and _"
            raise Refused(Fault(message=message, offset=offset + max(source.find(f"<{name}>"), 0) + 1))
    return compiled


def _explained(complaint: str) -> str:
    for known, reason in _REASONS:
        if known.match(complaint):
            return f"regular expression refused by RE2: {reason} ({complaint})"
    return f"regular expression refused by RE2: {complaint}"


def _spot(source: str, complaint: str) -> int:
    """Where RE2's complaint points to: it names the piece, not the place."""
    kind, _, piece = complaint.partition(": ")
    if kind == "missing )":
        return _unbalanced(source)[0]
    if kind == "unexpected )":
        return _unbalanced(source)[1]
    if kind.startswith("trailing"):
        return len(source) - 1
    # RE2 names `(?P=x)` by the three characters with which a group begins too.
    active = (
        offset
        for offset in _active(source)
        if source.startswith(piece, offset) and not (piece == "(?P" and source.startswith("(?P<", offset))
    )
    return next(active, max(source.find(piece), 0))


def _unbalanced(source: str) -> tuple[int, int]:
    """The last parenthesis that is never closed, and the first that closes nothing; 0 where there is none."""
    opened: list[int] = []
    for offset in _active(source):
        if source[offset] == "(":
            opened.append(offset)
        elif source[offset] == ")":
            if not opened:
                return 0, offset
            opened.pop()
    return (opened[-1] if opened else 0), 0


def _active(source: str) -> Iterator[int]:
    """The offsets of all that is neither escaped nor in a character class; of an escape, its backslash."""
    offset, class_start = 0, -1
    while offset < len(source):
        char = source[offset]
        if class_start < 0:
            yield offset
            class_start = offset if char == "[" else -1
        elif char == "]" and source[class_start:offset] not in ("[", "[^"):
            class_start = -1
        offset += 2 if char == "\\" else 1


def _decoded(octets: bytes | None) -> str:
    return "" if octets is None else octets.decode("utf-8", "replace")
