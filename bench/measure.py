"""Runs a program once and says how long it took and how much memory its largest process had."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

TIME = "/usr/bin/time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One run: wall clock and processor time in seconds, the largest process in kB, its stdout."""

    wall: float
    processor: float
    peak_kb: int
    stdout: str


def run(command: Sequence[str]) -> Measurement:
    """Run it to its end; a status other than 0 is an error that shows what it said.

    GNU time does the counting: a process started straight from here would inherit this one's peak memory.
    """
    with tempfile.NamedTemporaryFile("r") as counted:
        start = time.perf_counter()
        done = subprocess.run(
            [TIME, "--format=%U %S %M", f"--output={counted.name}", *command],
            check=False,
            capture_output=True,
            text=True,
        )
        wall = time.perf_counter() - start
        if done.returncode:
            message = (
                f"{command[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
            raise RuntimeError(message)
        user, system, peak_kb = counted.read().split()
    return Measurement(
        wall=wall, processor=float(user) + float(system), peak_kb=int(peak_kb), stdout=done.stdout
    )
