"""Writes the files of a whole window: names first, in one transaction, then the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from automailer.actions import SavedFile, exists, save
from automailer.errors import PermanentError, TemporaryError
from automailer.journal import EffectKey, Exists, FileClaim, FileName, Journal
from automailer.worker.arrival import Outcome

__all__ = ["save_files"]


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
    """Save what the outcomes' actions want saved; each outcome comes back with its paths, or why it could not."""
    found = list(outcomes)
    wanted = [one for outcome in found for one in _wanted(outcome)]
    if not wanted:
        return found
    claims = journal.claim_files([_claim(one) for one in wanted if not one.shared], exists=exists)
    paths: dict[int, dict[EffectKey, list[str]]] = {}
    errors: dict[int, dict[EffectKey, str]] = {}
    for one in wanted:
        of_message = id(one.outcome)
        try:
            path = _save(one, claims.get(one.token))
            paths.setdefault(of_message, {}).setdefault(one.effect, []).append(path)
        except (TemporaryError, PermanentError) as exc:
            errors.setdefault(of_message, {})[one.effect] = f"save: {exc}"
    return [
        replace(
            outcome,
            saved={effect: tuple(all_) for effect, all_ in paths.get(id(outcome), {}).items()},
            errors=errors.get(id(outcome), {}),
        )
        for outcome in found
    ]


def _wanted(outcome: Outcome) -> Iterator[_Wanted]:
    for planned in outcome.planned:
        if planned.shadow or planned.error:
            continue
        effect = EffectKey(planned.rule, planned.position)
        files = (file for file in planned.plan.effects if isinstance(file, SavedFile))
        for index, file in enumerate(files):
            yield _Wanted(outcome, effect, outcome.arrival.token(effect, index), file)


def _claim(one: _Wanted) -> FileClaim:
    return FileClaim(
        folder=one.file.folder,
        name=one.file.name,
        key=one.token,
        sha256=one.file.sha256,
        size=one.file.size,
        exists=Exists(one.file.exists),
    )


def _save(one: _Wanted, claimed: FileName | None) -> str:
    path = claimed.path if claimed else f"{one.file.folder}/{one.file.name}"
    if claimed is None or not claimed.skip:
        save(one.file, path=path, token=one.token)
    return path
