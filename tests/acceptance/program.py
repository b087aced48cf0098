"""The command line as a process, in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Program", "Ran", "Running", "eventually"]

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120.0
"""A deadline against hanging, generous for a loaded machine; nothing is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


class Running:
    """A process of ours. What it says is gathered as it comes, and each line of stderr is shown to `watch`."""

    def __init__(self, process: subprocess.Popen[bytes], watch: Callable[[str], None]) -> None:
        self._process = process
        self._watch = watch
        self._lines: list[str] = []
        self._out: list[bytes] = []
        self._readers = [threading.Thread(target=self._read_err), threading.Thread(target=self._read_out)]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def err(self) -> str:
        """What it said on stderr so far."""
        return "".join(self._lines)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.alive:
            self._process.send_signal(number)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.send(signal.SIGKILL)

    def wait(self, seconds: float = _SECONDS) -> Ran:
        """Wait for its end."""
        status = self._process.wait(seconds)
        for reader in self._readers:
            reader.join(seconds)
        return Ran(status=status, out=b"".join(self._out).decode(), err=self.err)

    def close(self) -> None:
        """End it, however far it is."""
        self.kill()
        self.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _read_err(self) -> None:
        for line in self._process.stderr or ():
            text = line.decode("utf-8", "replace")
            self._lines.append(text)
            self._watch(text)

    def _read_out(self) -> None:
        self._out.extend(self._process.stdout or ())


@dataclass(slots=True, kw_only=True)
class Program:
    """A folder with settings and rules, and the program run in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def settings(self, settings: Mapping[str, object]) -> None:
        """Write the settings file."""
        text = yaml.safe_dump(dict(settings), allow_unicode=True, sort_keys=False)
        self.write("automailer.yaml", text).chmod(0o600)

    def run(self, *words: str) -> Ran:
        """Run one command to its end."""
        with self.start(*words) as running:
            return running.wait()

    def poll(self) -> Any:
        """One round that goes well; its document."""
        ran = self.run("poll", "--json")
        assert ran.status == 0, ran.err + ran.out
        return ran.document

    @contextmanager
    def start(self, *words: str, watch: Callable[[str], None] = lambda _: None) -> Iterator[Running]:
        """Start a command; it is ended with the block."""
        process = subprocess.Popen(
            [sys.executable, "-m", "automailer", *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(_ROOT),
                **self.environment,
            },
        )
        running = Running(process, watch)
        try:
            yield running
        finally:
            running.close()

    def files(self, folder: str) -> dict[str, bytes]:
        """Every file below a folder, hidden ones too."""
        root = self.folder / folder
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


def eventually(true: Callable[[], bool], *, what: str, seconds: float = _SECONDS) -> None:
    """Wait until something is so; fail when it does not come about."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"it did not come about that {what}"
        time.sleep(0.02)
