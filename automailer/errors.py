"""The one tree of errors. A class says what the caller does next; facts are attributes, text is made of them.

AutomailerError
├── ConfigError        fix the file: carries every problem found, each with its place
├── TemporaryError     wait, then try again
│   ├── BusyError      the peer itself asks for patience: why, and for how long
│   └── TemplateError  a template broke on a message: mend the template, the message waits
├── PermanentError     give up: trying again changes nothing
│   └── AuthError      the peer refused the login: stop knocking
└── ProtocolError      distrust the peer: drop the connection and believe nothing more of it
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

__all__ = [
    "AuthError",
    "AutomailerError",
    "BusyError",
    "ConfigError",
    "PermanentError",
    "Place",
    "Problem",
    "ProtocolError",
    "TemplateError",
    "TemporaryError",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file that a person wrote.

    `path` is the dotted key (`mailboxes.ops.port`), `message` what is wrong, `hint` the nearest name or "",
    `source` the line of the file or "".
    """

    place: Place
    path: str
    message: str
    hint: str = ""
    source: str = ""

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        hint = f" (did you mean {self.hint!r}?)" if self.hint else ""
        head = f"{self.place}: {path}{self.message}{hint}"
        if not self.source.strip():
            return head
        return f"{head}\n    {self.source}\n    {' ' * (self.place.column - 1)}^"


class AutomailerError(Exception):
    """Everything that this program raises on purpose."""


class ConfigError(AutomailerError):
    """The files that a person wrote are wrong; `problems` names all that was found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class TemporaryError(AutomailerError):
    """It did not work now and may work later."""


class BusyError(TemporaryError):
    """The peer asks for patience: `code` is its reason (`IN-USE` …), `retry_in` None when unknown."""

    def __init__(self, message: str, *, code: str, retry_in: timedelta | None = None) -> None:
        self.code = code
        self.retry_in = retry_in
        super().__init__(message)


class TemplateError(TemporaryError):
    """A template could not be rendered; `file` and `line` say where in it, line 0 when unknown."""

    def __init__(self, message: str, *, file: str, line: int = 0) -> None:
        self.message = message
        self.file = file
        self.line = line
        super().__init__(message, file, line)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class PermanentError(AutomailerError):
    """It did not work and will not work."""


class AuthError(PermanentError):
    """The peer refused the login."""


class ProtocolError(AutomailerError):
    """The peer does not speak the protocol, or plays a trick: nothing more of it is believed."""
