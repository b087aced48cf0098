"""What a template reads of the names that it is given. Pure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Included", "Reading", "Usage"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A name, or a dotted one (`match`, `host`), and where it stands in the template; both count from 1."""

    path: tuple[str, ...]
    line: int
    column: int

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Included:
    """Another template that this one includes, imports or extends."""

    name: str
    line: int
    needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one template does with names.

    `names` are those that it neither sets nor is sure to have, `reads` the dotted ones, but for those that it asks for
    (`is defined`, `default`). `sets` are its own names. `includes` are other templates that are named in it.
    """

    names: tuple[Reading, ...]
    reads: tuple[Reading, ...]
    sets: tuple[Reading, ...]
    includes: tuple[Included, ...]
