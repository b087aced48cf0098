"""Every mail of the corpus: all of it can be read, and what is read is clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from automailer.message import KINDS, Address, parse, safe_name

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "mail"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []


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
