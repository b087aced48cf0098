r"""One thing that we see in a mail, asked for by name, as text: what other projects' tests say is put in these names.

`subject`, `date` (UTC), `message-id`, `text`, `html`, `attachments` (how many), `names` (of the attachments), `kinds`;
a field of addresses (`from`, `to` …) gives addresses, `names of from` display names; `header X` the first field,
`count of X` how many; `tree` all types in order, a dash for each level; `parts` how many lie at the top; `type 1.2`,
`octets 1.2`, `size 1.2`, `name 1.2` and `id 1.2` the leaf with that section number; `report X` a field of the delivery
report. `2/subject` asks the message inside the leaf 2. `text has` and the like answer what was expected if it is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC

from automailer.message import Message, parse
from automailer.message.fields import read_section
from automailer.message.structure import Leaf
from automailer.message.transfer import decoded
from automailer.message.words import header_text

__all__ = ["name_of", "octets_of", "reading"]

_ADDRESSES = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-to"})
_EMPTY_LINES = re.compile(rb"\n\s*\n")


def reading(message: Message, what: str, expected: str) -> str:
    """Return what we see, to be compared with what is expected."""
    place, slash, rest = what.partition("/")
    if slash:
        return reading(parse(octets_of(_leaf(message, place), message)), rest, expected)
    if what.endswith(" has"):
        found = reading(message, what.removesuffix(" has"), "")
        return expected if expected in found else found
    if what in _ADDRESSES:
        return ", ".join(address.address for address in message.addresses(what))
    if what in _SIMPLE:
        return _SIMPLE[what](message)
    verb, _, of = what.rpartition(" ")
    return _OF[verb](message, of)


def octets_of(leaf: Leaf, message: Message) -> bytes:
    """The decoded octets of a leaf."""
    pieces = (
        piece if isinstance(piece, bytes) else bytes(message.octets[slice(*piece)]) for piece in leaf.body
    )
    return b"".join(decoded(pieces, leaf.encoding, []))


def _leaf(message: Message, section: str) -> Leaf:
    return next(leaf for leaf in message._tree.leaves if ".".join(map(str, leaf.section)) == section)


def _date(message: Message) -> str:
    return message.date.astimezone(UTC).isoformat() if message.date else ""


def _tree(message: Message) -> str:
    return " ".join(_types(message, 0))


def _types(message: Message, depth: int) -> Iterator[str]:
    seen: set[tuple[int, ...]] = set()
    for leaf in message._tree.leaves:
        for level, name in enumerate(leaf.within):
            if leaf.section[:level] not in seen:
                seen.add(leaf.section[:level])
                yield "-" * (depth + level) + name
        below = depth + len(leaf.within)
        yield "-" * below + leaf.type
        if leaf.type == "message/rfc822":
            yield from _types(parse(octets_of(leaf, message)), below + 1)


def _parts(message: Message) -> str:
    return str(len({leaf.section[0] for leaf in message._tree.leaves if leaf.within}))


def _names_of(message: Message, field: str) -> str:
    return ", ".join(address.name for address in message.addresses(field))


def _report(message: Message, field: str) -> str:
    """The first such field in the blocks of the delivery report (RFC 3464 2.1)."""
    leaf = next(leaf for leaf in message._tree.leaves if leaf.type == "message/delivery-status")
    octets = octets_of(leaf, message).replace(b"\r\n", b"\n").strip(b"\n")
    fields = (field for block in _EMPTY_LINES.split(octets) for field in read_section(block).fields)
    return next(
        (header_text(found.value) for found in fields if found.name.lower() == field.lower()), "nothing"
    )


def name_of(leaf: Leaf) -> str:
    """The file name of a leaf, as the sender gave it."""
    return leaf.disposition.get("filename") or leaf.content_type.get("name")


_SIMPLE: dict[str, Callable[[Message], str]] = {
    "subject": lambda message: message.subject,
    "date": _date,
    "message-id": lambda message: message.message_id,
    "text": lambda message: message.text.strip(),
    "html": lambda message: message.html.strip(),
    "attachments": lambda message: str(len(message.attachments)),
    "names": lambda message: ", ".join(attachment.declared_name for attachment in message.attachments),
    "kinds": lambda message: " ".join(sorted(message.kinds)),
    "defects": lambda message: "; ".join(message.defects),
    "tree": _tree,
    "parts": _parts,
}
_OF: dict[str, Callable[[Message, str], str]] = {
    "header": lambda message, name: message.header(name) or "",
    "count of": lambda message, name: str(len(message.header_all(name))),
    "names of": _names_of,
    "report": _report,
    "type": lambda message, section: _leaf(message, section).type,
    "octets": lambda message, section: octets_of(_leaf(message, section), message).decode("latin-1"),
    "size": lambda message, section: str(len(octets_of(_leaf(message, section), message))),
    "name": lambda message, section: name_of(_leaf(message, section)),
    "id": lambda message, section: _leaf(message, section).content_id,
}
