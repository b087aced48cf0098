"""What works and is not wise, or is not done yet: the warnings of `check`."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from automailer.errors import Problem
from automailer.settings.document import KeyPath
from automailer.settings.models import Settings
from automailer.settings.secret import SecretKind, find_secrets
from automailer.settings.server_model import ServerSettings, Tls

__all__ = ["warnings"]

_LOOPBACK = ("localhost", "127.", "::1")


def warnings(settings: Settings) -> list[Problem]:
    """What `check` warns of, in file order."""
    found = [*_servers(settings), *_state(settings), *_secrets(settings), *_not_run(settings)]
    problems = [settings.problem(path, message) for path, message in found]
    return sorted(problems, key=lambda problem: (problem.place.line, problem.place.column))


def _servers(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    for part, servers in (("mailboxes", settings.mailboxes), ("smtp", settings.smtp)):
        for name, server in servers.items():
            for key, message in _server(server):
                yield (part, name, key), message


def _server(server: ServerSettings) -> Iterator[tuple[str, str]]:
    encrypted = server.tls is not Tls.NONE
    if encrypted and not server.tls_verify and server.fingerprint is None:
        yield (
            "tls_verify",
            "the server's certificate is not checked: whoever sits between reads all",
        )
    if not encrypted and server.password is not None and not server.host.startswith(_LOOPBACK):
        yield "tls", "nothing is encrypted: mail, and the password with some logins, can be read on the way"
    if server.oauth is not None and server.oauth.token is None:
        yield "oauth", "signing in by itself is not in this version: give an access token as `token`"


def _state(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    if _allows(settings.state, stat.S_IWOTH):
        yield ("state",), "every user of this machine can put files into it, links too: chmod o-w"


def _secrets(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    document = settings.document
    open_file = document is not None and _allows(document.path, stat.S_IROTH)
    for path, secret in find_secrets(settings):
        if secret.file is not None and _allows(secret.file, stat.S_IROTH):
            yield path, f"{secret.file} can be read by every user of this machine: chmod o-r"
        if secret.kind is SecretKind.PLAIN and open_file and path != ("database",):
            yield (
                path,
                "stands in a file that every user of this machine can read: chmod o-r",
            )


def _allows(path: Path, mode: int) -> bool:
    try:
        return bool(path.stat().st_mode & mode)
    except OSError:
        return False  # a secret's file that is not there is told of where it is fetched


def _not_run(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    message = "is checked but not run by this version"
    for part in ("operators", "web", "reports", "expect"):
        if getattr(settings, part):
            yield (part,), message
