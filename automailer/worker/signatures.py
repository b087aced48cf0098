"""Checks DKIM signatures (RFC 6376, RFC 8301) with dkimpy, which gets nothing that could cost it much.

The body is hashed here, piece by piece: dkimpy would hold it several times, split into lines.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automailer.errors import TemporaryError
from automailer.message import ascii_domain, canonical_body, parse
from automailer.rules import Signature

if TYPE_CHECKING:
    from dkim import DKIM

__all__ = ["check_signatures"]

LookUp = Callable[[str], bytes | None]
"""Gives the TXT record of a name, None when there is none; TemporaryError when that is not known."""

MAX_SIGNATURES = 8
"""The topmost ones: mail of big lists has three or four."""

MAX_HEADER = 131_072
"""Octets of a header: dkimpy unfolds in quadratic time; the longest that were seen stay below 100 kB."""

MAX_FIELDS = 1_000
"""Fields of a header, and MAX_SIGNED that one signature names: dkimpy looks for each among all."""
MAX_SIGNED = 300

MAX_FIELD = 8_192
"""Octets of one signature; those that were seen have fewer than 2,000."""

MAX_KEY = 1_024
"""Octets of a key's record: one of 4,096 bits has 750, and RFC 8301 asks for no more. Larger numbers cost time."""

MIN_KEY_BITS = 1_024
"""RFC 8301 3.2."""

_HEADER_END = re.compile(rb"\r?\n\r?\n")
# dkimpy's patterns take cubic time in such runs.
_LONG_BLANK = re.compile(rb"\s{100}")
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")

# A second one shows readers what nobody signed (RFC 6376 8.15).
_ONCE = frozenset(
    {b"from", b"sender", b"reply-to", b"to", b"cc", b"subject", b"date", b"message-id", b"content-type"}
    | {b"mime-version", b"content-transfer-encoding"}
)
# What dkimpy raises beside its own errors.
_BREAKS = (ArithmeticError, AssertionError, LookupError, TypeError, ValueError)
# dkimpy writes whatever a stranger signs badly to its log, as errors.
_SILENT = logging.Logger("dkimpy", logging.CRITICAL + 1)


class _Unsound(Exception):
    """A signature that doesn't pass: the result and the reason."""

    def __init__(self, *, result: str, reason: str) -> None:
        self.result = result
        self.reason = reason
        super().__init__(result, reason)


@dataclass(slots=True)
class _Body:
    """The body's hashes, each made once."""

    octets: bytes | memoryview
    start: int
    made: dict[bool, tuple[bytes, int]] = field(default_factory=dict)

    def digest(self, *, relaxed: bool) -> tuple[bytes, int]:
        """The SHA-256 of the canonical body, and its length."""
        if relaxed not in self.made:
            digest, length = hashlib.sha256(), 0
            for piece in canonical_body(self.octets, start=self.start, relaxed=relaxed):
                digest.update(piece)
                length += len(piece)
            self.made[relaxed] = digest.digest(), length
        return self.made[relaxed]


def check_signatures(octets: bytes | memoryview, look_up: LookUp) -> tuple[Signature, ...]:
    """Check every signature of a whole message, from the top, whatever its octets are."""
    from dkim import DKIM, DKIMException

    end = _HEADER_END.search(octets, 0, MAX_HEADER)
    head = bytes(octets[: end.start() if end else MAX_HEADER + 1])
    if len(head) > MAX_HEADER:
        return (Signature(result="permerror", domain="", reason="the header is too long"),)
    try:
        signer = DKIM(head + b"\r\n\r\n", logger=_SILENT, minkey=MIN_KEY_BITS)
    except (DKIMException, LookupError):
        return (Signature(result="permerror", domain="", reason="the header can't be read"),)
    if len(signer.headers) > MAX_FIELDS:
        return (Signature(result="permerror", domain="", reason="the header has too many fields"),)
    body = _Body(octets, end.end() if end else len(octets))
    if not _reads_as_we_do(signer, body):
        return (Signature(result="permerror", domain="", reason="the header can be read in two ways"),)
    return tuple(_checked(signer, body, look_up))


def _reads_as_we_do(signer: DKIM, body: _Body) -> bool:
    """Whether what is signed is what rules see: a lone CR, or `From :`, hides a field from one of the two."""
    ours = parse(body.octets)
    names = [field.name.lower().encode() for field in ours.fields]
    return names == [name.lower() for name, _ in signer.headers] and ours.body_start == body.start


def _checked(signer: DKIM, body: _Body, look_up: LookUp) -> Iterator[Signature]:
    values = [value for name, value in signer.headers if name.lower() == b"dkim-signature"]
    for index, value in enumerate(values[:MAX_SIGNATURES]):
        tags: dict[bytes, bytes] = {}
        try:
            tags.update(_tags(value))
            _check_header(signer, index, tags)
            _check_body(body, tags)
            _check_signature(signer, index, tags, look_up)
        except _Unsound as exc:
            result, reason = exc.result, exc.reason
        except TemporaryError as exc:
            result, reason = "temperror", str(exc)
        else:
            result, reason = "pass", ""
        yield Signature(result=result, domain=ascii_domain(_text(tags, b"d")), reason=reason)


