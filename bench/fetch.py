"""A whole mailbox, fetched by each of the programs over loopback and over a slower line."""

from __future__ import annotations

import poplib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.clients import PASSWORD, USER, Client, clients
from bench.delay import DelayProxy
from bench.mails import small_mails
from bench.measure import TIME, Measurement, run
from bench.report import Scene, head, table
from tests.acceptance.servers import Dovecot, missing
from tests.certificate import self_signed

_DOVECOT = """
pop3_no_flag_updates = yes
pop3_lock_session = no
pop3_fast_size_lookups = yes
auth_cache_size = 1M
service pop3-login {
  service_count = 0
  process_min_avail = 2
}
"""


SCENES = (
    Scene(title="Loopback", round_trip_ms=0, runs=5, slow_runs=5),
    Scene(title="40 ms of round trip added", round_trip_ms=40, runs=3, slow_runs=1),
)


def needed(only: str | None = None) -> str:
    """Why it can't be measured here, or ""."""
    names = {"dovecot", "openssl", *(client.name for client in clients() if only in (None, client.name))}
    return missing(*sorted(names - {"automailer"})) or ("" if Path(TIME).exists() else "not installed: time")


def measure(mails: int = 1000, only: str | None = None) -> str:
    """Measure every program, or the only one; the tables."""
    chosen = [client for client in clients() if only in (None, client.name)]
    with tempfile.TemporaryDirectory(prefix="automailer-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        return _measure_all(folder, chosen, mails)


def _measure_all(folder: Path, chosen: Sequence[Client], mails: int) -> str:
    tables = []
    with Dovecot(folder / "dovecot", self_signed(folder), extra=_DOVECOT) as server:
        user = server.add_user(USER, PASSWORD)
        for octets in small_mails(mails):
            user.deliver(octets)
        _warm(server.port)
        for scene in SCENES:
            with DelayProxy(server.port, round_trip_ms=scene.round_trip_ms) as proxy:
                port = proxy.port if scene.round_trip_ms else server.port
                tables.append(table(scene, _measure(scene, chosen, folder, port, mails), mails))
    return "\n".join([head(mails), *tables])


def _measure(
    scene: Scene, chosen: Sequence[Client], folder: Path, port: int, mails: int
) -> dict[Client, list[Measurement]]:
    """Take turns, so that what else the machine does falls on all of them."""
    taken: dict[Client, list[Measurement]] = {client: [] for client in chosen}
    for number in range(scene.runs):
        for client in chosen:
            if client.name == "fdm" and number >= scene.slow_runs:
                continue
            with tempfile.TemporaryDirectory(dir=folder) as name:
                command = client.prepare(Path(name), port)
                measurement = run(command)
                fetched = client.fetched(Path(name), measurement.stdout)
            if fetched != mails:
                message = f"{client.name} took {fetched} of {mails} mails"
                raise RuntimeError(message)
            taken[client].append(measurement)
            print(f"{scene.title}: {client.name} {measurement.wall:.2f} s", file=sys.stderr)
    return taken


def _warm(port: int) -> None:
    """Let Dovecot build its index, which is not what is measured."""
    client = poplib.POP3("127.0.0.1", port, timeout=60)
    client.user(USER)
    client.pass_(PASSWORD)
    client.uidl()
    client.list()
    client.quit()
