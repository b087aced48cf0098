"""Names and files that tests refer to: each must be there.

These checks read the data as it is written, not the models, so that one run tells of them beside whatever
else is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from automailer.errors import Problem
from automailer.settings import Document, KeyPath, missing_file, nearest

__all__ = ["dangling_references"]


def dangling_references(
    document: Document, rules: Mapping[str, Collection[str]], *, usual: str
) -> Iterator[Problem]:
    """What the tests name and is not there; `rules` are the names of each mailbox's rules.

    `usual` is the mailbox of tests that name none, "" where they must.
    """
    seen: dict[str, int] = {}
    for index, test in enumerate(_entries(document.data, "tests")):
        if not isinstance(test, dict):
            continue
        at: KeyPath = ("tests", index)
        yield from _twin(document, (*at, "name"), test.get("name"), seen)
        mailbox = str(test.get("mailbox") or usual)
        yield from _mailbox(document, at, mailbox, rules)
        yield from _matched(document, (*at, "expect", "matched"), test.get("expect"), rules, mailbox)
        yield from _files(document, (*at, "message"), test.get("message"))


def _entries(data: object, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else [] if value is None else [value]


def _twin(document: Document, at: KeyPath, name: object, seen: dict[str, int]) -> Iterator[Problem]:
    line = document.place(at).line
    if isinstance(name, str) and (first := seen.setdefault(name, line)) != line:
        yield document.problem(at, f"there is a test {name!r} already, on line {first}")


def _mailbox(document: Document, at: KeyPath, mailbox: str, rules: Collection[str]) -> Iterator[Problem]:
    if not mailbox:
        message = f"names no mailbox: expected mailbox, one of {', '.join(rules)}"
        yield document.problem(at, message)
    elif mailbox not in rules:
        hint = nearest(mailbox, rules)
        yield document.problem((*at, "mailbox"), f"there is no mailbox {mailbox!r}", hint=hint)


def _matched(
    document: Document, at: KeyPath, expect: object, rules: Mapping[str, Collection[str]], mailbox: str
) -> Iterator[Problem]:
    if mailbox not in rules or not isinstance(expect, dict):
        return
    alone = not isinstance(expect.get("matched"), list)
    for index, name in enumerate(_entries(expect, "matched")):
        if isinstance(name, str | int) and str(name) not in rules[mailbox]:
            place = at if alone else (*at, index)
            message = f"mailbox {mailbox!r} has no rule {str(name)!r}"
            yield document.problem(place, message, hint=nearest(str(name), rules[mailbox]))


def _files(document: Document, at: KeyPath, message: object) -> Iterator[Problem]:
    if isinstance(message, str):
        yield from _file(document, at, message)
    alone = isinstance(message, dict) and not isinstance(message.get("attachments"), list)
    for index, entry in enumerate(_entries(message, "attachments")):
        place = (*at, "attachments") if alone else (*at, "attachments", index)
        if isinstance(entry, str):
            yield from _file(document, place, entry)
        elif isinstance(entry, dict) and isinstance(entry.get("file"), str):
            yield from _file(document, (*place, "file"), entry["file"])


def _file(document: Document, at: KeyPath, written: str) -> Iterator[Problem]:
    folder = document.path.parent
    if not written or not written.isprintable():
        return  # told of by the model, or the raw message itself
    problem = missing_file(document, at, folder / Path(written).expanduser(), folder)
    if problem is not None:
        yield problem
