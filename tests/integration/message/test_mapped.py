"""A large message over a mapped file is read without being copied."""

from __future__ import annotations

import base64
import hashlib
import mmap
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from automailer.message import parse

LINE = base64.b64encode(bytes(range(57))) + b"\r\n"
LINES = 300_000


@pytest.fixture
def mapped(tmp_path: Path) -> Iterator[memoryview]:
    path = tmp_path / "large.eml"
    with path.open("wb") as file:
        file.write(b"Subject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")
        file.write(b"--b\r\nContent-Type: text/plain\r\n\r\nsee below\r\n--b\r\n")
        file.write(b"Content-Type: application/x; name=x.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        for _ in range(LINES // 1_000):
            file.write(LINE * 1_000)
        file.write(b"\r\n--b--\r\n")
    with path.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as octets:
        view = memoryview(octets)
        try:
            yield view
        finally:
            view.release()


def test_memory_does_not_grow_with_the_message(mapped: memoryview) -> None:
    """docs/pop3-cases.md, B24."""
    tracemalloc.start()
    try:
        message = parse(mapped)
        (attachment,) = message.attachments
        digest = hashlib.sha256()
        for chunk in attachment.chunks():
            digest.update(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert message.text == "see below\n"
    assert attachment.size == LINES * 57
    assert attachment.sha256 == digest.hexdigest() == hashlib.sha256(bytes(range(57)) * LINES).hexdigest()
    assert peak < 2_000_000 < len(mapped)
