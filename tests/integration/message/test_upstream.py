"""What the projects that the corpus comes from assert of their own test mails holds for us, or it is said why not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from automailer.message import parse
from automailer.message.fields import read_section
from docs.broken import UPSTREAM, rows_of
from tests.integration.message.readings import reading

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "mail"
FLANKER = CORPUS / "mailgun__flanker"
ROWS = rows_of(UPSTREAM)
OTHERWISE = {("relaxed", ".24"): b"\r\n" * 8 + b" \r\n"}
"""Blanks in a last line without an end are kept there; RFC 6376 3.4.4 takes them away, and the empty lines before."""
CANONICAL = sorted(path.suffix for path in FLANKER.glob("messages__dkim__relaxed.expected.*"))


@pytest.fixture(autouse=True)
def _corpus() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of test mails is not here")


def _named(row: dict[str, str]) -> str:
    return f"{row['file'].rpartition('/')[2]} {row['what']}"


def _text(cell: str) -> str:
    return str(json.loads(f'"{cell}"'))


@pytest.mark.parametrize("row", ROWS, ids=_named)
def test_we_see_what_upstream_sees(row: dict[str, str]) -> None:
    message = parse((CORPUS / row["file"]).read_bytes())
    expected = _text(row["expected"])
    if row["reason"]:
        found = reading(message, row["what"], expected)
        assert found == _text(row["ours"])
        assert found != expected
    else:
        assert reading(message, row["what"], expected) == expected


@pytest.mark.parametrize("number", CANONICAL or [""])
@pytest.mark.parametrize("form", ["relaxed", "nofws"])
def test_fields_and_body_are_those_of_the_canonical_form_beside_the_mail(form: str, number: str) -> None:
    """RFC 6376 3.4.2 and RFC 4870 3.4.2.2: what is signed shows where each field and the body begin and end."""
    octets = (FLANKER / f"messages__dkim__email{number}").read_bytes()
    expected = (FLANKER / f"messages__dkim__{form}.expected{number}").read_bytes()
    section = read_section(octets)
    fold = _relaxed if form == "relaxed" else _without_blanks
    lines = [fold(f"{field.name}:".encode(), field.value) for field in section.fields]
    body = [fold(b"", line) for line in re.split(rb"\r?\n", octets[section.body :])]
    while body and not body[-1]:
        body.pop()
    found = b"".join(line + b"\r\n" for line in [*lines, b"", *body])
    assert found + OTHERWISE.get((form, number), b"") == expected


def _relaxed(name: bytes, value: bytes) -> bytes:
    one_line = re.sub(rb"[ \t]+", b" ", re.sub(rb"\r?\n", b"", value))
    return name.lower() + one_line.strip(b" \t") if name else one_line.rstrip(b" \t")


def _without_blanks(name: bytes, value: bytes) -> bytes:
    return name + re.sub(rb"[ \t\r\n]+", b"", value)
