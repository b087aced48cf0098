"""Files of ours that are attached: the rule's author says which, a mail can only fill in a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from automailer.templating import LocalFile
from tests.unit.actions.build import context, planned


def asked(attach: str, **match: str) -> tuple[list[str], str | None]:
    """The patterns that were looked for, and what went wrong."""
    patterns: list[str] = []

    def read_files(pattern: str) -> Iterator[LocalFile]:
        patterns.append(pattern)
        yield LocalFile(name="x", type="text/plain", octets=b"x")

    text = f"reply: {{text: Hi, attach: '{attach}'}}"
    error = planned(text, match=match, around=context(read_files=read_files)).error
    return patterns, error


@pytest.mark.parametrize(
    ("attach", "value", "pattern"),
    [
        ("out/*.pdf", "", "out/*.pdf"),
        ("../out/*.pdf", "", "../out/*.pdf"),
        ("out/{{ match.name }}-*.pdf", "4711", "out/4711-*.pdf"),
        ("out/{{ match.name }}.pdf", "*", "out/[*].pdf"),
        ("out/{{ match.name }}.pdf", "[a-z]?**", "out/[[]a-z][?][*][*].pdf"),
        ("../out/{{ match.name }}.pdf", "2026/11", "../out/2026/11.pdf"),
        ("out/{{ match.name }}.pdf", "..", "out/...pdf"),
    ],
)
def test_a_value_names_a_file_and_is_no_glob(attach: str, value: str, pattern: str) -> None:
    assert asked(attach, name=value) == ([pattern], None)


@pytest.mark.parametrize(
    ("attach", "value"),
    [
        ("out/{{ match.name }}", "../secrets/smtp"),
        ("out/{{ match.name }}.pdf", "a/../../x"),
        ("out/{{ match.name }}", "/etc/passwd"),
        ("{{ match.name }}", "/etc/passwd"),
        ("out/{{ match.name }}/x", ".."),
        ("out/.{{ match.name }}/x", "."),
    ],
)
def test_a_value_leads_nowhere_else(attach: str, value: str) -> None:
    patterns, error = asked(attach, name=value)
    assert patterns == []
    assert error is not None
    assert "leads out of the folder" in error
