"""Address lists (RFC 5322 3.4), as they should be and as they come. Pure; linear time, bounded.

Structure is cut first and encoded words are decoded after, in display names only: what is encoded can never become an
address. What could be read in two ways gives no address at all: `Address.address` is empty, `name` keeps the text, and
there is a defect. `a@good.example <evil@bad.example>` is not ambiguous: the angle brackets say where mail goes
(CVE-2023-27043). 8-bit octets stand in an address only as UTF-8 (RFC 6532); no character of an address is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from automailer.message.guessing import is_utf8
from automailer.message.model import Address
from automailer.message.words import clean, decode_words, unfold

__all__ = ["MAX_ADDRESSES", "AddressList", "parse_addresses"]

MAX_ADDRESSES = 1_000
"""Read in all fields of one name together; more are never written by people nor wanted by rules."""

MAX_LOCAL, MAX_DOMAIN = 256, 255
"""Octets; RFC 5321 4.5.3.1 allows 64 and 255, bounce addresses of lists have longer local parts."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<quoted>"(?:[^"\\]|\\.)*")
    |(?P<literal>\[[^\[\]\\\s]*\])
    |(?P<atom>[^\s()<>\[\]:;@\\,."]+)
    |(?P<special>.)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK = re.compile(r"\\.|[()]", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_DOT_ATOM = re.compile(r"[^\s()<>\[\]:;@\\,\".\x00-\x1f\x7f]+(?:\.+[^\s()<>\[\]:;@\\,\".\x00-\x1f\x7f]+)*\.*")
_DOMAIN = re.compile(r"[^\s()<>\[\]:;@\\,\".\x00-\x1f\x7f]+(?:\.[^\s()<>\[\]:;@\\,\".\x00-\x1f\x7f]+)*")
_LITERAL = re.compile(r"\[[^\[\]\\\s\x00-\x1f\x7f]+\]")


@dataclass(frozen=True, slots=True)
class AddressList:
    """The addresses in order, and a sentence for each thing that is wrong."""

    addresses: tuple[Address, ...]
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse_addresses(raw: bytes, *, hint: str = "", limit: int = MAX_ADDRESSES) -> AddressList:
    """Read a raw field value: groups are opened, `undisclosed-recipients:;` is nothing, `<>` is `Address("", "")`."""
    found: list[Address] = []
    defects: list[str] = []
    is_guessed = not is_utf8(raw)
    for tokens in _mailboxes(unfold(raw, hint=hint)):
        if len(found) >= limit:
            defects.append(f"there are more than {limit:,} addresses: the rest was not read")
            break
        address = _mailbox(tokens)
        if address is None or (is_guessed and not address.address.isascii()):
            text = clean(decode_words("".join(token.text for token in tokens).strip()))
            address = Address(text.removesuffix(" <>"), "")
            defects.append(f"{text[:80]!a} is not an address")
        found.append(address)
    return AddressList(tuple(found), tuple(defects))


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if text[at] == "(":
            end = _comment_end(text, at)
            yield _Token("comment", text[at:end])
            at = end
        elif matched := _TOKEN.match(text, at):
            kind = matched.lastgroup or "special"
            if kind == "special" and matched[0] == '"':
                # A quote that is never closed: all that follows is one piece, which is no address.
                yield _Token("broken", text[at:])
                return
            yield _Token(kind, matched[0])
            at = matched.end()


def _comment_end(text: str, at: int) -> int:
    """Position behind a comment, which may hold others; the end of the text when it is not closed."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(text, at):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    return len(text)


def _mailboxes(text: str) -> Iterator[list[_Token]]:
    """Tokens of one mailbox after another: cut at commas, semicolons and the colon behind a group's name."""
    current: list[_Token] = []
    in_angle = in_route = False
    for token in _tokens(text):
        mark = token.text if token.kind == "special" else ""
        if in_angle and mark == "@" and current[-1].text == "<":
            in_route = True
        if mark in (",", ";") and not in_route:
            yield from _unless_blank(current)
            current, in_angle = [], False
        elif mark == ":" and not in_angle:
            current = []
        else:
            current.append(token)
            in_route = in_route and mark not in (":", ">")
            in_angle = (in_angle or mark == "<") and mark != ">"
    yield from _unless_blank(current)


def _unless_blank(tokens: list[_Token]) -> Iterator[list[_Token]]:
    if any(token.kind not in ("space", "comment") for token in tokens):
        yield tokens


def _mailbox(tokens: list[_Token]) -> Address | None:
    """One mailbox, or None when it can't be read in exactly one way."""
    opened = [at for at, token in enumerate(tokens) if token == _Token("special", "<")]
    closed = [at for at, token in enumerate(tokens) if token == _Token("special", ">")]
    if not opened and not closed:
        address = _addr_spec(tokens)
        return Address(_comments(tokens), address) if address else None
    if len(opened) != 1 or len(closed) > 1 or (closed and closed[0] < opened[0]):
        return None
    end = closed[0] if closed else len(tokens)
    if any(token.kind not in ("space", "comment") for token in tokens[end + 1 :]):
        return None
    inside = _without_route(tokens[opened[0] + 1 : end])
    name = _phrase(tokens[: opened[0]]) or _comments(tokens)
    if closed and not any(token.kind != "space" for token in inside):
        return None if name else Address("", "")
    address = _addr_spec(inside)
    return Address(name, address) if address else None


def _without_route(tokens: list[_Token]) -> list[_Token]:
    """What stands behind `@a,@b:` (RFC 5322 4.4)."""
    if not tokens or tokens[0].text != "@":
        return tokens
    colons = [at for at, token in enumerate(tokens) if token.text == ":"]
    return tokens[colons[-1] + 1 :] if colons else tokens


def _addr_spec(tokens: list[_Token]) -> str:
    """`local@domain` of tokens that are nothing else, or ""; blanks only beside @ and dots (RFC 5322 4.4)."""
    if any(token.kind == "broken" for token in tokens):
        return ""
    solid = _joined([_Token("space", " ") if token.kind == "comment" else token for token in tokens])
    if [token.text for token in solid].count("@") != 1:
        return ""
    at = next(index for index, token in enumerate(solid) if token.text == "@")
    local, domain = _local(solid[:at]), "".join(token.text for token in solid[at + 1 :]).removesuffix(".")
    if not local or len(local) > MAX_LOCAL or len(domain) > MAX_DOMAIN:
        return ""
    # Not printable: control, direction and zero-width characters, which make one address look like another.
    whole = f"{local}@{domain}" if _DOMAIN.fullmatch(domain) or _LITERAL.fullmatch(domain) else ""
    return whole if whole.isprintable() else ""


def _joined(tokens: list[_Token]) -> list[_Token]:
    """Tokens without the blanks at the ends and beside @ and dots; any other blank stays and spoils the address."""
    solid: list[_Token] = []
    for token in tokens:
        if token.kind == "space":
            if solid and solid[-1].kind != "space" and solid[-1].text not in ("@", "."):
                solid.append(token)
            continue
        if solid and solid[-1].kind == "space" and token.text in ("@", "."):
            solid.pop()
        solid.append(token)
    if solid and solid[-1].kind == "space":
        solid.pop()
    return solid


def _local(tokens: list[_Token]) -> str:
    """The local part as SMTP wants it: quotes that are not needed go."""
    if len(tokens) == 1 and tokens[0].kind == "quoted":
        inner = _QUOTED_PAIR.sub(r"\1", tokens[0].text[1:-1])
        if _DOT_ATOM.fullmatch(inner):
            return inner
        return tokens[0].text if inner.isprintable() else ""
    text = "".join(token.text for token in tokens)
    return text if _DOT_ATOM.fullmatch(text) else ""


def _phrase(tokens: list[_Token]) -> str:
    """A display name: words with single blanks, quotes undone, encoded words decoded."""
    text = "".join(_word(token) for token in tokens if token.kind != "comment")
    return clean(" ".join(decode_words(text).split()))


def _word(token: _Token) -> str:
    return _QUOTED_PAIR.sub(r"\1", token.text[1:-1]) if token.kind == "quoted" else token.text


def _comments(tokens: list[_Token]) -> str:
    """The name in the old form `address (name)`."""
    texts = [
        _QUOTED_PAIR.sub(r"\1", token.text[1:].removesuffix(")"))
        for token in tokens
        if token.kind == "comment"
    ]
    return clean(" ".join(decode_words(" ".join(texts)).split()))
