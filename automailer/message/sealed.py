"""Whether a message is signed or encrypted: S/MIME (RFC 8551), PGP/MIME (RFC 3156), PGP in the text. Pure; bounded.

Nothing is opened or verified. A forwarded message is another message, so what it is counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from automailer.message.attachment import declared_name, is_attachment, pieces
from automailer.message.structure import Leaf, Octets
from automailer.message.transfer import decoded

__all__ = ["ENCRYPTED", "SIGNED", "seals_of", "seals_of_body"]

SIGNED = frozenset({"signed"})
ENCRYPTED = frozenset({"encrypted"})
_NEITHER: frozenset[str] = frozenset()

MAX_SEARCHED = 1_048_576
"""Octets of each text part in which PGP is looked for; its first line is near the start."""

_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_BY_SMIME_TYPE = {
    "signed-data": SIGNED,
    "signed-receipt": SIGNED,
    "enveloped-data": ENCRYPTED,
    "authenveloped-data": ENCRYPTED,
    "compressed-data": _NEITHER,
    "certs-only": _NEITHER,
}
_CMS = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
"""How the object identifiers of signed data (2) and enveloped data (3) begin in DER (RFC 5652 4, 5.1, 6.1)."""

_PGP = re.compile(rb"(?:^|[\r\n])-----BEGIN PGP (SIGNED )?MESSAGE-----[ \t]*[\r\n]")
_ENDS = {SIGNED: b"\n-----END PGP SIGNATURE-----", ENCRYPTED: b"\n-----END PGP MESSAGE-----"}


def seals_of(leaf_type: str, leaf: Leaf) -> frozenset[str] | None:
    """What the type of the message makes certain; `leaf` is the message as a part. None when its body must tell."""
    if leaf_type == "multipart/signed":
        return SIGNED
    if leaf_type == "multipart/encrypted":
        return ENCRYPTED
    if _is_pkcs7(leaf):
        return _BY_SMIME_TYPE.get(leaf.content_type.get("smime-type").lower())
    has_text = leaf.type == "text/plain" and not is_attachment(leaf)
    return None if has_text or leaf_type.startswith("multipart/") else _NEITHER


def seals_of_body(leaves: Sequence[Leaf], octets: Octets) -> frozenset[str]:
    """What the parts tell."""
    found: set[str] = set()
    for leaf in leaves[:1]:
        # Lists put their footer beside what they got: multipart/mixed of multipart/signed and a text.
        found |= SIGNED if "multipart/signed" in leaf.within else _NEITHER
        found |= _pkcs7(leaf, octets) if _is_pkcs7(leaf) else _NEITHER
    for leaf in leaves:
        # Some gateways call PGP/MIME multipart/mixed.
        found |= ENCRYPTED if leaf.type == "application/pgp-encrypted" else _NEITHER
        found |= _pgp(leaf, octets)
    return frozenset(found)


def _is_pkcs7(leaf: Leaf) -> bool:
    return leaf.type in _PKCS7 or (
        leaf.type == "application/octet-stream" and declared_name(leaf).lower().endswith(".p7m")
    )


def _pkcs7(leaf: Leaf, octets: Octets) -> frozenset[str]:
    known = _BY_SMIME_TYPE.get(leaf.content_type.get("smime-type").lower())
    if known is not None:
        return known
    head = b"".join(islice(decoded(pieces(leaf, octets), leaf.encoding, []), 1))[:64]
    # What can't be read is encrypted: that is what most of it is.
    return SIGNED if _CMS + b"\x02" in head else ENCRYPTED


def _pgp(leaf: Leaf, octets: Octets) -> frozenset[str]:
    if leaf.type != "text/plain" or is_attachment(leaf):
        return _NEITHER
    text = b""
    for chunk in decoded(pieces(leaf, octets), leaf.encoding, []):
        text += chunk
        if len(text) >= MAX_SEARCHED:
            break
    begun = _PGP.search(text) if b"-----BEGIN PGP " in text else None
    if begun is None:
        return _NEITHER
    seal = SIGNED if begun[1] else ENCRYPTED
    is_whole = _ENDS[seal] in text[begun.end() - 1 :] or len(text) >= MAX_SEARCHED
    return seal if is_whole else _NEITHER
