"""A mail as a stranger's program would have written it: any header, nothing of ours added. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from automailer.compose.addresses import address_header
from automailer.compose.fields import text_field
from automailer.compose.model import Enclosure
from automailer.compose.parts import Part, attachment_part, multipart, text_part
from automailer.errors import PermanentError
from automailer.message import parse_addresses

__all__ = ["Letter", "write_letter"]

_ADDRESSES = frozenset({"bcc", "cc", "from", "reply-to", "sender", "to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A header as names and values in their order, and what lies in the envelope."""

    headers: Sequence[tuple[str, str]]
    text: str = ""
    html: str | None = None
    attachments: Sequence[Enclosure] = ()


def write_letter(letter: Letter) -> bytes:
    """The octets, with CRLF line ends; the same letter gives the same octets."""
    body = _tree(letter, seed=repr(letter.headers))
    fields = "".join(_field(name, value) for name, value in letter.headers)
    return b"".join((f"{fields}MIME-Version: 1.0\r\n".encode(), *body.pieces))


def _field(name: str, value: str) -> str:
    """One header field; what is no address stands there as it was written, as strangers write it, too."""
    if name.lower() in _ADDRESSES and (found := parse_addresses(value.encode("utf-8", "replace")).addresses):
        with suppress(PermanentError):
            return address_header(name, found)
    return text_field(name, value, charset="utf-8", limit=len(value))


def _tree(letter: Letter, *, seed: str) -> Part:
    """Mixed › alternative, each only where there is something to hold together."""
    bodies = list(_bodies(letter))
    body = bodies[0] if len(bodies) == 1 else multipart("alternative", bodies, seed=f"{seed} alternative")
    if not letter.attachments:
        return body
    attached = [attachment_part(enclosure) for enclosure in letter.attachments]
    return multipart("mixed", [body, *attached], seed=f"{seed} mixed")


def _bodies(letter: Letter) -> Iterator[Part]:
    if letter.text or letter.html is None:
        yield text_part(letter.text, "plain", charset="utf-8")
    if letter.html is not None:
        yield text_part(letter.html, "html", charset="utf-8")
