"""The tables, as Markdown, and the facts they depend on."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.clients import Client
from bench.measure import Measurement

_PACKAGES = {"Dovecot": "dovecot-core", "mpop": "mpop", "fdm": "fdm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One table: at which added round trip, how often (`runs`, and `slow_runs` for fdm)."""

    title: str
    round_trip_ms: float
    runs: int
    slow_runs: int


def table(scene: Scene, taken: Mapping[Client, Sequence[Measurement]], mails: int) -> str:
    """The runs of one scene, a line for each program."""
    lines = [
        f"## {scene.title}",
        "",
        "| program | writes | runs | median s | min-max | msgs/s | x fdm | CPU s | peak RSS MB | RSS / fdm |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    walls = {client.name: statistics.median(each.wall for each in runs) for client, runs in taken.items()}
    peaks = {client.name: max(one.peak_kb for one in runs) for client, runs in taken.items()}
    for client, runs in taken.items():
        each = [one.wall for one in runs]
        ratio = f"{walls['fdm'] / walls[client.name]:.2f}" if "fdm" in walls else ""
        memory = f"{peaks[client.name] / peaks['fdm']:.1f}" if "fdm" in peaks else ""
        processor = statistics.median(one.processor for one in runs)
        lines.append(
            f"| {client.name} | {client.does} | {len(runs)} | {walls[client.name]:.2f} "
            f"| {min(each):.2f}-{max(each):.2f} | {mails / walls[client.name]:.0f} | {ratio} "
            f"| {processor:.2f} | {peaks[client.name] / 1000:.1f} | {memory} |"
        )
    return "\n".join([*lines, ""])


def head(mails: int) -> str:
    """What was measured, and on what."""
    versions = ", ".join(f"{name} {_version(package)}" for name, package in _PACKAGES.items())
    return f"""# Fetch and decide: {mails} mails of 2 KB

Each program is a process with a fresh state and takes the whole mailbox from one private Dovecot (maildir,
index warm, PIPELINING, no TLS), leaving it there. Automailer parses each mail, puts it to ten rules and
writes its journal (SQLite, synchronous=FULL); the others write each mail to a maildir and decide nothing.
Start-up is included; `x fdm` is how many times as fast as fdm; memory is that of the largest process, and
`RSS / fdm` how many times that of fdm.

{measured("make bench")},
{versions}.
Compare within a table, not between machines.
"""


def measured(command: str) -> str:
    """When, how and on what; nothing that names the machine."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    machine = f"{os.cpu_count()} processors ({platform.machine()}), {memory_gb:.0f} GB, {platform.system()}"
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    return f"Measured {day} with `{command}`: {machine}, Python {platform.python_version()}"


def _version(package: str) -> str:
    query = shutil.which("dpkg-query")
    if query is None:
        return "of unknown version"
    done = subprocess.run(
        [query, "-W", "-f=${Version}", package], check=False, capture_output=True, text=True
    )
    return done.stdout or "of unknown version"
