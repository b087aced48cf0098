"""The lists of right and wrong addresses in the corpus: what is right is read, what is wrong gives no address."""

from __future__ import annotations

from pathlib import Path

import pytest

from automailer.message import parse_addresses

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "mail" / "mailgun__flanker"

READ_ALL_THE_SAME = {
    "dots that Japanese phone companies gave out (RFC 5322 has none there, mail does)": [
        "first.last.@iana.org",
        "first..last@iana.org",
        "dot.@iana.org",
        "two..dot@iana.org",
        "test.@iana.org",
        "test..test@iana.org",
        "wo..oly@iana.org",
        "pootietang.@iana.org",
    ],
    "a domain with the root's dot, which is taken away": [
        "gatsby@f.sc.ot.t.f.i.tzg.era.l.d.",
        "test@example.",
        "a@bar.com.",
    ],
    "comments around the @ (RFC 5322 4.4)": ['"foo"(yay)@(hoopla)[1.2.3.4]'],
    "a label that claims to be Punycode and is none: only the DNS knows": ["test@xn--example.com"],
}


def _lines(name: str) -> list[str]:
    path = FOLDER / name
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.fixture(autouse=True)
def _corpus() -> None:
    if not FOLDER.is_dir():
        pytest.skip("the corpus of test mails is not here")


def _is_read(text: str) -> bool:
    found = parse_addresses(text.encode())
    return len(found.addresses) == 1 and bool(found.addresses[0].address) and not found.defects


@pytest.mark.parametrize("text", _lines("mailbox_valid.txt") or [""])
def test_a_right_address_is_read(text: str) -> None:
    assert _is_read(text)


@pytest.mark.parametrize("text", _lines("abridged_localpart_valid.txt") or [""])
def test_a_right_local_part_is_read(text: str) -> None:
    assert _is_read(f"{text}@example.com")


@pytest.mark.parametrize("text", _lines("mailbox_invalid.txt") or [""])
def test_a_wrong_address_is_none_or_it_is_said_why(text: str) -> None:
    assert _is_read(text) is any(text in texts for texts in READ_ALL_THE_SAME.values())
