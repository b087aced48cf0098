"""Writes the files of a whole window: names first, in one transaction, then the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from automailer.actions import SavedFile, exists, save
from automailer.errors import PermanentError, TemporaryError
from automailer.journal import EffectKey, Exists, FileClaim, FileName, Journal
from automailer.worker.arrival import Outcome
from automailer.worker.job import guarded

__all__ = ["save_files"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One file of one effect of one arrival."""

    outcome: Outcome
    effect: EffectKey
    token: str
    file: SavedFile

    @property
    def shared(self) -> bool:
        """Whether many messages go under this one name."""
        return self.file.form != "file"


def save_files(outcomes: Iterable[Outcome], journal: Journal) -> list[Outcome]:
    """Save what the outcomes' actions want saved; each outcome comes back with its paths, or why it could not.

    Those that came back before are left as they are.
    """
    found = list(outcomes)
    wanted = [one for outcome in found for one in _wanted(outcome)]
    if not wanted:
        return found
    names = _names(wanted, journal)
    paths: dict[int, dict[EffectKey, list[str]]] = {}
    errors: dict[int, dict[EffectKey, str]] = {}
    for one in wanted:
        of_message, path = id(one.outcome), _saved(one, names.get(one.token))
        if isinstance(path, Exception):
            errors.setdefault(of_message, {})[one.effect] = f"save: {str(path) or repr(path)}"
        else:
            paths.setdefault(of_message, {}).setdefault(one.effect, []).append(path)
    return [
        replace(
            outcome,
            saved={effect: tuple(all_) for effect, all_ in paths.get(id(outcome), {}).items()},
            errors=errors.get(id(outcome), {}),
        )
        if id(outcome) in paths or id(outcome) in errors
        else outcome
        for outcome in found
    ]


def _wanted(outcome: Outcome) -> Iterator[_Wanted]:
    if outcome.saved or outcome.errors:
        return
    for planned in outcome.planned:
        if planned.shadow or planned.error:
            continue
        effect = EffectKey(planned.rule, planned.position)
        files = (file for file in planned.plan.effects if isinstance(file, SavedFile))
        for index, file in enumerate(files):
            yield _Wanted(outcome, effect, outcome.arrival.token(effect, index), file)


def _names(wanted: Iterable[_Wanted], journal: Journal) -> dict[str, FileName | Exception]:
    """The files' names by token; asked for one by one where a target that can't be used keeps all from being told."""
    claims = [_claim(one) for one in wanted if not one.shared]
    together = _attempt(lambda: journal.claim_files(claims, exists=exists))
    if not isinstance(together, Exception):
        return dict(together)
    found: dict[str, FileName | Exception] = {}
    for claim in claims:
        alone = _attempt(partial(journal.claim_files, [claim], exists=exists))
        found[claim.key] = alone if isinstance(alone, Exception) else alone[claim.key]
    return found


def _claim(one: _Wanted) -> FileClaim:
    return FileClaim(
        folder=one.file.folder,
        name=one.file.name,
        key=one.token,
        sha256=one.file.sha256,
        size=one.file.size,
        exists=Exists(one.file.exists),
    )


def _saved(one: _Wanted, name: FileName | Exception | None) -> str | Exception:
    """The path, once the file is there; or why it is not."""
    if isinstance(name, Exception):
        return name
    path = name.path if name else f"{one.file.folder}/{one.file.name}"
    if name is not None and name.skip:
        return path
    return _attempt(partial(save, one.file, path=path, token=one.token))


def _attempt(job: Callable[[], T]) -> T | Exception:
    """What the job gives, or why it failed: a target that can't be used is no trouble of the others'."""

    def try_it() -> T | Exception:
        try:
            return job()
        except (TemporaryError, PermanentError) as exc:
            return exc

    return guarded(try_it, name="save", failed=lambda exc: exc)
