"""What a server wrote of its checks: Authentication-Results fields (RFC 8601) → results. Pure; linear time.

Field values are read as they stand, never decoded: an encoded word may hold whatever a stranger likes, and must not
become syntax. A result that can't be read is passed over, those beside it count.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile

from automailer.message.fields import Field

__all__ = [
    "AuthenticationResults",
    "MethodResult",
    "ascii_domain",
    "parse_authentication_results",
    "trusted_results",
]

MAX_RESULTS = 100
"""Of one field: a mail with ten signatures has a dozen."""

_LEXEME = re.compile(
    r'(?P<space>[ \t\r\n]+)|(?P<comment>\()|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<mark>[;=])|(?P<word>[^ \t\r\n;=()"]+)',
    re.DOTALL,
)
_IN_COMMENT = re.compile(r"[^()\\]+|\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# CFWS may stand around the dot of a property and the slash of a version.
_AROUND = re.compile(r" ?([./]) ?")


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """One check: `dkim=pass` with what it was done on, such as `{"header.d": "example.com"}`; names in lower case."""

    method: str
    result: str
    reason: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that the result speaks of, in lower case, as A-labels (RFC 8601 2.7)."""
        names = _IDENTITIES.get(self.method, ())
        found = (self.properties.get(name, "").rpartition("@")[2].strip("<>") for name in names)
        domains = tuple(dict.fromkeys(ascii_domain(domain) for domain in found if domain))
        return domains if self.method == "dkim" else domains[:1]


# RFC 8601 2.7.2: HELO is what SPF checks when there is no sender; what stands first counts.
_IDENTITIES: Mapping[str, Sequence[str]] = {
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.helo"),
    "dmarc": ("header.from",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationResults:
    """One field: who wrote it, and what he found; no results when he checked nothing (`none`)."""

    authserv_id: str
    results: tuple[MethodResult, ...]


@dataclass(frozen=True, slots=True)
class _Lexeme:
    """A word, a quoted string without its quotes, or one of `;` and `=`; `glued` to the one before it."""

    text: str
    mark: bool
    glued: bool


def ascii_domain(domain: str) -> str:
    """The domain as it is compared: in lower case, without a dot at its end, its labels in ASCII (RFC 5890 2.3.2.1)."""
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain


def trusted_results(fields: Iterable[Field], servers: Collection[str]) -> tuple[MethodResult, ...]:
    """What the servers of these names, in lower case, found at the last hop; of each method, the topmost field's.

    A server removes fields in its own name that arrive (RFC 8601 5). Where one does not, what it prepends itself
    stands above what was forged. Fields below the Received line of an earlier hop are of an earlier passage.
    """
    found: dict[str, list[MethodResult]] = {}
    arrived = False
    for one in _plain_to_all(fields):
        name = one.name.lower()
        if name == "received":
            ours = _receiver(one.value) in servers
            if not ours and (arrived or found):
                break
            arrived = arrived or ours
        elif name == "authentication-results" and not one.cut:
            parsed = parse_authentication_results(one.value, servers)
            topmost = set(found)
            for result in parsed.results if parsed else ():
                if result.method not in topmost:
                    found.setdefault(result.method, []).append(result)
    return tuple(result for results in found.values() for result in results)


def _plain_to_all(fields: Iterable[Field]) -> Iterator[Field]:
    """The fields up to a lone CR: a server takes what is behind it for more of that field, and does not remove it."""
    for one in fields:
        yield one
        if one.cut or one.value.endswith(b"\r"):
            return


def parse_authentication_results(
    value: bytes, servers: Collection[str] | None = None
) -> AuthenticationResults | None:
    """Read the value of one field (RFC 8601 2.2); None when it names no server, or is of another version.

    With `servers` it is also None when it names none of those, and no more of it is read than the name.
    """
    lexemes = _lexemes(value.decode("utf-8", "replace"))
    server = _authserv_id(lexemes)
    if not server or (servers is not None and server not in servers):
        return None
    found = (_result(one) for one in _split(lexemes)[:MAX_RESULTS])
    return AuthenticationResults(authserv_id=server, results=tuple(one for one in found if one is not None))


def _authserv_id(lexemes: Iterator[_Lexeme]) -> str:
    """The name in front of the first semicolon, "" where there is none or more than it and the version."""
    head = list(takewhile(lambda lexeme: lexeme.text != ";" or not lexeme.mark, islice(lexemes, 3)))
    names = [lexeme.text for lexeme in head]
    sound = names[1:] in ([], ["1"]) and not any(lexeme.mark for lexeme in head)
    return ascii_domain(names[0]) if names and sound else ""


def _receiver(value: bytes) -> str:
    """The host that says it wrote this Received line (RFC 5321 4.4)."""
    words = _lexemes(value.decode("utf-8", "replace"))
    for word in words:
        if word.text.lower() == "by":
            return ascii_domain(next((host.text for host in words), ""))
    return ""


def _lexemes(text: str) -> Iterator[_Lexeme]:
    """The text without comments and white space; it ends where a quote or a comment is not closed."""
    at, glued = 0, False
    while at < len(text):
        found = _LEXEME.match(text, at)
        if found is None and text[at] == ")":
            at, glued = at + 1, False
            continue
        if found is None:
            return
        at = found.end()
        if found["comment"]:
            at = _comment_end(text, at)
        glued_to_last, glued = glued, found["space"] is None and found["comment"] is None
        if not glued:
            continue
        quoted = found["quoted"]
        text_of = _ESCAPED.sub(r"\1", quoted) if quoted is not None else found[0]
        yield _Lexeme(text_of, found["mark"] is not None, glued_to_last)


def _comment_end(text: str, at: int) -> int:
    depth = 1
    for found in _IN_COMMENT.finditer(text, at):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    return len(text)


def _split(lexemes: Iterable[_Lexeme]) -> list[list[_Lexeme]]:
    parts: list[list[_Lexeme]] = [[]]
    for lexeme in lexemes:
        if lexeme.mark and lexeme.text == ";":
            parts.append([])
        else:
            parts[-1].append(lexeme)
    return parts


def _result(lexemes: Sequence[_Lexeme]) -> MethodResult | None:
    """One resinfo: `dkim / 1 = pass reason="…" header.d=example.com`; None for `none` and for what can't be read."""
    (name, result), *pairs = [*_pairs(lexemes)] or [("", "")]
    method, _, version = name.partition("/")
    if not method or not result or " " in method or version not in ("", "1"):
        return None
    properties: dict[str, str] = {}
    for key, value in pairs:
        properties.setdefault(key.rpartition(" ")[2], value)
    return MethodResult(
        method=method,
        result=result.lower(),
        reason=properties.pop("reason", ""),
        properties={key: value for key, value in properties.items() if "." in key},
    )


def _pairs(lexemes: Sequence[_Lexeme]) -> Iterator[tuple[str, str]]:
    """`key = value` by `key = value`; a key may be written in pieces, with what stands lost before it.

    The pieces of a value are glued, so that `=` may stand in it, as it does in a sender that a forwarder has rewritten.
    """
    key: list[str] = []
    at = 0
    while at < len(lexemes):
        lexeme = lexemes[at]
        at += 1
        if not lexeme.mark:
            key.append(lexeme.text)
            continue
        value: list[str] = []
        while at < len(lexemes) and (lexemes[at].glued if value else not lexemes[at].mark):
            value.append(lexemes[at].text)
            at += 1
        yield _AROUND.sub(r"\1", " ".join(key)).lower(), "".join(value)
        key = []
