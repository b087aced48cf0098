"""Greeting, TLS and login, against servers that behave, cheat and break."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from automailer.errors import AuthError, BusyError, PermanentError, ProtocolError, TemporaryError
from automailer.mailbox import open_mailbox
from tests.integration.certificates import Certificate, Forge
from tests.integration.mailbox.scripted import (
    CLOSE,
    START_TLS,
    Script,
    ScriptedServer,
    Step,
    login,
    mailbox,
)

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the openssl command is not installed"
)

QUIT: Step = (b"QUIT", b"+OK\r\n")
GREETING: Step = (None, b"+OK ready\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Forge(tmp_path_factory.mktemp("tls")).make("localhost")


def capa(*lines: bytes) -> Step:
    return (b"CAPA", b"+OK\r\n" + b"".join(line + b"\r\n" for line in lines) + b".\r\n")


def b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def log_in(server: ScriptedServer, **settings: Any) -> str:
    with open_mailbox(mailbox(server, **settings)) as client:
        return client.login


@needs_openssl
def test_case_5_7_51_stls_is_done_before_the_login_and_capa_asked_again(certificate: Certificate) -> None:
    script: Script = [
        GREETING,
        capa(b"STLS", b"SASL XOAUTH2"),
        (b"STLS", (b"+OK begin\r\n", START_TLS)),
        capa(b"SASL PLAIN"),
        (b"AUTH PLAIN " + b64("\0me\0secret"), b"+OK\r\n"),
        capa(),
        QUIT,
    ]
    with ScriptedServer([script], tls=certificate.server_context()) as server:
        assert log_in(server, tls="starttls", host="localhost", ca_file=certificate.cert) == "PLAIN"


@needs_openssl
def test_implicit_tls_speaks_tls_at_once(certificate: Certificate) -> None:
    with ScriptedServer([[*login(), QUIT]], tls=certificate.server_context(), implicit=True) as server:
        assert log_in(server, tls="implicit", ca_file=certificate.cert) == "USER"


@pytest.mark.parametrize("injected", [b"+OK 1 1\r\n", b"+OK", b"-ERR x\r\n"], ids=repr)
def test_case_5_7_50_and_a20_what_is_said_before_the_handshake_is_refused(injected: bytes) -> None:
    script: Script = [GREETING, capa(b"STLS"), (b"STLS", b"+OK begin\r\n" + injected)]
    with ScriptedServer([script]) as server, pytest.raises((ProtocolError, TemporaryError)):
        log_in(server, tls="starttls")
    assert server.heard == [b"CAPA", b"STLS"]


@pytest.mark.parametrize(
    "steps",
    [
        [capa(b"USER", b"SASL PLAIN")],
        [capa(b"STLS"), (b"STLS", b"-ERR not now\r\n")],
        [(b"CAPA", b"-ERR\r\n"), (b"STLS", b"-ERR unknown command\r\n")],
    ],
    ids=["stripped", "refused", "no CAPA, refused"],
)
def test_case_5_7_51_and_a21_without_tls_no_password_is_sent(steps: list[Step]) -> None:
    with ScriptedServer([[GREETING, *steps]]) as server, pytest.raises(ProtocolError, match="STLS"):
        log_in(server, tls="starttls")
    assert not [line for line in server.heard if line.startswith((b"USER", b"PASS", b"AUTH"))]


def own_name(certificate: Certificate, folder: Path) -> dict[str, Any]:
    return {"host": "localhost"}


def other_name(certificate: Certificate, folder: Path) -> dict[str, Any]:
    other = Forge(folder).make("elsewhere", "DNS:elsewhere.example")
    return {"served": other, "ca_file": other.cert, "host": "localhost"}


def address_not_named(certificate: Certificate, folder: Path) -> dict[str, Any]:
    named = Forge(folder).make("named", "DNS:localhost")
    return {"served": named, "ca_file": named.cert}


def expired(certificate: Certificate, folder: Path) -> dict[str, Any]:
    old = Forge(folder).make("old", days=-1)
    return {"served": old, "ca_file": old.cert}


def other_ca(certificate: Certificate, folder: Path) -> dict[str, Any]:
    return {"ca_file": Forge(folder).make("other").cert}


def wrong_pin(certificate: Certificate, folder: Path) -> dict[str, Any]:
    return {"fingerprint": "00" * 32, "ca_file": certificate.cert}


@needs_openssl
@pytest.mark.parametrize(
    ("case", "told"),
    [
        (own_name, "self-signed"),
        (other_name, "set `host` to a name that the certificate has"),
        (address_not_named, "set `host` to a name that the certificate has"),
        (expired, "expired"),
        (other_ca, "set `ca_file`"),
        (wrong_pin, "`fingerprint` expects 0000"),
    ],
)
def test_case_5_7_52_and_a22_a_bad_certificate_is_refused_with_its_reason(
    certificate: Certificate,
    tmp_path: Path,
    case: Callable[[Certificate, Path], dict[str, Any]],
    told: str,
) -> None:
    settings = case(certificate, tmp_path)
    context = settings.pop("served", certificate).server_context()
    with (
        ScriptedServer([[GREETING]], tls=context, implicit=True) as server,
        pytest.raises(ProtocolError, match=told),
    ):
        log_in(server, tls="implicit", **settings)
    assert server.heard == []


@needs_openssl
def test_case_5_7_56_the_server_is_told_which_name_is_meant(certificate: Certificate) -> None:
    names: list[str | None] = []
    context = certificate.server_context()
    context.sni_callback = lambda sock, name, context: names.append(name)
    with ScriptedServer([[*login(), QUIT]], tls=context, implicit=True) as server:
        assert log_in(server, tls="implicit", host="localhost", ca_file=certificate.cert) == "USER"
    assert names == ["localhost"]


@needs_openssl
@pytest.mark.parametrize("way", ["fingerprint", "fingerprint with colons", "tls_verify: false"])
def test_a_certificate_that_no_ca_signed_is_accepted_on_request(certificate: Certificate, way: str) -> None:
    pin = certificate.fingerprint
    colons = ":".join(pin[i : i + 2] for i in range(0, 64, 2)).upper()
    ways: dict[str, dict[str, Any]] = {
        "fingerprint": {"fingerprint": pin},
        "fingerprint with colons": {"fingerprint": colons},
        "tls_verify: false": {"tls_verify": False},
    }
    with ScriptedServer([[*login(), QUIT]], tls=certificate.server_context(), implicit=True) as server:
        assert log_in(server, tls="implicit", **ways[way]) == "USER"


@needs_openssl
def test_a_client_certificate_is_shown_to_a_server_that_wants_one(
    certificate: Certificate, tmp_path: Path
) -> None:
    mine = Forge(tmp_path).make("me")
    context = certificate.server_context(client_ca=mine.cert)
    with ScriptedServer([[*login(), QUIT]], tls=context, implicit=True) as server:
        settings = {"ca_file": certificate.cert, "client_cert": mine.cert, "client_key": mine.key}
        assert log_in(server, tls="implicit", **settings) == "USER"


@needs_openssl
def test_a_client_certificate_that_is_none_names_its_setting(
    certificate: Certificate, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing")
    with (
        ScriptedServer([[GREETING]], tls=certificate.server_context(), implicit=True) as server,
        pytest.raises(PermanentError, match="client_cert"),
    ):
        log_in(server, tls="implicit", client_cert=broken)


def test_a_port_without_tls_gives_a_hint() -> None:
    with ScriptedServer([[GREETING]]) as server, pytest.raises(ProtocolError, match="tls: starttls"):
        log_in(server, tls="implicit")


def test_a_port_that_waits_for_tls_gives_a_hint() -> None:
    with ScriptedServer([[(b"never", b"")]]) as server, pytest.raises(TemporaryError, match="tls: implicit"):
        log_in(server, timeout="1s")


def test_case_a06_a_handshake_that_never_goes_on_is_given_up() -> None:
    with (
        ScriptedServer([[(b"never", b"")]]) as server,
        pytest.raises(TemporaryError, match="handshake not finished"),
    ):
        log_in(server, tls="implicit", timeout="1s")


def test_user_and_pass_go_together_where_pipelining_is_announced() -> None:
    script: Script = [
        GREETING,
        capa(b"PIPELINING"),
        (b"USER me", b""),
        (b"PASS secret", b"+OK\r\n+OK\r\n"),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        assert log_in(server) == "USER"


def test_case_5_7_56_a_password_with_spaces_goes_whole() -> None:
    script: Script = [
        GREETING,
        capa(),
        ("USER ünï@example.org".encode(), b"+OK\r\n"),
        (b"PASS  two  words ", b"+OK\r\n"),
        capa(),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        assert log_in(server, username="ünï@example.org", password=" two  words ") == "USER"


def test_case_5_7_53_apop_is_used_when_asked_for() -> None:
    script: Script = [
        (None, b"+OK <1896.697170952@dbc.mtview.ca.us>\r\n"),
        capa(),
        (b"APOP me c4c9334bac560ecc979e58001b3e22fb", b"+OK\r\n"),
        capa(),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        assert log_in(server, auth="apop", password="tanstaaf") == "APOP"


def test_a_stamp_in_the_greeting_that_means_nothing_does_not_lock_out() -> None:
    script: Script = [
        (None, b"+OK <1896.697170952@dbc.mtview.ca.us>\r\n"),
        capa(b"USER"),
        (b"APOP me *", b"-ERR unknown command\r\n"),
        (b"USER me", b"+OK\r\n"),
        (b"PASS secret", b"+OK\r\n"),
        capa(),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        assert log_in(server) == "USER"


@pytest.mark.parametrize(
    "prompts", [(b"+ VXNlcm5hbWU6", b"+ UGFzc3dvcmQ6"), (b"+ ", b"+"), (b"+ User?", b"+ Pass?")]
)
def test_case_5_7_55_login_answers_prompts_however_they_are_worded(prompts: tuple[bytes, bytes]) -> None:
    script: Script = [
        GREETING,
        capa(b"SASL LOGIN"),
        (b"AUTH LOGIN", prompts[0] + b"\r\n"),
        (b64("me"), prompts[1] + b"\r\n"),
        (b64("secret"), b"+OK\r\n"),
        capa(),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        assert log_in(server) == "LOGIN"


@pytest.mark.parametrize("prompt", [b"+ \r\n", b"+OK\r\n"], ids=["+", "+OK"])
def test_case_5_6_47_xoauth2_is_said_in_two_steps(prompt: bytes) -> None:
    script: Script = [
        GREETING,
        capa(b"SASL XOAUTH2"),
        (b"AUTH XOAUTH2", prompt),
        (b64("user=me\1auth=Bearer secret\1\1"), b"+OK\r\n"),
        capa(),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        assert log_in(server, auth="xoauth2") == "XOAUTH2"


def test_a_token_of_oauth_is_used_without_being_told_how() -> None:
    script: Script = [
        GREETING,
        capa(b"USER", b"SASL PLAIN XOAUTH2"),
        (b"AUTH XOAUTH2", b"+ \r\n"),
        (b64("user=me\1auth=Bearer tok\1\1"), b"+OK\r\n"),
        capa(),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        assert log_in(server, password=None, oauth={"provider": "x", "token": "tok"}) == "XOAUTH2"


def test_an_expired_token_is_a_refused_login() -> None:
    script: Script = [
        GREETING,
        capa(b"SASL XOAUTH2"),
        (b"AUTH XOAUTH2", b"+ \r\n"),
        (b64("user=me\1auth=Bearer secret\1\1"), b"+ " + b64('{"status":"400"}') + b"\r\n"),
        (b"", b"-ERR [AUTH] AccessTokenExpired\r\n"),
    ]
    with ScriptedServer([script]) as server, pytest.raises(AuthError, match="AccessTokenExpired"):
        log_in(server, auth="xoauth2")


def test_a_long_password_is_sent_when_it_is_asked_for() -> None:
    secret = "x" * 300
    script: Script = [
        GREETING,
        capa(b"SASL PLAIN"),
        (b"AUTH PLAIN", b"+ \r\n"),
        (b64(f"\0me\0{secret}"), b"+OK\r\n"),
        capa(),
        QUIT,
    ]
    with ScriptedServer([script]) as server:
        assert log_in(server, password=secret) == "PLAIN"


def test_a_scram_server_that_says_yes_without_proof_is_distrusted() -> None:
    script: Script = [GREETING, capa(b"SASL SCRAM-SHA-256"), (b"AUTH SCRAM-SHA-256 *", b"+OK welcome\r\n")]
    with ScriptedServer([script]) as server, pytest.raises(ProtocolError, match="without proving"):
        log_in(server)


@pytest.mark.parametrize(
    "challenge", [b"!!!", b"", b64("r=else,s=AAAA,i=4096")], ids=["no base64", "empty", "wrong"]
)
def test_case_5_7_55_a_dialogue_that_makes_no_sense_is_cancelled(challenge: bytes) -> None:
    script: Script = [
        GREETING,
        capa(b"SASL CRAM-MD5") if challenge == b"" else capa(b"SASL SCRAM-SHA-256"),
        (b"AUTH *", b"+ " + challenge + b"\r\n"),
        (b"*", b"-ERR cancelled\r\n"),
    ]
    with ScriptedServer([script]) as server, pytest.raises(ProtocolError):
        log_in(server)
    assert server.heard[-1] == b"*"


def test_challenges_without_end_are_given_up() -> None:
    prompts: list[Step] = [(b"*", b"+ \r\n") for _ in range(20)]
    script: Script = [GREETING, capa(b"SASL PLAIN"), *prompts]
    with ScriptedServer([script]) as server, pytest.raises(ProtocolError, match="for ever"):
        log_in(server)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"-ERR [IN-USE] Mailbox is locked by another POP3 session.", BusyError),
        (b"-ERR [LOGIN-DELAY] too soon", BusyError),
        (b"-ERR [SYS/TEMP] x", BusyError),
        (b"-ERR maildrop locked", BusyError),
        (b"-ERR [SYS/PERM] closed", PermanentError),
        (b"-ERR [AUTH] Authentication failed.", AuthError),
        (b"-ERR authentication failed", AuthError),
    ],
    ids=repr,
)
def test_case_5_3_21_22_and_a16_a_refused_login_says_what_to_do(answer: bytes, kind: type[Exception]) -> None:
    script: Script = [
        GREETING,
        capa(b"LOGIN-DELAY 300"),
        (b"USER me", b"+OK\r\n"),
        (b"PASS secret", answer + b"\r\n"),
    ]
    with ScriptedServer([script]) as server, pytest.raises(kind) as caught:
        log_in(server)
    assert type(caught.value) is kind
    assert server.heard.count(b"PASS secret") == 1
    if isinstance(caught.value, BusyError) and caught.value.code == "LOGIN-DELAY":
        assert caught.value.retry_in == timedelta(minutes=5)


def test_case_a24_a_user_that_is_refused_gets_no_password_sent() -> None:
    script: Script = [GREETING, capa(), (b"USER me", b"-ERR no such user\r\n")]
    with ScriptedServer([script]) as server, pytest.raises(AuthError, match="no such user"):
        log_in(server)
    assert b"PASS secret" not in server.heard


def test_case_a24_only_unknown_mechanisms_is_a_clear_error() -> None:
    script: Script = [GREETING, capa(b"SASL NTLM GSSAPI")]
    with ScriptedServer([script]) as server, pytest.raises(AuthError, match="GSSAPI, NTLM"):
        log_in(server)


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [
        (b"-ERR [SYS/TEMP] down for maintenance\r\n", BusyError),
        (b"-ERR too many connections\r\n", BusyError),
        (b"-ERR go away\r\n", TemporaryError),
        (b"-ERR [SYS/PERM] banned\r\n", PermanentError),
        (b"HTTP/1.1 302 Found\r\nLocation: /login\r\n", ProtocolError),
    ],
    ids=repr,
)
def test_a_greeting_that_refuses_is_told_apart_from_none(greeting: bytes, kind: type[Exception]) -> None:
    with ScriptedServer([[(None, greeting)]]) as server, pytest.raises(kind) as caught:
        log_in(server)
    assert type(caught.value) is kind


def test_a_server_that_hangs_up_at_once_is_a_temporary_error_that_names_it() -> None:
    with ScriptedServer([[(None, CLOSE)]]) as server, pytest.raises(TemporaryError) as caught:
        log_in(server)
    assert f"127.0.0.1:{server.port}" in str(caught.value)


def test_case_5_3_26_a_password_that_the_server_echoes_is_hidden() -> None:
    script: Script = [
        GREETING,
        capa(),
        (b"USER me", b"+OK\r\n"),
        (b"PASS hunter2", b"-ERR bad password 'hunter2' for \x1b[31mme\xff\r\n"),
    ]
    with ScriptedServer([script]) as server, pytest.raises(AuthError) as caught:
        log_in(server, password="hunter2")
    assert "hunter2" not in str(caught.value)
    assert "'****' for \\x1b[31mme\\xff" in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_secret_in_a_breach_of_the_protocol_is_hidden() -> None:
    script: Script = [
        GREETING,
        capa(),
        (b"USER me", b"+OK\r\n"),
        (b"PASS hunter2", b"you said PASS hunter2\r\n"),
    ]
    with ScriptedServer([script]) as server, pytest.raises(ProtocolError) as caught:
        log_in(server, password="hunter2")
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.__context__ if not caught.value.__suppress_context__ else "")


@pytest.mark.parametrize(
    ("capability", "steps", "shown"),
    [
        (
            b"USER",
            [(b"USER me", b"+OK\r\n"), (b"PASS secret", b"+OK secret\r\n")],
            [b"USER me", b"PASS ****"],
        ),
        (b"SASL PLAIN", [(b"AUTH PLAIN *", b"+OK\r\n")], [b"AUTH PLAIN ****"]),
        (
            b"SASL LOGIN",
            [(b"AUTH LOGIN", b"+ \r\n"), (b64("me"), b"+ \r\n"), (b64("secret"), b"+OK\r\n")],
            [b"AUTH LOGIN", b"****", b"****"],
        ),
    ],
    ids=["USER", "PLAIN", "LOGIN"],
)
def test_the_transcript_shows_every_line_and_no_secret(
    capability: bytes, steps: list[Step], shown: list[bytes]
) -> None:
    lines: list[tuple[str, bytes]] = []
    script: Script = [
        GREETING,
        capa(capability),
        *steps,
        capa(),
        (b"UIDL", b"+OK\r\n1 a\r\n.\r\n"),
        (b"LIST", b"+OK\r\n1 5\r\n.\r\n"),
        (b"RETR 1", b"+OK\r\nSubject: private\r\n\r\n.\r\n"),
        QUIT,
    ]
    with (
        ScriptedServer([script]) as server,
        open_mailbox(mailbox(server), wire=lambda direction, line: lines.append((direction, line))) as client,
    ):
        client.listing()
        for _, message in client.retrieve([1], max_octets=1000):
            assert message
    said = [line for direction, line in lines if direction == "C"]
    assert said == [b"CAPA", *shown, b"CAPA", b"UIDL", b"LIST", b"RETR 1", b"QUIT"]
    everything = b"\n".join(line for _, line in lines)
    assert b"secret" not in everything
    assert b64("secret") not in everything
    assert b"private" not in everything
    assert ("S", b"[20 octets]") in lines


def test_case_5_7_54_a_name_that_would_inject_a_command_is_never_sent() -> None:
    with ScriptedServer([[GREETING, capa()]]) as server:
        settings = mailbox(server).model_copy(update={"username": "me\r\nDELE 1"})
        with pytest.raises(PermanentError, match="control character"):
            open_mailbox(settings)
    assert server.heard == [b"CAPA"]
