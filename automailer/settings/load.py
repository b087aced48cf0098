"""Finds the settings file, reads it, and refuses it with everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from automailer.errors import ConfigError, Place, Problem, TemporaryError
from automailer.settings.document import read_leniently
from automailer.settings.models import Settings
from automailer.settings.references import dangling_references
from automailer.settings.secret import find_secrets
from automailer.settings.validation import validate

__all__ = ["FILE_NAME", "find_settings", "load_settings", "secret_problems"]

FILE_NAME = "automailer.yaml"
VARIABLE = "AUTOMAILER_CONFIG"


def find_settings(explicit: Path | None, environ: Mapping[str, str], cwd: Path, home: Path) -> Path:
    """The settings file: the one named, $AUTOMAILER_CONFIG, or the first of the usual places that has one."""
    if explicit is not None:
        return explicit
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    places = (
        cwd / FILE_NAME,
        home / ".config" / "automailer" / FILE_NAME,
        Path("/etc/automailer") / FILE_NAME,
    )
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    message = (
        f"there are no settings (looked for {looked}): "
        "`automailer init` writes a commented file to start from; -c names one that lies elsewhere"
    )
    raise ConfigError([Problem(place=Place(FILE_NAME, 1, 1), path="", message=message)])


def load_settings(path: Path) -> Settings:
    """The settings in the file.

    Raises:
        ConfigError: with every problem of the file, and of the names and files in it, in file order.
    """
    document, problems = read_leniently(path)
    if document.root is None and problems:
        raise ConfigError(problems)
    folder = path.absolute().parent
    settings = None
    try:
        settings = validate(Settings, document, folder=folder)
    except ConfigError as exc:
        problems.extend(exc.problems)
    problems.extend(dangling_references(document, folder))
    if settings is None or problems:
        raise ConfigError(sorted(problems, key=lambda problem: (problem.place.line, problem.place.column)))
    return settings.read_from(document, folder)


def secret_problems(settings: Settings, environ: Mapping[str, str]) -> list[Problem]:
    """The secrets that can't be had now, each fetched once to see; commands are run, the keyring is asked."""
    problems = []
    for path, secret in find_secrets(settings):
        try:
            secret.reveal(environ)
        except ConfigError as exc:
            message = exc.problems[0].message
        except TemporaryError as exc:
            message = str(exc).removeprefix(secret.where)
        else:
            continue
        problems.append(settings.problem(path, message))
    return problems
