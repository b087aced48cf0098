"""Files at fsspec URLs: whole, renamed where another's came first, found again by a repeat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fsspec
import pytest

from automailer.actions import exists, save
from automailer.errors import PermanentError, TemporaryError
from tests.integration.actions.saving import TOKEN, a_file


@pytest.fixture(params=["memory", "local"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An object store, and a place where files are written first and moved then."""
    if request.param == "local":
        yield f"local://{tmp_path}/bucket"
        return
    yield "memory://bucket"
    fsspec.filesystem("memory").store.clear()


def content(url: str) -> bytes:
    with fsspec.open(url, "rb") as file:
        octets = file.read()
    assert isinstance(octets, bytes)
    return octets


def names(url: str) -> list[str]:
    filesystem, path = fsspec.core.url_to_fs(url)
    return sorted(found.rpartition("/")[2] for found in filesystem.find(path))


def test_a_file_is_written_and_a_repeat_finds_it(bucket: str) -> None:
    url = f"{bucket}/in/a.txt"
    assert not exists(url)
    for _ in range(2):
        assert save(a_file(f"{bucket}/in", root=bucket), path=url, token=TOKEN) == url
    assert content(url) == b"content"
    assert exists(url)
    assert names(bucket) == ["a.txt"]


def test_another_s_file_is_left_alone(bucket: str) -> None:
    url = f"{bucket}/a.txt"
    save(a_file(bucket, b"another's"), path=url, token="f" * 32)
    with pytest.raises(TemporaryError, match="another file took this name"):
        save(a_file(bucket), path=url, token=TOKEN)
    save(a_file(bucket, exists="skip"), path=url, token=TOKEN)
    assert content(url) == b"another's"
    save(a_file(bucket, exists="replace"), path=url, token=TOKEN)
    assert content(url) == b"content"
    assert names(bucket) == ["a.txt"]


def test_what_breaks_off_leaves_nothing_behind(bucket: str) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"con"
        raise OSError(5, "broken")

    with pytest.raises(TemporaryError, match="broken"):
        save(replace(a_file(bucket), chunks=breaking), path=f"{bucket}/a.txt", token=TOKEN)
    assert names(bucket) == []
    save(a_file(bucket), path=f"{bucket}/a.txt", token=TOKEN)
    assert content(f"{bucket}/a.txt") == b"content"


def test_a_place_that_nobody_knows_is_told() -> None:
    with pytest.raises(PermanentError, match=r"nowhere://x/a\.txt"):
        save(a_file("nowhere://x"), path="nowhere://x/a.txt", token=TOKEN)
