"""The rules files that are measured: as many rules as asked for, each with a pattern of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

__all__ = ["KINDS", "rules_file"]

# One rule in three hundred fits some mail of `bench.mails`; the others are what a long file is made of: other
# hosts, other senders, other customers.
_SERVICES = ("disk", "load", "backup", "database", "queue", "certificate", "replica")


def _regex_on_subject(number: int) -> str:
    service = _SERVICES[number % len(_SERVICES)]
    return rf"subject: '/^\[(CRIT|WARN)\] host{number:04}[a-z]? {service} (?P<what>.+)/'"


def _contains_in_body(number: int) -> str:
    return f"body: customer {number:04} has"


def _exact_address(number: int) -> str:
    return f"from: monitor{number:04}@example.com"


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


def rules_file(when: Callable[[int], str], count: int) -> str:
    """A rules file of so many rules."""
    lines = ["rules:"]
    for number in range(count):
        text = when(number)
        text = text if text.startswith("{") else f"{{{text}}}"
        lines.append(f"  - {{name: rule {number}, when: {text}, then: [tag: t{number % 10}]}}")
    return "\n".join(lines) + "\n"
