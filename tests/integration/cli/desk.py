"""A desk to try the command line at: a folder as `init` writes it, servers on loopback, commands as processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automailer.sandbox import Pop3Server, SmtpSink, sample_mails

__all__ = ["USER", "Desk", "Ran", "desk_in", "run"]

_ROOT = Path(__file__).resolve().parents[3]
USER, _PASSWORD = "ops@example.com", "a secret"
_SECONDS = 60


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


def run(*words: str, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ran:
    """Run the program as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "automailer", *words],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(cwd),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_ROOT),
            "PYTHONWARNINGS": "error",
            **(env or {}),
        },
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass
class Desk:
    """The folder and its servers; `run` runs a command in it."""

    folder: Path
    pop3: Pop3Server
    smtp: SmtpSink
    env: dict[str, str] = field(default_factory=lambda: {"OPS_PASSWORD": _PASSWORD})

    def run(self, *words: str, stdin: bytes = b"") -> Ran:
        return run(*words, cwd=self.folder, stdin=stdin, env=self.env)

    def deliver(self, *mails: bytes) -> None:
        for mail in mails:
            self.pop3.maildrop(USER).deliver(mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def edit(self, name: str, old: str, new: str) -> None:
        """Change one thing in a file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """Every file of the folder."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


@contextmanager
def desk_in(folder: Path, start: Path) -> Iterator[Desk]:
    """A desk made of what `init` wrote to `start`, with the sample mails in its mailbox."""
    shutil.copytree(start, folder)
    with Pop3Server({USER: _PASSWORD}) as pop3, SmtpSink() as smtp:
        desk = Desk(folder, pop3, smtp)
        desk.edit("automailer.yaml", "host: pop.example.com", _address(pop3.port))
        desk.edit("automailer.yaml", "host: smtp.example.com", _address(smtp.port))
        login = "    username: ops@example.com\n    password: {env: SMTP_PASSWORD}\n"
        desk.edit("automailer.yaml", login, "")
        desk.edit("automailer.yaml", "[rules/ops.yaml]", "[rules/common.yaml, rules/ops.yaml]")
        desk.deliver(*(mail.octets for mail in sample_mails()))
        yield desk


def _address(port: int) -> str:
    return f"host: 127.0.0.1\n    port: {port}\n    tls: none"
