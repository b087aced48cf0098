"""DKIM checked here: mail that was really signed, keys from a real DNS server, and what strangers try."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import dns.resolver
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automailer.errors import TemporaryError
from automailer.rules import Signature
from automailer.worker.domain_keys import DomainKeys
from automailer.worker.signatures import MAX_HEADER, MAX_SIGNATURES, check_signatures
from tests.integration.worker.office import mail
from tests.integration.worker.signing import BROKEN, SILENT, DnsServer, make_key, sign

SIGNED_FIELDS = [b"From", b"To", b"Subject", b"Date"]


@pytest.fixture
def dns_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    with DnsServer() as server:
        server.publish()
        monkeypatch.setattr(dns.resolver, "default_resolver", server.resolver())
        yield server


def check(
    octets: bytes | memoryview, *, keys: DomainKeys | None = None, seconds: float = 5
) -> list[Signature]:
    keys, deadline = keys or DomainKeys(), time.monotonic() + seconds
    return list(check_signatures(octets, lambda name: keys.key(name, deadline=deadline)))


def results(octets: bytes | memoryview) -> list[tuple[str, str]]:
    return [(one.result, one.domain) for one in check(octets)]


@pytest.mark.parametrize("header", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body", [b"simple", b"relaxed"])
def test_mail_that_was_signed_passes_in_either_form(
    dns_server: DnsServer, header: bytes, body: bytes
) -> None:
    octets = sign(mail(body="one  \n two\t three \n\n\n"), canonicalize=(header, body))
    assert results(octets) == [("pass", "example.com")]
    assert results(memoryview(octets)) == [("pass", "example.com")]
    assert results(octets.replace(b"\r\n", b"\n")) == [("pass", "example.com")]


def test_long_keys_pass(dns_server: DnsServer) -> None:
    dns_server.publish(record=make_key(2048).record)
    assert results(sign(mail(), key=make_key(2048))) == [("pass", "example.com")]


def test_every_signature_is_checked_and_a_key_is_looked_up_once(dns_server: DnsServer) -> None:
    dns_server.publish("list.example")
    octets = sign(sign(sign(mail()), "list.example"), "example.com")
    keys = DomainKeys()
    assert [one.result for one in check(octets, keys=keys)] == ["pass"] * 3
    assert [one.result for one in check(octets, keys=keys)] == ["pass"] * 3
    assert sorted(dns_server.asked) == ["k1._domainkey.example.com", "k1._domainkey.list.example"]


def test_signatures_are_limited(dns_server: DnsServer) -> None:
    octets = mail()
    for _ in range(MAX_SIGNATURES + 2):
        octets = sign(octets)
    assert len(results(octets)) == MAX_SIGNATURES


CHANGES = {
    "another text": (b"body\r\n", b"bode\r\n", ("fail", "the body was changed")),
    "more text": (b"body\r\n", b"body\r\nPS\r\n", ("fail", "the body was changed")),
    "another subject": (b"Subject: hello", b"Subject: hallo", ("fail", "the signature does not fit")),
    "a second From": (
        b"From: ",
        b"From: eve@evil.example\r\nFrom: ",
        ("policy", "there is more than one From"),
    ),
    "a second Subject": (b"To: ", b"Subject: pay!\r\nTo: ", ("policy", "there is more than one Subject")),
    "another domain": (b"d=example.com", b"d=evil.example.com", ("permerror", None)),
    "no key": (b"s=k1", b"s=k2", ("permerror", "there is no key k2._domainkey.example.com")),
    "a name that is none": (b"s=k1", b"s=k1/..", ("permerror", "the name of the key can't be read")),
    "an empty label": (b"s=k1", b"s=k1..x", ("permerror", "the name of the key can't be read")),
    "a label that is too long": (b"s=k1", b"s=" + b"k" * 64, ("permerror", None)),
    "an old hash": (b"a=rsa-sha256", b"a=rsa-sha1", ("policy", "SHA-1 proves nothing (RFC 8301)")),
    "an unknown algorithm": (b"a=rsa-sha256", b"a=rot13", ("permerror", None)),
    "From not signed": (b"from : ", b"", ("permerror", None)),
    "a tag twice": (b"v=1;", b"v=1; v=1;", ("permerror", "the signature can't be read")),
    "no tags": (b"v=1;", b"v;", ("permerror", "the signature can't be read")),
    "long blanks": (b"v=1;", b"v=1;" + b" " * 500, ("permerror", "the signature is too long")),
    "a long signature": (
        b"v=1;",
        b"v=1; x=" + b"1" * 9_000 + b";",
        ("permerror", "the signature is too long"),
    ),
    "a number without end": (
        b"v=1;",
        b"v=1; x=" + b"1" * 5_000 + b";",
        ("permerror", "the signature can't be read"),
    ),
    "an end that has passed": (b"v=1;", b"v=1; x=1000000000;", ("permerror", None)),
}


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_was_changed_does_not_pass(
    dns_server: DnsServer, before: bytes, after: bytes, expected: tuple[str, str | None]
) -> None:
    octets = sign(mail(), include_headers=SIGNED_FIELDS)
    assert before in octets
    (one,) = check(octets.replace(before, after, 1))
    assert one.result == expected[0]
    assert expected[1] in (None, one.reason)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"DKIM-", b"X: a\rFrom: ceo@example.com\rSubject: pay\r\rat once\r\nDKIM-"),
        (b"DKIM-", b"X: a\rFrom: ceo@example.com\r\nDKIM-"),
        (b"DKIM-", b"From : ceo@example.com\r\nDKIM-"),
        (b"\r\n\r\n", b"\r\nX: a\r\rat once\r\n\r\n"),
    ],
    ids=["a mail before the mail", "From behind a lone CR", "From before a blank", "text behind lone CRs"],
)
def test_what_only_one_of_two_readers_sees_does_not_pass(
    dns_server: DnsServer, before: bytes, after: bytes
) -> None:
    octets = sign(mail(), include_headers=SIGNED_FIELDS).replace(before, after, 1)
    (one,) = check(octets)
    assert (one.result, one.reason) == ("permerror", "the header can be read in two ways")


def test_a_body_that_is_signed_in_part_does_not_pass_and_one_signed_whole_does(dns_server: DnsServer) -> None:
    octets = sign(mail(), length=True)
    assert results(octets) == [("pass", "example.com")]
    (one,) = check(octets + b"and this\r\n")
    assert one == Signature(
        result="policy", domain="example.com", reason="only 6 octets of the body are signed"
    )


KEYS = {
    "revoked": (b"v=DKIM1; p=", "permerror"),
    "no key": (b"v=DKIM1; p=!!!", "permerror"),
    "no tags": (b"p= ; ; p", "permerror"),
    "not a record of a key": (b"v=spf1 -all", "permerror"),
    "for something else": (make_key().record + b"; s=other", "permerror"),
    "for another hash": (make_key().record + b"; h=sha1", "permerror"),
    "of another kind": (make_key().record.replace(b"k=rsa", b"k=dsa"), "permerror"),
    "too short": (make_key(768).record, "policy"),
    "too long": (make_key().record + b"; n=" + b"x" * 1_000, "policy"),
    "for mail": (make_key().record + b"; s=email:other; h=sha1:sha256; t=y", "pass"),
}


@pytest.mark.parametrize(("record", "result"), KEYS.values(), ids=KEYS)
def test_keys_that_do_and_do_not_count(dns_server: DnsServer, record: bytes, result: str) -> None:
    dns_server.publish(record=record)
    key = make_key(768) if record == KEYS["too short"][0] else make_key()
    assert results(sign(mail(), key=key)) == [(result, "example.com")]


def test_a_key_that_costs_much_time_is_not_tried(dns_server: DnsServer) -> None:
    dns_server.publish(record=b"k=rsa; p=" + b"A" * 40_000)
    assert results(sign(mail()))[0][0] in ("policy", "temperror")


@pytest.mark.parametrize("record", [SILENT, BROKEN])
def test_a_dns_without_an_answer_is_an_error_that_may_pass(dns_server: DnsServer, record: bytes) -> None:
    dns_server.publish(record=record)
    keys = DomainKeys()
    (one,) = check(sign(mail()), keys=keys, seconds=0.3)
    assert one.result == "temperror"
    assert one.reason == "the DNS gives no answer for k1._domainkey.example.com"
    asked = len(dns_server.asked)
    assert check(sign(mail()), keys=keys)[0].result == "temperror"
    assert len(dns_server.asked) == asked


def test_no_time_left_is_no_answer() -> None:
    with pytest.raises(TemporaryError, match="no time was left"):
        DomainKeys().key("k1._domainkey.example.com", deadline=time.monotonic() - 1)


def test_a_header_that_can_not_be_read_says_so() -> None:
    for octets in (b" folded: x\r\nDKIM-Signature: v=1\r\n\r\n", b"DKIM-Signature: v=1\r\nno field\r\n\r\n"):
        assert [one.reason for one in check(octets)] == ["the header can't be read"]
    long = b"DKIM-Signature: v=1\r\nX: " + b"x" * MAX_HEADER + b"\r\n\r\n"
    assert [one.reason for one in check(long)] == ["the header is too long"]
    assert [one.reason for one in check(b"X: " + b"\r\n x" * 900_000)] == ["the header is too long"]


def test_a_header_without_a_body_is_checked() -> None:
    assert check(b"From: a@b.example\r\n") == []
    assert [one.result for one in check(b"DKIM-Signature: v=1")] == ["permerror"]


def test_costly_headers_are_read_in_no_time() -> None:
    folds = b"DKIM-Signature: v=1; b" + b"\r\n \r\n\t" * 20_000 + b"=x\r\n\r\n"
    blank = (
        b"DKIM-Signature: v=1; h=" + (b" " * 99 + b":") * 80 + b"; b=" + (b"=" * 99 + b" ") * 4 + b"!\r\n\r\n"
    )
    names = (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=x; s=y; bh=AAAA; b=AAAA; h=from" + b":a" * 1_500 + b"\r\n\r\n"
    )
    for octets in (
        folds,
        blank,
        names,
        b"DKIM-Signature: v=1\r\n" + b"X:\r\n" * 20_000 + b"\r\n",
        b"DKIM-Signature: v=1;\r\n" * 5_000 + b"\r\n",
    ):
        assert {one.result for one in check(octets)} == {"permerror"}


WORDS = b"v=1; a=rsa-sha256; d=example.com; s=k1; h=from:to; bh= b= l=5; c=x/y; c=relaxed/relaxed; i=@a; t=1; AAAA = ;"
PIECES = st.sampled_from([*WORDS.split(), b"\xff", b"\x00", b" ", b"\r\n "])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PIECES, max_size=25).map(b"".join), st.sampled_from([*KEYS.values()]))
def test_whatever_a_stranger_signs_there_is_a_result(field: bytes, key: tuple[bytes, str]) -> None:
    octets = b"DKIM-Signature: " + field + b"\r\nFrom: a@b.example\r\n\r\nbody\r\n"
    for one in check_signatures(octets, lambda name: key[0]):
        assert re.fullmatch("fail|permerror|policy|neutral", one.result)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.binary(max_size=700))
def test_whatever_a_key_is_there_is_a_result(record: bytes) -> None:
    octets = sign(mail())
    for one in check_signatures(octets, lambda name: record):
        assert one.result in ("fail", "permerror", "policy", "neutral")
    for one in check_signatures(octets, lambda name: b"k=rsa; p=" + record):
        assert one.result in ("fail", "permerror", "policy", "neutral")
