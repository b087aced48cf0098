"""What a message holds: its texts, and what is enclosed, also where it is no part of its own. Pure; bounded.

A winmail.dat that can be read stands for the files in it; one that can't stays, and a defect says why. Files in the
text (uuencode) are cut out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from automailer.message.attachment import CHUNK, Enclosed, declared_name, enclosed_leaf, is_attachment, pieces
from automailer.message.charset import guess
from automailer.message.endings import ending_of, type_of_name
from automailer.message.structure import Leaf, Octets
from automailer.message.tnef import MAX_TNEF, SIGNATURE, Allowance, Tnef, TnefFile, read_tnef
from automailer.message.transfer import decoded
from automailer.message.uuencode import Block, begins, find_blocks, stretch, without

__all__ = ["Contents", "TextPart", "read_contents"]

_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_UNENCODED = frozenset({"", "7bit", "8bit", "binary", "quoted-printable"})


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part that is no attachment, and where in its decoded octets files lie that are none of its text."""

    leaf: Leaf
    octets: Octets
    blocks: tuple[Block, ...] = ()

    def chunks(self, defects: list[str]) -> Iterator[bytes]:
        """The decoded octets without those of files."""
        return without(self.decoded(defects), self.blocks)

    def decoded(self, defects: list[str]) -> Iterator[bytes]:
        """The decoded octets."""
        return decoded(pieces(self.leaf, self.octets), self.leaf.encoding, defects)


@dataclass(frozen=True, slots=True)
class Contents:
    """Texts and enclosures in the order of the message; `wrapped` is the first winmail.dat that has a text."""

    texts: tuple[TextPart, ...]
    enclosed: tuple[Enclosed, ...]
    wrapped: Tnef | None
    defects: tuple[str, ...]


def read_contents(leaves: Sequence[Leaf], octets: Octets) -> Contents:
    """Tell texts from enclosures, and open what only wraps them."""
    texts: list[TextPart] = []
    enclosed: list[Enclosed] = []
    wrapped: Tnef | None = None
    defects: list[str] = []
    allowance = Allowance()
    for leaf in leaves:
        if not is_attachment(leaf):
            part = TextPart(leaf, octets, _blocks(leaf, octets))
            texts.append(part)
            enclosed.extend(_uuencoded(part, block) for block in part.blocks)
            continue
        whole = enclosed_leaf(leaf, octets)
        tnef = _opened(leaf, whole, allowance) if _may_be_tnef(leaf) else None
        if tnef is None or tnef.defect:
            enclosed.append(whole)
        if tnef is not None:
            enclosed.extend(map(_file, tnef.files))
            defects += [f"winmail.dat: {tnef.defect}"] * bool(tnef.defect)
            wrapped = wrapped or (tnef if tnef.text or tnef.html else None)
    return Contents(tuple(texts), tuple(enclosed), wrapped, tuple(defects))


def _may_be_tnef(leaf: Leaf) -> bool:
    return leaf.type in _TNEF_TYPES or ending_of(declared_name(leaf)) == "dat"


def _opened(leaf: Leaf, whole: Enclosed, allowance: Allowance) -> Tnef | None:
    """What is in a winmail.dat; None when the part is none, whatever its name."""
    found = bytearray()
    for chunk in whole.read([]):
        found += chunk
        if len(found) >= 4 and not found.startswith(SIGNATURE):
            break
        if len(found) > MAX_TNEF:
            return Tnef(defect=f"it is larger than {MAX_TNEF:,} octets: it was not opened")
    if not found.startswith(SIGNATURE) and leaf.type not in _TNEF_TYPES:
        return None
    return read_tnef(found, allowance)


def _file(file: TnefFile) -> Enclosed:
    def read(_: list[str]) -> Iterator[bytes]:
        return (bytes(file.data[at : at + CHUNK]) for at in range(0, len(file.data), CHUNK))

    return Enclosed(
        name=file.name, type=file.type, content_id=file.content_id, is_inline=file.is_inline, read=read
    )


def _blocks(leaf: Leaf, octets: Octets) -> tuple[Block, ...]:
    """Files in the text; the encoded octets are looked at first, for nearly no mail has any."""
    if leaf.type != "text/plain" or leaf.encoding not in _UNENCODED:
        return ()
    spans = ((p, 0, len(p)) if isinstance(p, bytes) else (octets, *p) for p in leaf.body)
    if not any(begins(span, start, end) for span, start, end in spans):
        return ()
    return find_blocks(decoded(pieces(leaf, octets), leaf.encoding, []))


def _uuencoded(part: TextPart, block: Block) -> Enclosed:
    def read(defects: list[str]) -> Iterator[bytes]:
        # The decoder knows lines by their LF, and passes over empty ones.
        lines = (piece.replace(b"\r", b"\n") for piece in stretch(part.decoded([]), block))
        return decoded(lines, "uuencode", defects)

    name = guess(block.name)
    return Enclosed(name=name, type=type_of_name(name), read=read)
