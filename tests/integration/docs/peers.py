"""Sieve, fdm and procmail themselves: whether a test of theirs holds for a mail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["PEERS", "PROGRAMS", "compiles", "sieve_does"]

PROGRAMS: Mapping[str, str] = {"sieve": "sieve-test", "fdm": "fdm", "procmail": "procmail"}

_CAPABILITIES = (
    *("fileinto", "body", "regex", "relational", "comparator-i;ascii-numeric", "date", "index", "variables"),
    *("mime", "foreverypart", "subaddress", "copy", "imap4flags", "vacation", "vacation-seconds", "enotify"),
    *("duplicate", "editheader", "reject", "include", "mailbox", "environment", "envelope"),
    *("extracttext", "encoded-character"),
)
_REQUIRE = f"require {json.dumps(_CAPABILITIES)};\n"
_SIEVE_SETTINGS = """\
mail_location = maildir:{folder}/mail
plugin {{
  sieve_extensions = +editheader +vacation-seconds
}}
"""
# A mail server's programs refuse to work for root.
_NOT_ROOT = "mail_uid = nobody\nmail_gid = nogroup\nfirst_valid_uid = 1\n"
_FDM = """\
set no-received
set lock-types none
set lock-file "{folder}/lock"
account "in" stdin
action "yes" write "{folder}/yes"
action "no" drop
match {test} action "yes"
match all action "no"
"""


def sieve_holds(test: str, mail: bytes, folder: Path) -> bool:
    """Whether a Sieve test holds, by Pigeonhole's `sieve-test`."""
    shown = sieve_does(f'{_REQUIRE}if {test} {{ fileinto "yes"; }}\n', mail, folder)
    return "store message in folder: yes" in shown


def compiles(script: str, folder: Path) -> bool:
    """Whether a Sieve script is one."""
    return "Performed actions" in sieve_does(_REQUIRE + script, b"From: ann@example.net\r\n\r\n", folder)


def sieve_does(script: str, mail: bytes, folder: Path, *, sender: str = "ann@example.net") -> str:
    """What a Sieve script does with a mail, in the words of `sieve-test`."""
    folder.chmod(0o755)
    (folder / "test.sieve").write_text(script, encoding="utf-8")
    (folder / "mail.eml").write_bytes(mail)
    settings = _SIEVE_SETTINGS.format(folder=folder) + (_NOT_ROOT if os.getuid() == 0 else "")
    (folder / "dovecot.conf").write_text(settings, encoding="utf-8")
    around: list[str | Path] = [
        "-c",
        folder / "dovecot.conf",
        "-f",
        sender,
        "-r",
        "ops@example.com",
        "-a",
        "ops@example.com",
    ]
    done = _run("sieve-test", *around, folder / "test.sieve", folder / "mail.eml", folder=folder)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def fdm_holds(test: str, mail: bytes, folder: Path) -> bool:
    """Whether conditions of an fdm rule hold."""
    (folder / "yes").unlink(missing_ok=True)
    settings = folder / "fdm.conf"
    settings.write_text(_FDM.format(folder=folder, test=test), encoding="utf-8")
    settings.chmod(0o600)
    done = _run("fdm", "-f", settings, "fetch", folder=folder, stdin=mail.replace(b"\r\n", b"\n"))
    assert done.returncode == 0, done.stderr.decode()
    return (folder / "yes").exists()


def procmail_holds(recipe: str, mail: bytes, folder: Path) -> bool:
    """Whether the conditions of a procmail recipe hold."""
    head = recipe if recipe.startswith(":0") else f":0\n{recipe}"
    settings = folder / "procmailrc"
    settings.write_text(f'DEFAULT=/dev/null\n{head}\n{{ LOG="it holds" }}\n', encoding="utf-8")
    settings.chmod(0o600)
    done = _run("procmail", "-m", settings, folder=folder, stdin=mail.replace(b"\r\n", b"\n"))
    assert done.returncode == 0, done.stderr.decode()
    return b"it holds" in done.stderr


PEERS: Mapping[str, Callable[[str, bytes, Path], bool]] = {
    "sieve": sieve_holds,
    "fdm": fdm_holds,
    "procmail": procmail_holds,
}


def _run(
    program: str, *words: str | Path, folder: Path, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    path = shutil.which(program)
    assert path is not None
    around = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "USER": "nobody" if os.getuid() == 0 else os.environ.get("USER", "nobody"),
        "TZ": "Europe/Berlin",
    }
    return subprocess.run(
        [path, *map(str, words)],
        input=stdin,
        capture_output=True,
        timeout=30,
        check=False,
        env=around,
        cwd=folder,
    )
