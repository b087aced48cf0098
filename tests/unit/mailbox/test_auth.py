"""Which login is used, and that no password goes in clear unasked."""

from __future__ import annotations

import pytest

from automailer.errors import AuthError, PermanentError, ProtocolError
from automailer.mailbox.auth import Offer, apop_digest, apop_stamp, logins
from automailer.mailbox.replies import Capabilities, parse_capabilities

STAMP = "<1896.697170952@dbc.mtview.ca.us>"


def offer(capa: bytes | None, *, stamp: str = "", encrypted: bool = True) -> Offer:
    capabilities = None if capa is None else parse_capabilities(capa)
    return Offer(capabilities=capabilities, stamp=stamp, encrypted=encrypted)


EVERYTHING = b"USER\r\nSASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 XOAUTH2"


@pytest.mark.parametrize(
    ("capa", "found"),
    [
        (EVERYTHING, ("SCRAM-SHA-256",)),
        (b"USER\r\nSASL PLAIN LOGIN CRAM-MD5", ("PLAIN",)),
        (b"SASL LOGIN CRAM-MD5", ("LOGIN",)),
        (b"USER\r\nSASL CRAM-MD5", ("USER",)),
        (b"SASL CRAM-MD5", ("CRAM-MD5",)),
        (b"USER", ("USER",)),
        (b"TOP\r\nUIDL", ("USER",)),
        (None, ("USER",)),
    ],
    ids=["all", "plain", "login", "user", "cram-md5", "USER alone", "nothing said of logins", "no CAPA"],
)
def test_inside_tls_auto_takes_the_strongest_and_never_apop(
    capa: bytes | None, found: tuple[str, ...]
) -> None:
    assert logins("auto", offer(capa, stamp=STAMP), clear_allowed=False) == found


@pytest.mark.parametrize(
    ("capa", "stamp", "found"),
    [
        (EVERYTHING, STAMP, ("SCRAM-SHA-256",)),
        (b"USER\r\nSASL PLAIN CRAM-MD5", STAMP, ("CRAM-MD5",)),
        (b"USER\r\nSASL PLAIN", STAMP, ("APOP", "PLAIN")),
        (None, STAMP, ("APOP", "USER")),
        (None, "", ("USER",)),
    ],
    ids=["scram", "cram-md5", "apop, then plain", "apop, then user", "user"],
)
def test_without_tls_auto_hides_the_password_where_it_can(
    capa: bytes | None, stamp: str, found: tuple[str, ...]
) -> None:
    assert logins("auto", offer(capa, stamp=stamp, encrypted=False), clear_allowed=True) == found


@pytest.mark.parametrize("wanted", ["plain", "login", "xoauth2"])
def test_a_secret_in_clear_over_plain_text_is_refused_unless_asked_for(wanted: str) -> None:
    with pytest.raises(PermanentError, match="in clear"):
        logins(wanted, offer(EVERYTHING, encrypted=False), clear_allowed=False)
    assert logins(wanted, offer(EVERYTHING, encrypted=False), clear_allowed=True) == (wanted.upper(),)


def test_auto_without_tls_has_no_login_when_all_would_be_in_clear() -> None:
    with pytest.raises(AuthError):
        logins("auto", offer(b"USER\r\nSASL PLAIN", encrypted=False), clear_allowed=False)


def test_case_a24_a_server_with_nothing_that_we_know_gives_a_clear_error() -> None:
    with pytest.raises(AuthError, match="NTLM"):
        logins("auto", offer(b"SASL NTLM"), clear_allowed=False)


@pytest.mark.parametrize("wanted", ["plain", "login"])
def test_a_password_login_asked_for_uses_user_where_the_server_has_no_sasl(wanted: str) -> None:
    assert logins(wanted, offer(None), clear_allowed=False) == ("USER",)


@pytest.mark.parametrize("wanted", ["cram-md5", "scram-sha-256", "xoauth2"])
def test_a_mechanism_asked_for_is_tried_though_nothing_announces_it(wanted: str) -> None:
    assert logins(wanted, offer(None), clear_allowed=False) == (wanted.upper(),)


def test_case_5_7_53_apop_asked_for_needs_a_stamp() -> None:
    assert logins("apop", offer(None, stamp=STAMP), clear_allowed=False) == ("APOP",)
    with pytest.raises(ProtocolError, match="stamp"):
        logins("apop", offer(None), clear_allowed=False)


@pytest.mark.parametrize(
    ("greeting", "stamp"),
    [
        (f"POP3 server ready {STAMP}", STAMP),
        ("ready <>", ""),
        ("ready <no-at-sign>", ""),
        ("ready <two@at@signs>", ""),
        ("ready <a b@c>", ""),
        ("ready <\\xff\\x00@x>", ""),
        (f"ready <{'a' * 500}@x>", ""),
        ("ready", ""),
    ],
    ids=["the RFC's", "empty", "no @", "two @", "a space", "escaped octets", "too long", "none"],
)
def test_case_5_7_53_and_a23_only_a_well_formed_stamp_is_used(greeting: str, stamp: str) -> None:
    assert apop_stamp(greeting) == stamp


def test_apop_gives_the_digest_of_rfc_1939() -> None:
    assert apop_digest(STAMP, "tanstaaf") == "c4c9334bac560ecc979e58001b3e22fb"


def test_an_offer_without_capabilities_has_no_mechanisms() -> None:
    assert offer(None).sasl == Capabilities().sasl == frozenset()