def _text(tags: Mapping[bytes, bytes], name: bytes) -> str:
    return tags.get(name, b"").decode("utf-8", "replace")


def _tags(value: bytes) -> Mapping[bytes, bytes]:
    from dkim.util import InvalidTagValueList, parse_tag_value

    if len(value) > MAX_FIELD or _LONG_BLANK.search(value):
        raise _Unsound(result="permerror", reason="the signature is too long")
    try:
        tags: dict[bytes, bytes] = parse_tag_value(value)
    except InvalidTagValueList as exc:
        raise _Unsound(result="permerror", reason="the signature can't be read") from exc
    return tags


def _check_header(signer: DKIM, index: int, tags: Mapping[bytes, bytes]) -> None:
    """Whether the signature is one that can be checked, and speaks of the whole header."""
    from dkim import DKIMException

    try:
        _, signed, _ = signer.verify_headerprep(index)
    except DKIMException as exc:
        raise _Unsound(result="permerror", reason=str(exc)) from exc
    except _BREAKS as exc:
        raise _Unsound(result="permerror", reason="the signature can't be read") from exc
    if len(signed) > MAX_SIGNED:
        raise _Unsound(result="permerror", reason="the signature is too long")
    if tags[b"a"].endswith(b"-sha1"):
        raise _Unsound(result="policy", reason="SHA-1 proves nothing (RFC 8301)")
    if b"from" not in signed:
        raise _Unsound(result="permerror", reason="From is not signed")
    names = [name.lower() for name, _ in signer.headers]
    twice = next((name for name in names if name in _ONCE and names.count(name) > 1), None)
    if twice:
        raise _Unsound(result="policy", reason=f"there is more than one {twice.decode().title()}")


def _check_body(body: _Body, tags: Mapping[bytes, bytes]) -> None:
    relaxed = tags.get(b"c", b"").partition(b"/")[2] == b"relaxed"
    digest, length = body.digest(relaxed=relaxed)
    if b"l" in tags and int(tags[b"l"] or b"0") < length:
        # The rest is anybody's (RFC 6376 8.2).
        raise _Unsound(
            result="policy", reason=f"only {int(tags[b'l'] or b'0')} octets of the body are signed"
        )
    try:
        signed = base64.b64decode(b"".join(tags[b"bh"].split()))
    except ValueError as exc:
        raise _Unsound(result="permerror", reason="the body's hash can't be read") from exc
    if signed != digest:
        raise _Unsound(result="fail", reason="the body was changed")


def _check_signature(signer: DKIM, index: int, tags: Mapping[bytes, bytes], look_up: LookUp) -> None:
    from dkim import DKIMException
    from dkim.asn1 import ASN1FormatError

    name = f"{_text(tags, b's')}._domainkey.{_text(tags, b'd')}"
    if not _NAME.fullmatch(name):
        raise _Unsound(result="permerror", reason="the name of the key can't be read")
    record = look_up(name)
    if record is None:
        raise _Unsound(result="permerror", reason=f"there is no key {name}")
    key = _key(name, record)
    _, signed, fields = signer.verify_headerprep(index)
    header_tags = {tag: value for tag, value in tags.items() if tag not in (b"bh", b"l")}
    try:
        fits = signer.verify_sig(header_tags, signed, fields[index], lambda name, timeout: key)
    except (DKIMException, ASN1FormatError, *_BREAKS) as exc:
        raise _Unsound(result="permerror", reason=f"the signature can't be checked: {exc}") from exc
    if not fits:
        raise _Unsound(result="fail", reason="the signature does not fit")


def _key(name: str, record: bytes) -> bytes:
    """The record as dkimpy is to see it, without what it trips over."""
    from dkim import DKIMException, NaClNotFoundError, evaluate_pk
    from dkim.asn1 import ASN1FormatError
    from dkim.util import InvalidTagValueList, parse_tag_value

    if len(record) > MAX_KEY:
        raise _Unsound(result="policy", reason=f"the key {name} is too long")
    try:
        tags: Mapping[bytes, bytes] = parse_tag_value(record)
        if not tags.get(b"p"):
            raise _Unsound(result="permerror", reason=f"the key {name} was revoked")
        # A list of services, such as `email:tlsrpt`, is beyond dkimpy.
        key = b"; ".join(b"=".join(tag) for tag in tags.items() if tag[0] != b"s")
        _, bits, kind, _ = evaluate_pk(name, key)
    except NaClNotFoundError as exc:
        raise _Unsound(result="neutral", reason="Ed25519 needs one more package: pip install pynacl") from exc
    except (DKIMException, ASN1FormatError, InvalidTagValueList, *_BREAKS) as exc:
        raise _Unsound(result="permerror", reason=f"the key {name} can't be read") from exc
    if kind == b"rsa" and bits < MIN_KEY_BITS:
        raise _Unsound(result="policy", reason=f"the key {name} has only {bits} bits")
    services = [word.strip() for word in tags.get(b"s", b"*").split(b":")]
    hashes = [word.strip() for word in tags.get(b"h", b"sha256").split(b":")]
    if not {b"*", b"email"} & {*services} or b"sha256" not in hashes:
        raise _Unsound(result="permerror", reason=f"the key {name} is for something else")
    return key
