"""The filters that we add."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from automailer.templating import render_text


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ value | date }}", datetime(2026, 11, 23, 10, 5, tzinfo=UTC), "2026-11-23 10:05"),
        ("{{ value | date('%Y/%m') }}", date(2026, 11, 23), "2026/11"),
        ("{{ value | date }}", None, ""),
        ("{{ value | quote }}", "a\n\nb", "> a\n>\n> b"),
        ("{{ value | quote }}", "", ""),
        ("{{ value | filesize }}", 0, "0 B"),
        ("{{ value | filesize }}", 999, "999 B"),
        ("{{ value | filesize }}", 1500, "1.5 kB"),
        ("{{ value | filesize }}", 250_000, "250 kB"),
        ("{{ value | filesize }}", 12_345_678, "12.3 MB"),
        ("{{ value | filesize }}", 5_000_000_000, "5.0 GB"),
        ("{{ value | markdown }}", "*a* <b>", "<p><em>a</em> &lt;b&gt;</p>\n"),
        ("{{ value | markdown }}", "[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        (
            "{{ value | table }}",
            [{"host": "db1", "n": 1}, {"host": "名前", "n": None}],
            "host  n\n----  -\ndb1   1\n名前",
        ),
        ("{{ value | table(['n']) }}", [{"host": "db1", "n": 1}], "n\n-\n1"),
        ("{{ value | table }}", [["a", 1], ["bb"]], "a   1\nbb"),
        ("{{ value | table }}", [], ""),
    ],
)
def test_a_filter_writes_what_a_person_would(source: str, value: Any, expected: str) -> None:
    assert render_text(source, {"value": value}) == expected


def test_markdown_without_end_shows_as_it_is() -> None:
    text = "[[](" * 225_000
    assert render_text("{{ value | markdown }}", {"value": f"<b>{text}"}) == f"<pre>&lt;b&gt;{text}</pre>\n"
