"""Reads `when`: mappings, lists, `all`, `any`, `not`, and the tests of the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

from automailer.rules.groups import AllOf, AnyOf, Not
from automailer.rules.model import Test
from automailer.rules.refusal import short
from automailer.rules.registry import TESTS
from automailer.rules.site import Problems, Site
from automailer.settings import nearest

__all__ = ["GROUPS", "read_when"]


def read_when(value: object, site: Site) -> Test:
    """The test that a mapping (every entry), or a list of mappings (every one), means.

    Raises:
        ConfigError: with everything that is wrong in it.
    """
    if isinstance(value, list):
        return _read_members(value, site, AllOf)
    if not isinstance(value, dict):
        site.refuse(f"expected tests such as {{subject: hello}}, found {short(value)}")
    if not value:
        site.refuse("has no test: expected at least one, or no `when` for a rule that matches every message")
    problems, tests = Problems(), []
    for name, wanted in value.items():
        with problems.gathered():
            tests.append(_read_entry(name, wanted, site.at(name)))
    problems.settle()
    return tests[0] if len(tests) == 1 else AllOf(tests=tuple(tests), where=site.where)


def _read_members(value: object, site: Site, group: type[AllOf] | type[AnyOf]) -> Test:
    members = value if isinstance(value, list) else [value]
    if not members:
        site.refuse("is an empty list: expected at least one mapping of tests")
    problems, tests = Problems(), []
    for index, member in enumerate(members):
        with problems.gathered():
            tests.append(read_when(member, site.at(index) if isinstance(value, list) else site))
    problems.settle()
    return tests[0] if len(tests) == 1 else group(tests=tuple(tests), where=site.where)


def _read_all(value: object, site: Site) -> Test:
    return _read_members(value, site, AllOf)


def _read_any(value: object, site: Site) -> Test:
    if not isinstance(value, list):
        site.refuse(f"expected a list of mappings of tests, found {short(value)!r}")
    return _read_members(value, site, AnyOf)


def _read_not(value: object, site: Site) -> Test:
    return Not(test=read_when(value, site), where=site.where)


GROUPS: Mapping[str, Callable[[object, Site], Test]] = {"all": _read_all, "any": _read_any, "not": _read_not}


_ELSEWHERE = {"and": "all", "or": "any"}
"""What the groups are called in other languages."""


def _read_entry(name: str, value: object, site: Site) -> Test:
    if name in GROUPS:
        return GROUPS[name](value, site)
    if name not in TESTS:
        _refuse_unknown(name, site)
    kind = TESTS[name]
    if kind.lists or not isinstance(value, list):
        return kind.read(value, site)
    if not value:
        site.refuse("is an empty list, which nothing fits: expected at least one entry")
    problems, tests = Problems(), []
    for index, entry in enumerate(value):
        with problems.gathered():
            tests.append(kind.read(entry, site.at(index)))
    problems.settle()
    return tests[0] if len(tests) == 1 else AnyOf(tests=tuple(tests), where=site.where)


def _refuse_unknown(name: str, site: Site) -> NoReturn:
    hint = _ELSEWHERE.get(name.casefold()) or nearest(name, (*TESTS, *GROUPS))
    site.refuse(f"unknown test {short(name)!r}", hint=hint, key=True)
