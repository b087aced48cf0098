"""Runs programs that rules ask: no shell, a clean environment, a time limit, and nothing of them left behind."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from automailer.errors import TemporaryError
from automailer.rules import Program, Ran
from automailer.settings import format_duration

__all__ = ["end_programs", "locate", "run_program", "unfit_program"]

INHERITED = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "TZ")
"""What a program sees of our environment. The rest may hold secrets (`{env: NAME}`)."""

MAX_COMPLAINT = 4_096
"""Octets of stderr that are kept for its first line; the rest is read and dropped, so that nobody waits for us."""

MAX_FACT = 1_000
"""Characters of one AUTOMAILER_* variable: kernels limit arguments and environment together."""

GRACE_SECONDS = 1.0
"""Between SIGTERM and SIGKILL."""

KILL_SECONDS = 5.0
"""How long a killed program may take to vanish; one that hangs in the kernel, on a lost disk, is left to it."""

FEED_OCTETS = 65_536
"""A pipe holds no more (Linux)."""

LOOK_SECONDS = 0.05
"""How often we look whether a program has ended that left its pipes to a child of its own."""


_running: set[subprocess.Popen[bytes]] = set()
"""What would outlive this process, and its own time limit."""


def locate(program: str, folder: Path) -> str | None:
    """The file of a program: a path relative to the folder, or a plain name on PATH; None when nothing can be run."""
    if os.sep not in program:
        found = shutil.which(program)
        return found and str(Path(found).absolute())  # it is started in the folder, not here
    path = folder / program
    return str(path) if path.is_file() and os.access(path, os.X_OK) else None


def unfit_program(program: str, folder: Path) -> str:
    """Why the program can't be run, "" when it can."""
    if locate(program, folder) is not None:
        return ""
    if os.sep not in program:
        return f"there is no program {program!r} on the PATH"
    path = folder / program
    return f"{str(path)!r} can't be executed" if path.exists() else f"there is no file {str(path)!r}"


def run_program(
    program: Program, octets: bytes | memoryview, *, facts: Mapping[str, str], folder: Path
) -> Ran:
    """Give it the octets on stdin and wait until it ends; whatever it started ends with it.

    Raises:
        TemporaryError: it can't be started, took too long, or was killed.
    """
    child = _start(program, facts, folder)
    _running.add(child)
    exchange = _Exchange(
        child, memoryview(octets), deadline=time.monotonic() + program.timeout.total_seconds()
    )
    try:
        in_time = exchange.run()
        if not in_time:
            _signal(child, signal.SIGTERM)
            exchange.extend(GRACE_SECONDS)
    finally:
        _signal(child, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            child.wait(KILL_SECONDS)
        _running.discard(child)
        exchange.close()
    if not in_time:
        reason = f"{program} gave no answer in {format_duration(program.timeout)}"
        raise TemporaryError(reason)
    if child.returncode < 0:
        reason = f"{program} was killed by {_signal_name(-child.returncode)}"
        raise TemporaryError(reason)
    return Ran(status=child.returncode, complaint=exchange.complaint())


def end_programs() -> None:
    """Kill every program that runs, with all that it started: this process is about to end in their midst."""
    for child in tuple(_running):
        _signal(child, signal.SIGKILL)


def _start(program: Program, facts: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    found = locate(program.words[0], folder)
    if found is None:
        raise TemporaryError(unfit_program(program.words[0], folder))
    try:
        return subprocess.Popen(  # noqa: S603 - the words come from the rules, and nothing of a mail is among them
            program.words,
            executable=found,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=folder,
            env=_environment(facts),
            start_new_session=True,
        )
    except OSError as exc:
        reason = f"{program} can't be started: {exc.strerror or exc}"
        raise TemporaryError(reason) from exc


def _environment(facts: Mapping[str, str]) -> dict[bytes, bytes]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    named = {f"AUTOMAILER_{name}": _harmless(value) for name, value in facts.items()}
    return {name.encode(): os.fsencode(value) for name, value in (inherited | named).items()}


def _harmless(text: str) -> str:
    """The text on one line, without control characters and what has no octets in UTF-8."""
    line = "".join(char if char.isprintable() else " " for char in text[:MAX_FACT])
    return line.encode("utf-8", "replace").decode()


@dataclass(slots=True)
class _Exchange:
    """Feeds a program and hears its complaints at the same time, so that neither waits for the other."""

    child: subprocess.Popen[bytes]
    rest: memoryview
    deadline: float
    heard: bytearray = field(default_factory=bytearray)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def __post_init__(self) -> None:
        for stream, event in ((self._stdin, selectors.EVENT_WRITE), (self._stderr, selectors.EVENT_READ)):
            os.set_blocking(stream.fileno(), False)
            self.selector.register(stream, event)

    def run(self) -> bool:
        """Go on until it has ended or the deadline has passed; False when it has not ended."""
        while self.selector.get_map() and self.child.poll() is None:
            patience = min(self.deadline - time.monotonic(), LOOK_SECONDS)
            if patience <= 0:
                return False
            for key, _ in self.selector.select(patience):
                (self._feed if key.fileobj is self._stdin else self._hear)()
        try:
            self.child.wait(max(self.deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def extend(self, seconds: float) -> None:
        """Let it end by itself."""
        self.deadline = time.monotonic() + seconds
        self.run()

    def complaint(self) -> str:
        """The first line of stderr that says something."""
        lines = self.heard.decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in lines if line.strip()), "")

    def close(self) -> None:
        """Close what is open, when the program has ended; what it said last is heard."""
        if self._stderr in self.selector.get_map():
            self._hear()
        self.selector.close()
        self._stdin.close()
        self._stderr.close()
        self.rest.release()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self.child.stdin is not None  # noqa: S101 - it is a pipe
        return self.child.stdin

    @property
    def _stderr(self) -> IO[bytes]:
        assert self.child.stderr is not None  # noqa: S101 - it is a pipe
        return self.child.stderr

    def _feed(self) -> None:
        try:
            written = os.write(self._stdin.fileno(), self.rest[:FEED_OCTETS])
        except BlockingIOError:
            return
        except BrokenPipeError:  # it doesn't want to know more, which is its right
            written = len(self.rest)
        self.rest = self.rest[written:]
        if not self.rest:
            self.selector.unregister(self._stdin)
            self._stdin.close()

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            said = os.read(self._stderr.fileno(), FEED_OCTETS)
            self.heard += said[: MAX_COMPLAINT - len(self.heard)]
            if not said:
                self.selector.unregister(self._stderr)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the program and everything that it started and that did not leave its session."""
    # A group that is gone, and on macOS one of which only zombies are left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
