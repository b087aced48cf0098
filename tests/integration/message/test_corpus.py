"""Every mail of the corpus: all of it can be read, and the octets of each leaf are the standard library's."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import Message as StdlibMessage
from pathlib import Path

import pytest

from automailer.message import KINDS, Address, parse, safe_name

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "mail"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []

OTHERWISE = {
    "mime4": "base64 that is no base64: the standard library leaves it encoded",
    "deeply_nested.txt": "deeper than our limit",
    "feedback-report.txt": "a byte order mark hides the header from the standard library",
    "rich-text.eml": "its winmail.dat is unpacked",
    "ukr.eml": "its winmail.dat is unpacked",
    "uudecode.txt": "uuencoded files in its text are attachments",
    "rfc2822__example13.eml": "`To    :` is a field (RFC 5322 4.5.8), the standard library ends the header there",
}
"""Where we read a broken mail in another way, and why."""


@pytest.fixture(autouse=True)
def _corpus() -> None:
    if not FILES:
        pytest.skip("the corpus of test mails is not here")


def _names(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", FILES or [Path()], ids=_names)
def test_a_mail_of_the_corpus_is_read(path: Path) -> None:
    message = parse(path.read_bytes())
    for header in message.headers:
        assert not set(header.value) & set("\r\n\0\x1b")
        assert all(address.address.isprintable() for address in message.addresses(header.name))
    assert message.from_ in (*message.addresses("from"), Address("", ""))
    assert all(date is None or date.tzinfo for date in (message.date, message.received_at))
    assert not message.message_id or message.message_id.isascii()
    assert "\r" not in message.text + message.subject
    assert message.kinds <= set(KINDS)
    assert all(message.defects)
    for attachment in message.attachments:
        assert safe_name(attachment.name, fallback="") == attachment.name
        assert attachment.size == len(attachment.content())
        assert attachment.inline in (True, False)


@pytest.mark.parametrize("path", FILES or [Path()], ids=_names)
def test_attachments_are_the_octets_that_the_standard_library_decodes(path: Path) -> None:
    if reason := OTHERWISE.get(path.name):
        pytest.skip(reason)
    octets = path.read_bytes()
    expected = list(_decoded(email.message_from_bytes(octets, policy=email.policy.compat32)))
    found = [part.content() for part in parse(octets).attachments if not part.type.startswith("message/")]
    rest = iter(expected)
    # In order, each among those of the standard library; what is left there is the text.
    assert all(any(content == other for other in rest) for content in found)
    assert len(found) <= len(expected)


def _decoded(part: StdlibMessage) -> Iterator[bytes]:
    if part.get_content_maintype() == "message":
        return
    payload = part.get_payload()
    if isinstance(payload, list):
        for child in payload:
            if isinstance(child, StdlibMessage):
                yield from _decoded(child)
    else:
        content = part.get_payload(decode=True)
        yield content if isinstance(content, bytes) else b""
