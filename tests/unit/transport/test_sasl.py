"""SASL mechanisms against the RFCs' own examples and against peers that cheat."""

from __future__ import annotations

import pytest

from automailer.errors import PermanentError, ProtocolError
from automailer.transport import MECHANISMS, Mechanism, mechanism


def make(
    name: str, username: str = "user", secret: str = "pencil", nonce: str = "rOprNGfwEbeRWgbNEkqO"
) -> Mechanism:
    return mechanism(name, username=username, secret=secret, nonce=lambda: nonce)


def respond_to_all(used: Mechanism, challenges: list[bytes]) -> list[bytes]:
    return [used.respond(challenge) for challenge in challenges]


def test_plain_says_everything_at_once_in_utf_8() -> None:
    used = make("plain", username="jürgen", secret="paß wort")
    assert used.initial() == "\0jürgen\0paß wort".encode()
    assert used.complete


def test_plain_answers_an_empty_challenge_with_the_same() -> None:
    used = make("PLAIN")
    assert not used.complete
    assert used.respond(b"") == b"\0user\0pencil"
    assert used.complete


def test_login_answers_user_then_password_however_the_prompts_are_worded() -> None:
    used = make("LOGIN")
    assert used.initial() is None
    assert [used.respond(b"Benutzer?"), used.respond(b"")] == [b"user", b"pencil"]
    assert used.complete
    with pytest.raises(ProtocolError):
        used.respond(b"and your birthday?")


def test_cram_md5_gives_the_digest_of_rfc_2195() -> None:
    used = make("cram-md5", username="tim", secret="tanstaaftanstaaf")
    response = used.respond(b"<1896.697170952@postoffice.reston.mci.net>")
    assert response == b"tim b913a602c7eda7a495b4e6e7334d3890"


@pytest.mark.parametrize("challenges", [[b""], [b"<1@x>", b"<2@x>"]], ids=["empty", "a second one"])
def test_cram_md5_refuses_challenges_that_make_no_sense(challenges: list[bytes]) -> None:
    used = make("CRAM-MD5")
    with pytest.raises(ProtocolError):
        respond_to_all(used, challenges)


SERVER_FIRST = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_scram_sha_256_speaks_as_rfc_7677_has_it() -> None:
    used = make("scram-sha-256")
    assert used.initial() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    assert used.respond(SERVER_FIRST).endswith(b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    assert used.respond(SERVER_FINAL) == b""
    used.finish()
    assert used.complete


def test_scram_repeats_its_first_message_for_a_server_that_missed_it() -> None:
    used = make("SCRAM-SHA-256")
    assert used.respond(b"") == used.initial()


def test_scram_refuses_a_server_that_says_yes_without_proof() -> None:
    used = make("SCRAM-SHA-256")
    used.respond(SERVER_FIRST)
    with pytest.raises(ProtocolError, match="without proving"):
        used.finish()


@pytest.mark.parametrize(
    "challenges",
    [
        [SERVER_FIRST, b"v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="],
        [SERVER_FIRST, SERVER_FINAL, b"more"],
        [SERVER_FIRST.replace(b"i=4096", b"i=2147483647")],
        [SERVER_FIRST.replace(b"r=rO", b"r=xx")],
        [b"\xff\xfe"],
        [b"nonsense"],
        [SERVER_FIRST, b"e=invalid-proof"],
        [SERVER_FIRST.replace(b"s=W22ZaJ0SNY7soEsUEjb6gQ==", b"s=!!!")],
    ],
    ids=[
        "wrong signature",
        "a challenge too many",
        "endless work",
        "another nonce",
        "not utf-8",
        "no attributes",
        "error",
        "salt not base64",
    ],
)
def test_scram_distrusts_a_server_that_cheats(challenges: list[bytes]) -> None:
    used = make("SCRAM-SHA-256")
    with pytest.raises(ProtocolError):
        respond_to_all(used, challenges)


def test_xoauth2_carries_user_and_token_and_answers_a_complaint_with_nothing() -> None:
    used = make("xoauth2", username="me@example.com", secret="ya29.token")
    assert used.respond(b"") == b"user=me@example.com\1auth=Bearer ya29.token\1\1"
    assert used.respond(b'{"status":"400"}') == b""


@pytest.mark.parametrize("name", MECHANISMS)
@pytest.mark.parametrize(("username", "secret"), [("a\0b", "c"), ("a", "b\0c")], ids=["user", "password"])
def test_a_nul_is_refused_by_every_mechanism(name: str, username: str, secret: str) -> None:
    with pytest.raises(PermanentError, match="NUL"):
        make(name, username=username, secret=secret)


def test_an_octet_1_is_refused_in_xoauth2_which_uses_it_between_fields() -> None:
    with pytest.raises(PermanentError, match="0x01"):
        make("XOAUTH2", secret="token\1\1auth=other")


def test_an_unknown_mechanism_is_refused_by_name() -> None:
    with pytest.raises(PermanentError, match="NTLM"):
        make("NTLM")
