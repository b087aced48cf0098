"""A disk that has no room to unpack on: that passes, and the message waits."""

from __future__ import annotations

import io
import resource
import zipfile
from collections.abc import Iterator

import pytest

from tests.unit.actions.build import mail_with, planned


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file of this process may grow past a megabyte and a half."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
def test_no_room_to_unpack_is_told_with_the_place_of_the_action() -> None:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        archive.writestr("a.bin", bytes(2_000_000))
    found = planned("save_attachments: {to: in, unzip: true}", mail_with({"a.zip": octets.getvalue()}))
    assert found.error == "rules.yaml:1:1: a.zip: no room to unzip it: File too large"
