"""Where secrets are kept: the environment, files, systemd's credentials, the keyring, a program."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = [
    "Unobtainable",
    "read_credential",
    "read_environment",
    "read_file",
    "read_from_command",
    "read_keyring",
]

# The longest password, token or key that anyone hands out is far below; a file named by mistake is not.
MAX_OCTETS = 65_536
# A password store may ask its agent; an agent that waits for a person to type something waits for ever.
COMMAND_TIMEOUT_SECONDS = 30.0


class Unobtainable(Exception):
    """The secret can't be had; `passing` when it may be later. The text never holds any of it."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        self.message = message
        self.passing = passing
        super().__init__(message)


def read_environment(name: str, environ: Mapping[str, str]) -> str:
    """The value of an environment variable."""
    if name not in environ:
        msg = f"the environment variable {name} is not set"
        raise Unobtainable(msg)
    return environ[name]


def read_file(path: Path) -> str:
    """What the file holds, without the newline at its end."""
    try:
        with path.open("rb") as file:
            return _text(file.read(MAX_OCTETS + 1), f"the file {path}")
    except OSError as exc:
        msg = f"the file {path} can't be read: {exc.strerror or exc}"
        raise Unobtainable(msg) from exc


def read_credential(name: str, environ: Mapping[str, str]) -> str:
    """A credential that systemd handed to this service."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        msg = f"no credential {name}: $CREDENTIALS_DIRECTORY is not set (LoadCredential= of systemd sets it)"
        raise Unobtainable(msg)
    return read_file(Path(folder) / name)


def read_keyring(service: str) -> str:
    """The password that the desktop's keyring holds for the service."""
    try:
        import keyring
        import keyring.errors
    except ImportError as exc:
        msg = "the keyring needs one more package: pip install 'automailer[keyring]'"
        raise Unobtainable(msg) from exc
    try:
        found = keyring.get_credential(service, None)
    except keyring.errors.KeyringError as exc:
        msg = f"the keyring did not answer ({type(exc).__name__})"
        raise Unobtainable(msg, passing=True) from exc
    if found is None:
        msg = f"the keyring holds nothing for {service}"
        raise Unobtainable(msg)
    return str(found.password)


def read_from_command(command: tuple[str, ...], folder: Path) -> str:
    """What the program prints, without the newline at its end; no shell is between.

    Its stderr is ours: what gpg or pass complain of is for the person at the terminal, or the service's log.
    """
    program = f"the command {command[0]}"
    try:
        done = subprocess.run(  # noqa: S603 - the words come from the settings, and from nowhere else
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=COMMAND_TIMEOUT_SECONDS,
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        msg = f"{program} took more than {COMMAND_TIMEOUT_SECONDS:g} s"
        raise Unobtainable(msg, passing=True) from exc
    except OSError as exc:
        msg = f"{program} can't be run: {exc.strerror or exc}"
        raise Unobtainable(msg) from exc
    if done.returncode:
        msg = f"{program} ended with status {done.returncode}"
        raise Unobtainable(msg, passing=True)
    return _text(done.stdout, f"the output of {program}")


def _text(octets: bytes, what: str) -> str:
    if len(octets) > MAX_OCTETS:
        msg = f"{what} is longer than {MAX_OCTETS} octets"
        raise Unobtainable(msg)
    try:
        return octets.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as exc:
        msg = f"{what} is not UTF-8"
        raise Unobtainable(msg) from exc
