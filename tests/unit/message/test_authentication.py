"""Authentication-Results: the whole syntax of RFC 8601, what is trusted, what is hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import MethodResult, ascii_domain, parse, trusted_results
from automailer.message.authentication import MAX_RESULTS, AuthenticationResults, parse_authentication_results


def read(value: str) -> AuthenticationResults:
    found = parse_authentication_results(value.encode())
    assert found is not None
    return found


def told(value: str) -> list[str]:
    """Each result as `dkim=pass example.com`."""
    return [" ".join([f"{one.method}={one.result}", *one.domains]) for one in read(value).results]


# RFC 8601, appendix B, with the folding of the examples
RFC = {
    "B.2, nothing done": ("example.org 1; none", "example.org", []),
    "B.3, a service that is provided": (
        "example.com;\r\n      spf=pass smtp.mailfrom=example.net",
        "example.com",
        ["spf=pass example.net"],
    ),
    "B.4, several services": (
        "example.com;\r\n      auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
        "      spf=pass smtp.mailfrom=example.net",
        "example.com",
        ["auth=pass", "spf=pass example.net"],
    ),
    "B.4, the other field": (
        "example.com; iprev=pass\r\n      policy.iprev=192.0.2.200",
        "example.com",
        ["iprev=pass"],
    ),
    "B.5, by several hosts": (
        "example.com;\r\n      dkim=pass (good signature) header.d=example.com",
        "example.com",
        ["dkim=pass example.com"],
    ),
    "B.5, the other host": (
        "example.com;\r\n      auth=pass (cram-md5) smtp.auth=sender@example.com;\r\n"
        "      spf=fail smtp.mailfrom=example.com",
        "example.com",
        ["auth=pass", "spf=fail example.com"],
    ),
    "B.6, several signatures": (
        'example.com;\r\n      dkim=pass reason="good signature"\r\n'
        "        header.i=@mail-router.example.net;\r\n"
        '      dkim=fail reason="bad signature"\r\n        header.i=@newyork.example.com',
        "example.com",
        ["dkim=pass mail-router.example.net", "dkim=fail newyork.example.com"],
    ),
    "B.7, comments": (
        "foo.example.net (foobar) 1 (baz);\r\n"
        "    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
        "      policy (A dot can go here) . (like that) expired\r\n"
        "      (this surprised me) = (as I wasn't expecting it) 1362471462",
        "foo.example.net",
        ["dkim=fail"],
    ),
}


@pytest.mark.parametrize(("value", "server", "results"), RFC.values(), ids=RFC)
def test_the_examples_of_rfc_8601(value: str, server: str, results: list[str]) -> None:
    assert read(value).authserv_id == server
    assert told(value) == results


def test_the_parts_of_a_result_are_kept() -> None:
    (one,) = read(RFC["B.7, comments"][0]).results
    assert one == MethodResult(method="dkim", result="fail", properties={"policy.expired": "1362471462"})
    (first, _) = read(RFC["B.6, several signatures"][0]).results
    assert first.reason == "good signature"


# as servers write them
WILD = {
    "google": (
        "mx.google.com;\r\n       dkim=pass header.i=@example.com header.s=k1 header.b=Ab/c+d==;\r\n"
        "       spf=pass (google.com: domain of ann@b.example.com designates 192.0.2.1 as permitted sender)"
        " smtp.mailfrom=ann@b.example.com;\r\n"
        "       dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=example.com",
        ["dkim=pass example.com", "spf=pass b.example.com", "dmarc=pass example.com"],
    ),
    "no space before a comment": ("a.example; dmarc=pass(p=NONE) header.from=b.org", ["dmarc=pass b.org"]),
    "a word without a dot": ("a.example; dmarc=pass action=none header.from=b.org", ["dmarc=pass b.org"]),
    "a stray word": ("a.example; dmarc=pass oddly header.from=b.org", ["dmarc=pass b.org"]),
    "both names of a signature": (
        "a.example; dkim=pass header.d=b.org header.i=@news.b.org",
        ["dkim=pass b.org news.b.org"],
    ),
    "a quoted sender": ('a.example; spf=pass smtp.mailfrom="a; dkim=pass"@b.org', ["spf=pass b.org"]),
    "an equals sign in a sender": (
        "a.example; spf=pass smtp.mailfrom=SRS0=x=y@b.org smtp.helo=c.org",
        ["spf=pass b.org"],
    ),
    "no sender": ("a.example; spf=pass smtp.mailfrom=<> smtp.helo=mx.b.org", ["spf=pass mx.b.org"]),
    "capitals": ("A.Example; DKIM=Pass HEADER.D=B.Org.", ["dkim=pass b.org"]),
    "an umlaut": ("a.example; dkim=pass header.d=bücher.example", ["dkim=pass xn--bcher-kva.example"]),
    "a quoted value": ('"a.example" 1; dkim="pass" header.d="b.org"', ["dkim=pass b.org"]),
    "nested comments": (r"a.example (a (b \) c) d); dkim=pass ((x)) header.d=b.org", ["dkim=pass b.org"]),
    "an empty part": ("a.example;; dkim=pass header.d=b.org;", ["dkim=pass b.org"]),
    "a part that can't be read": ("a.example; dkim; =pass; spf=; dmarc=fail", ["dmarc=fail"]),
    "a result behind something else": ("a.example; x dkim=pass header.d=b.org; spf=fail", ["spf=fail"]),
    "a method of a later version": ("a.example; dkim/2=pass header.d=b.org; spf/1=fail", ["spf=fail"]),
    "a bracket too many": ("a.example) ; dkim=pass ) header.d=b.org", ["dkim=pass b.org"]),
}


@pytest.mark.parametrize(("value", "results"), WILD.values(), ids=WILD)
def test_what_servers_write(value: str, results: list[str]) -> None:
    assert told(value) == results


@pytest.mark.parametrize(
    "value", ["", "; dkim=pass", "spf=pass smtp.mailfrom=a.org", "a.example 2; dkim=pass", "a b c;"]
)
def test_a_field_without_a_server_or_of_another_version_says_nothing(value: str) -> None:
    assert parse_authentication_results(value.encode()) is None


@pytest.mark.parametrize(
    "value", ['a.example; spf=fail "; dkim=pass header.d=b.org', "a.example; spf=fail (; dkim=pass"]
)
def test_what_stands_behind_an_open_quote_or_comment_is_part_of_it(value: str) -> None:
    assert told(value) == ["spf=fail"]


def test_an_encoded_word_is_no_syntax() -> None:
    value = "a.example; spf=pass smtp.mailfrom=ann=?utf-8?q?x=3B_dkim=3Dpass_header=2Ed=3Db=2Eorg?=@c.org"
    assert told(value) == ["spf=pass c.org"]


def trusted(head: str, *servers: str) -> list[str]:
    fields = parse(head.replace("\n", "\r\n").encode() + b"\r\n\r\n").fields
    return [
        f"{one.method}={one.result}"
        for one in trusted_results(
            fields, [ascii_domain(server) for server in servers or ("mx.example.com",)]
        )
    ]


OURS = "Authentication-Results: mx.example.com; "
THEIRS = "Received: from a.example.net by b.example.net; Mon, 23 Nov 2026 09:00:00 +0000\n"
BORDER = (
    "Received: from b.example.net (x by y [192.0.2.1]) by mx.example.com; Mon, 23 Nov 2026 09:00:01 +0000\n"
)
INNER = "Received: from mx.example.com by store.example.com; Mon, 23 Nov 2026 09:00:02 +0000\n"

BORDERS = {
    "above the Received line": (f"{OURS}dkim=pass\n{BORDER}{THEIRS}", ["dkim=pass"]),
    "below the Received line of the same server": (
        f"{INNER}{BORDER}{OURS}dkim=pass\n{THEIRS}",
        ["dkim=pass"],
    ),
    "a field for each check": (
        f"{BORDER}{OURS}dkim=pass\nX-Scan: ok\n{OURS}spf=fail\n{THEIRS}",
        ["dkim=pass", "spf=fail"],
    ),
    "of another server": (f"{BORDER}Authentication-Results: evil.example; dkim=pass\n{THEIRS}", []),
    "of a server whose name begins so": (
        f"{BORDER}Authentication-Results: mx.example.com.evil; dkim=pass\n",
        [],
    ),
    "forged, below ours": (f"{BORDER}{OURS}dkim=fail\n{OURS}dkim=pass\n{THEIRS}", ["dkim=fail"]),
    "forged, below an earlier hop": (f"{BORDER}{OURS}spf=fail\n{THEIRS}{OURS}dkim=pass\n", ["spf=fail"]),
    "forged, and ours wrote nothing": (f"{BORDER}{THEIRS}{OURS}dkim=pass\n", []),
    "of an earlier passage": (f"{OURS}spf=fail\n{THEIRS}{BORDER}{OURS}dkim=pass\n", ["spf=fail"]),
    "several results of one method": (
        f"{OURS}dkim=fail; dkim=pass\n{OURS}dkim=policy\n",
        ["dkim=fail", "dkim=pass"],
    ),
    "around a filter of ours": (
        f"{BORDER}{OURS}spf=pass\n{BORDER}{OURS}dkim=pass\n{THEIRS}",
        ["spf=pass", "dkim=pass"],
    ),
}


@pytest.mark.parametrize(("head", "results"), BORDERS.values(), ids=BORDERS)
def test_only_fields_of_the_last_border_count(head: str, results: list[str]) -> None:
    assert trusted(head) == results


def test_a_field_that_was_cut_does_not_count() -> None:
    assert trusted(f"{OURS}dkim=pass ({'x' * 70_000})\n") == []


def test_a_field_by_another_server_is_none_that_is_read() -> None:
    value = b"mx.example.net 1; spf=pass"
    assert parse_authentication_results(value, ("mx.example.com",)) is None
    assert parse_authentication_results(value, ("mx.example.net",)) == parse_authentication_results(value)


def test_a_field_that_the_server_could_not_see_does_not_count() -> None:
    """To a server, and to RFC 5322, a lone CR ends no line: it leaves alone what looks like a field behind it."""
    hidden = b"X-Note: a\rAuthentication-Results: mx.example.com; dkim=pass header.d=example.com\r\n"
    message = parse(b"Received: from x by mx.example.com; now\r\n" + hidden + b"\r\nbody\r\n")
    assert trusted_results(message.fields, ("mx.example.com",)) == ()


def test_the_server_may_have_a_name_with_an_umlaut() -> None:
    field = "Authentication-Results: mx.xn--bcher-kva.example; dkim=pass\n"
    assert trusted(field, "MX.Bücher.example.") == ["dkim=pass"]


def test_results_are_limited() -> None:
    assert len(read("a.example" + "; dkim=pass" * 500).results) == MAX_RESULTS


@given(
    st.text(alphabet='a.@/=;()"\\ \t\r\nd1ä\x00\ud800', max_size=200).map(
        lambda text: text.encode("utf-8", "replace")
    )
)
def test_whatever_is_written_something_comes_out(value: bytes) -> None:
    found = parse_authentication_results(value)
    for result in found.results if found else ():
        assert result.method
        assert result.domains is not None


@pytest.mark.parametrize("piece", ["(", ")", '"', "\\", ";", "=", "a=", "a.", " ", "()", '""', "x", "a=b "])
def test_a_field_of_the_greatest_length_is_read_at_once(piece: str) -> None:
    # Quadratic time would be minutes, which the runner's limit ends.
    parse_authentication_results(b"a.example; dkim=pass " + (piece * 65_536)[:65_536].encode())
