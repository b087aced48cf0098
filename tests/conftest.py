"""What every test may use, and the rule that a server which `.ci/run` installs is no reason to skip there."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from automailer.journal import open_database, upgrade
from tests.certificate import self_signed
from tests.postgres import new_database, private_postgres

_INSTALLED_IN_CI = re.compile(r"\b(dovecot|postfix|postgres|postgresql|initdb|openssl|root)\b", re.IGNORECASE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip for want of a server into a failure where that server is promised."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if _INSTALLED_IN_CI.search(reason):
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where nothing may be missing: {reason}"
    return report


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with the key and the certificate of a server on localhost, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a private PostgreSQL, without a database's name."""
    yield from private_postgres()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with our tables; shared, so use names of your own in it."""
    url = new_database(postgres_server, "journal")
    database = open_database(url, tmp_path_factory.mktemp("state"))
    upgrade(database)
    database.close()
    return url
