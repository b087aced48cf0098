"""The rules files that are measured: as many rules as asked for, each with a pattern of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

__all__ = ["HOSTILE", "KINDS", "rules_file"]

# What a long file is made of: the same question for each host, each sender, each customer.
_SERVICES = ("disk", "load", "backup", "database", "queue", "certificate", "replica")


def _regex_on_subject(number: int) -> str:
    service = _SERVICES[number % len(_SERVICES)]
    return rf"subject: '/^\[(CRIT|WARN)\] db{number}[a-z]? (?P<what>{service}|.+)/'"


def _contains_in_body(number: int) -> str:
    return f"body: customer {number:04} has"


def _exact_address(number: int) -> str:
    return f"from: sender{number}@example.com"


def _domain(number: int) -> str:
    if number % 2:
        return f"from: {{domain: site{number:04}.example.net}}"
    return f'from: "*@site{number:04}.example.net"'


def _nested(number: int) -> str:
    service = _SERVICES[number % len(_SERVICES)]
    return (
        f"{{from: {{domain: site{number:04}.example.net}},"
        f" any: [{{subject: [order {number:04}, invoice {number:04}]}},"
        f" {{body: '/(?i){service} (failed|late) on host{number:04}/'}}],"
        f" not: {{header: {{X-Customer: {{starts_with: internal-{number:04}}}}}}}}}"
    )


def _mixed(number: int) -> str:
    one = (_regex_on_subject, _contains_in_body, _exact_address, _domain, _nested)[number % 5](number)
    return one if one.startswith("{") else f"{{{one}}}"


KINDS: Mapping[str, Callable[[int], str]] = {
    "`/…/` on the subject": _regex_on_subject,
    "plain text in the body": _contains_in_body,
    "an exact address": _exact_address,
    "a domain or `*@domain`": _domain,
    "all of these, and nested": _mixed,
}
"""What `when` of the n-th rule is, by what the table calls it."""


HOSTILE: Mapping[str, tuple[str, str]] = {
    "`(a\\|aa)*b`": ("(a|aa)*b", "a"),
    "`(a*)*(a*)*b`": ("(a*)*(a*)*b", "a"),
    "`a.*a.*a.*b`": ("a.*a.*a.*b", "a"),
    "`(a?){100}a{100}b`": ("(a?){100}a{100}b", "a"),
    "`[ab]*a[ab]{12}c`": ("[ab]*a[ab]{12}c", "abb"),
    "`(x+x+)+y`": ("(x+x+)+y", "x"),
    "`disk.*full`, a disk and another": ("disk.*full", "disk "),
    "`[dD]isk.*full`, all in the wrong order": (
        "[dD]isk.*full",
        "".join(f"full{number:04} " for number in range(1000)) + "disk\n",
    ),
}
"""Patterns that engines with back-tracking take for ever with, and what their text is made of."""


def rules_file(when: Callable[[int], str], count: int) -> str:
    """A rules file of so many rules."""
    lines = ["rules:"]
    for number in range(count):
        text = when(number)
        text = text if text.startswith("{") else f"{{{text}}}"
        lines.append(f"  - {{name: rule {number}, when: {text}, then: [tag: t{number % 10}]}}")
    return "\n".join(lines) + "\n"
