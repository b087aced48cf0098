"""The servers of the acceptance tests: one Dovecot and one Postfix for all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.counter import Counter, open_counter
from tests.acceptance.servers import Dovecot, Postfix, missing


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder that the servers' own users may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory(prefix="automailer-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def server_certificate(server_folder: Path, certificate: Path) -> Path:
    """The certificate where the servers can read it; clients trust the same file."""
    copy = server_folder / "localhost.pem"
    copy.write_bytes(certificate.read_bytes())
    return copy


@pytest.fixture(scope="session")
def dovecot(server_folder: Path, server_certificate: Path) -> Iterator[Dovecot]:
    """A running POP3 server; make a user for each test with `add_user`."""
    if reason := missing("dovecot"):
        pytest.skip(reason)
    with Dovecot(server_folder / "dovecot", server_certificate) as server:
        yield server


@pytest.fixture(scope="session")
def postfix_server(server_folder: Path, server_certificate: Path, dovecot: Dovecot) -> Iterator[Postfix]:
    if reason := missing("postfix"):
        pytest.skip(reason)
    with Postfix(server_folder / "postfix", server_certificate, dovecot.sasl_socket) as server:
        yield server


@pytest.fixture
def postfix(postfix_server: Postfix) -> Postfix:
    """A running SMTP server that has delivered nothing yet; its users are Dovecot's."""
    postfix_server.clear()
    return postfix_server


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """The sandbox servers and the program as a process."""
    with open_counter(tmp_path) as found:
        yield found
