"""Desks for the command line's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.desk import Desk, desk_in, run


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `init` writes."""
    folder = tmp_path_factory.mktemp("start")
    made = run("init", cwd=folder)
    assert made.status == 0, made.err
    return folder


@pytest.fixture
def desk(tmp_path: Path, start: Path) -> Iterator[Desk]:
    """A fresh one, where nothing was polled yet."""
    with desk_in(tmp_path / "desk", start) as found:
        yield found


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory, start: Path) -> Iterator[Desk]:
    """One that was polled once; only to be looked at."""
    with desk_in(tmp_path_factory.mktemp("polled") / "desk", start) as found:
        done = found.run("poll")
        assert done.status == 0, done.err
        yield found
