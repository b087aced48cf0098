"""Which addresses become a path, and that none becomes a command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.smtp.addresses import needs_smtputf8, to_path


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("", "<>"),
        ("ann@example.org", "<ann@example.org>"),
        ("Ann.O'Neil+tag@example.org", "<Ann.O'Neil+tag@example.org>"),
        ("a..b.@example.org", "<a..b.@example.org>"),
        ('"ann b"@example.org', '<"ann b"@example.org>'),
        ('"a\\"@b>"@example.org', '<"a\\"@b>"@example.org>'),
        ("ann@[192.0.2.1]", "<ann@[192.0.2.1]>"),
        ("ann@[IPv6:2001:db8::1]", "<ann@[IPv6:2001:db8::1]>"),
        ("root@localhost", "<root@localhost>"),
        ("ann@münchen.example", "<ann@xn--mnchen-3ya.example>"),
        ("ünï@example.org", "<ünï@example.org>"),
    ],
)
def test_an_address_becomes_a_path(address: str, path: str) -> None:
    assert to_path(address) == path


@pytest.mark.parametrize(
    "address",
    [
        "ann",
        "@example.org",
        "ann@",
        "ann b@example.org",
        "ann@exam ple.org",
        "ann@example.org>",
        "<ann@example.org>",
        "ann@example.org SIZE=1",
        "ann\r\nDATA@example.org",
        "ann@example.org\r\nDATA",
        "ann\u200b@example.org",
        "ann\0@example.org",
        '"ann@example.org',
        "a@b@example.org",
        "ann@-",
        "ann@" + "ü" * 70 + ".example",
        "ann@" + "x" * 251,
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"not a|longer"):
        to_path(address)


@given(st.text(max_size=80) | st.from_regex(r"[^@]{1,20}@[^@]{1,20}", fullmatch=True))
def test_no_path_ever_ends_early_or_holds_a_line_end(address: str) -> None:
    try:
        path = to_path(address)
    except ValueError:
        return
    assert path.isprintable()
    assert path[0] == "<"
    assert path[-1] == ">"
    if '"' not in path:
        assert not set(path[1:-1]) & set(" <>")
    assert needs_smtputf8(path) is not path.isascii()
