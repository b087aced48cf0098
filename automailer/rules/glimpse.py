"""What is not certain yet, watched: whoever reads it is noted, so that the answer can be `unknown`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from automailer.message import IN_THE_HEADER, Message, NotKnown
from automailer.rules.model import Subject

__all__ = ["Watch", "watched"]


class Watch:
    """Whether anything uncertain was read."""

    __slots__ = ("touched",)

    def __init__(self) -> None:
        self.touched = False


class _Headers:
    """A message of which only the headers are at hand."""

    def __init__(self, message: Message, watch: Watch) -> None:
        self._message = message
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        if name not in IN_THE_HEADER:
            self._watch.touched = True
        try:
            return getattr(self._message, name)
        except NotKnown:
            self._watch.touched = True
            raise


class _Unsettled(Mapping[str, Any]):
    """Names whose values an unknown answer may yet change."""

    def __init__(self, values: Mapping[str, Any], watch: Watch) -> None:
        self._values = values
        self._watch = watch

    def __getitem__(self, key: str) -> Any:
        self._watch.touched = True
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        self._watch.touched = True
        return iter(self._values)

    def __len__(self) -> int:
        self._watch.touched = True
        return len(self._values)


def watched(subject: Subject) -> tuple[Subject, Watch]:
    """The subject for somebody who may read anything of it, and the watch that tells whether it was certain."""
    watch = Watch()
    if not subject.message.complete:
        subject = replace(subject, message=cast("Message", _Headers(subject.message, watch)))
    if "match" in subject.unsettled:
        subject = replace(subject, match=_Unsettled(subject.match, watch))
    if "vars" in subject.unsettled:
        subject = replace(subject, vars=_Unsettled(subject.vars, watch))
    return subject, watch
