"""Globs: `*` any run of characters, `?` one, `[…]` one of a set; they cover the whole text. Pure."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from functools import lru_cache

__all__ = ["compiled_glob", "glob_pattern", "is_glob", "type_matches"]

_WILD = re.compile(r"[*?[]")


def is_glob(text: str) -> bool:
    """Tell whether the text holds a wildcard."""
    return _WILD.search(text) is not None


@lru_cache(maxsize=4096)
def compiled_glob(glob: str) -> Callable[[str], re.Match[str] | None]:
    """Give the function that finds whether a text fits, letter case minded.

    `fnmatch` writes each `*` as an atomic group, so that the time is at most the length of the text times
    that of the glob, whatever the mail holds.
    """
    return re.compile(fnmatch.translate(glob)).match


def glob_pattern(glob: str) -> str:
    """A pattern of RE2 that is found in every text that the glob fits, and in others: it minds no sets."""
    head = glob.partition("[")[0]
    return "(?s)" + ".*".join(re.escape(piece) for piece in re.split(r"[*?]+", head) if piece)


def type_matches(wanted: str, media_type: str) -> bool:
    """Tell whether a media type fits a glob such as `image/*`, letter case aside (RFC 2045, section 5.1)."""
    return compiled_glob(wanted.strip().lower())(media_type.lower()) is not None
