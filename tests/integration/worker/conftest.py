"""The office that the tests of this folder work in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from automailer.sandbox import Pop3Server, SmtpSink
from tests.integration.worker.office import USERS, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Two users, no mail, no rules yet."""
    with Pop3Server(USERS) as pop3, SmtpSink() as smtp:
        yield Office(folder=tmp_path, pop3=pop3, smtp=smtp)
