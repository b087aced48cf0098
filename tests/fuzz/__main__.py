"""`make fuzz`: mutants of real mail, for as many runs as asked, with the memory at the start and at the end.

With Atheris installed (`pip install atheris`), `--coverage` lets it choose the mutants by the code that they reach.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.fuzz.exercise import Exercise, seeds
from tests.fuzz.mutate import TOKENS, mutant

WARM = 2_000
"""Runs before memory is looked at: by then what is cached is cached."""

MOST_GROWTH = 16_000_000
"""Octets of memory after the warm-up that are taken for noise of the allocator, in a run of any length."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exercise mutants; 1 when one broke something or memory grew, with the mail in a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--runs", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--coverage", action="store_true", help="guided by coverage, with Atheris")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="automailer-fuzz-") as name:
        if options.coverage:
            return _guided(Path(name), options.runs)
        return _blind(Exercise(Path(name)), options.runs, options.seed)


def _blind(exercise: Exercise, runs: int, seed: int) -> int:
    random, mails = Random(seed), seeds()
    warm, octets_read, began = 0, 0, time.monotonic()
    for run in range(1, runs + 1):
        octets = mutant(mails, random)
        octets_read += len(octets)
        try:
            exercise(octets)
        except Exception:
            print(
                f"run {run} of seed {seed} broke something; the mail is in {_kept(octets)}", file=sys.stderr
            )
            raise
        if run == min(WARM, runs):
            warm = _resident()
        if run % 5_000 == 0:
            print(f"{run:,} mails, {_resident() / 1e6:.1f} MB", file=sys.stderr, flush=True)
    growth = _resident() - warm
    print(
        f"{runs:,} mails ({octets_read / 1e6:.0f} MB) from {len(mails)} seeds in {time.monotonic() - began:.0f} s, "
        f"no crash; memory {warm / 1e6:.1f} MB after {min(WARM, runs):,} mails, {growth / 1e6:+.1f} MB at the end"
    )
    return int(growth > MOST_GROWTH)


def _guided(folder: Path, runs: int) -> int:
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

    corpus, tokens = folder / "corpus", folder / "tokens"
    corpus.mkdir()
    for number, octets in enumerate(seeds()):
        (corpus / f"{number:04d}").write_bytes(octets[:60_000])
    tokens.write_text("".join(f'"{_escaped(token)}"\n' for token in TOKENS if len(token) < 60), "ascii")
    exercise = Exercise(folder)
    atheris.instrument_all()
    options = (
        f"-atheris_runs={runs}",
        f"-dict={tokens}",
        "-max_len=60000",
        "-timeout=60",
        "-rss_limit_mb=2000",
    )
    atheris.Setup([sys.argv[0], *options, str(corpus)], exercise)
    atheris.Fuzz()
    return 0


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{octet:02x}" for octet in token)


def _kept(octets: bytes) -> Path:
    with tempfile.NamedTemporaryFile(prefix="automailer-broke-", suffix=".eml", delete=False) as file:
        file.write(octets)
    return Path(file.name)


def _resident() -> int:
    """Octets of memory in use now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    sys.exit(main())
