"""Named lists, made quick to ask: a text equals an entry, or fits an entry's glob. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from automailer.rules.glob import compiled_glob, glob_pattern, is_glob
from automailer.rules.screen import Screen

__all__ = ["Index", "index_of"]

# So many globs take longer one after the other than all of them together.
MANY_GLOBS = 16


@dataclass(frozen=True, slots=True)
class Index:
    """The entries of a list, which are compared whole, and those among them that are globs."""

    whole: frozenset[str]
    globs: tuple[str, ...]
    screen: Screen | None = None

    def has(self, text: str) -> bool:
        """Tell whether the text equals an entry or fits a glob."""
        return text in self.whole or any(compiled_glob(glob)(text) for glob in self._likely(text))

    def _likely(self, text: str) -> Iterable[str]:
        if self.screen is None:
            return self.globs
        return (self.globs[number] for number in self.screen.candidates([text]))


class _Identity:
    """A list's entries as a key: the same tuple, not an equal one, whose comparison would cost its length."""

    __slots__ = ("entries",)

    def __init__(self, entries: tuple[str, ...]) -> None:
        self.entries = entries

    def __hash__(self) -> int:
        return id(self.entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.entries is self.entries


def index_of(entries: tuple[str, ...], fold: Callable[[str], str]) -> Index:
    """The index of these entries, each folded; made once for a list as long as it is the same tuple."""
    return _index(_Identity(entries), fold)


@lru_cache(maxsize=128)
def _index(key: _Identity, fold: Callable[[str], str]) -> Index:
    folded = [fold(entry) for entry in key.entries]
    globs = tuple(entry for entry in folded if is_glob(entry))
    return Index(
        whole=frozenset(folded),  # `[CRIT] db1` is a glob that it does not fit itself
        globs=globs,
        screen=Screen([glob_pattern(glob) for glob in globs]) if len(globs) >= MANY_GLOBS else None,
    )
