"""The client against real servers that say, and do, everything wrong."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from automailer.errors import AuthError, PermanentError, ProtocolError, TemporaryError
from automailer.settings import Secret, SmtpSettings
from automailer.smtp import Delivery, Envelope, Outcome, Relay, examine, verify_address
from tests.integration.smtp.scripted_server import PASSWORD, USER, Script, ScriptedServer

MAIL = b"From: a@example.org\r\nSubject: hello\r\n\r\nfirst\r\n.hidden\r\n..\r\nlast\r\n"


def settings_for(server: ScriptedServer, **more: Any) -> SmtpSettings:
    return SmtpSettings.model_validate(
        {
            "host": "localhost" if server.context else server.host,
            "port": server.port,
            "tls": "none",
            "from": "ops@example.org",
            "timeout": timedelta(seconds=5),
            **more,
        }
    )


def with_login(**more: Any) -> dict[str, Any]:
    return {"username": USER, "password": Secret.plain(PASSWORD), **more}


def envelope(*recipients: str, octets: bytes = MAIL, **more: Any) -> Envelope:
    return Envelope(
        sender="ops@example.org", recipients=recipients or ("ann@example.org",), octets=octets, **more
    )


def deliver(server: ScriptedServer, mail: Envelope | None = None, **more: Any) -> Delivery:
    with Relay(settings_for(server, **more)) as relay:
        return relay.deliver(mail or envelope())


def outcomes(delivery: Delivery) -> dict[str, Outcome]:
    return {recipient.split("@")[0]: result.outcome for recipient, result in delivery.results.items()}


def test_a_mail_arrives_octet_for_octet_dots_and_all() -> None:
    with ScriptedServer() as server:
        delivery = deliver(server)
    assert delivery.all_delivered
    assert [mail.octets for mail in server.mails] == [MAIL]


def test_each_recipient_gets_an_answer_of_his_own() -> None:
    answers = {"RCPT TO:<bob@": b"450 4.2.1 busy\r\n", "RCPT TO:<cid@": b"550 5.1.1 unknown\r\n"}
    with ScriptedServer(Script(answers=answers)) as server:
        delivery = deliver(server, envelope("ann@x.example", "bob@x.example", "cid@x.example"))
    assert outcomes(delivery) == {
        "ann": Outcome.DELIVERED,
        "bob": Outcome.DEFERRED,
        "cid": Outcome.REFUSED,
    }
    assert delivery.results["cid@x.example"].reason == "550 5.1.1 unknown"
    assert server.deliveries == [("ann@x.example", MAIL)]


@pytest.mark.parametrize(
    ("step", "reply", "outcome"),
    [
        ("MAIL", b"553 5.1.8 sender refused\r\n", Outcome.REFUSED),
        ("MAIL", b"452 4.3.1 disk full\r\n", Outcome.DEFERRED),
        ("MAIL", b"552 5.3.4 too big\r\n", Outcome.REFUSED),
        ("RCPT", b"552 too many recipients\r\n", Outcome.DEFERRED),
        ("RCPT", b"552 5.2.2 over quota\r\n", Outcome.REFUSED),
        ("DATA", b"451 4.3.0 later\r\n", Outcome.DEFERRED),
        ("DATA", b"554 5.5.1 never\r\n", Outcome.REFUSED),
        (".", b"550 5.7.1 spam\r\n", Outcome.REFUSED),
        (".", b"451 4.7.1 later\r\n", Outcome.DEFERRED),
        (".", b"399 what\r\n", Outcome.UNKNOWN),
        ("RCPT", b"421 4.3.2 going down\r\n", Outcome.DEFERRED),
        ("MAIL", b"530 5.7.0 log in first\r\n", Outcome.DEFERRED),
    ],
)
def test_what_an_answer_means_depends_on_where_it_comes(step: str, reply: bytes, outcome: Outcome) -> None:
    with ScriptedServer(Script(answers={step: reply})) as server:
        delivery = deliver(server)
    assert outcomes(delivery) == {"ann": outcome}
    assert server.mails == []


@pytest.mark.parametrize("drop_at", ["MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_end_defers(drop_at: str) -> None:
    with ScriptedServer(Script(drop_at=drop_at)) as server:
        delivery = deliver(server, envelope("ann@x.example", "bob@x.example"))
    assert outcomes(delivery) == {"ann": Outcome.DEFERRED, "bob": Outcome.DEFERRED}
    assert delivery.trouble


def test_a_connection_lost_in_the_middle_of_the_text_defers() -> None:
    script = Script(extensions=("8BITMIME",), drop_at="mid-data")
    with ScriptedServer(script) as server:
        delivery = deliver(server, envelope(octets=b"x" * 70 + b"\r\n" * 4_000_000))
    assert outcomes(delivery) == {"ann": Outcome.DEFERRED}


def test_a_refusal_that_does_not_wait_for_the_end_counts() -> None:
    answered = threading.Event()
    script = Script(answers={"mid-data": b"552 5.3.4 too big\r\n"})
    with ScriptedServer(script, on_hang_up=answered.set) as server, Relay(settings_for(server)) as relay:
        delivery = relay.deliver(envelope(), before_data=lambda: assert_set(answered))
    assert outcomes(delivery) == {"ann": Outcome.REFUSED}
    assert delivery.trouble


def assert_set(event: threading.Event) -> None:
    assert event.wait(10)


@pytest.mark.parametrize("drop_at", ["dot", "accepted"])
def test_a_connection_lost_after_the_end_is_unknown_for_whom_no_answer_came(drop_at: str) -> None:
    script = Script(drop_at=drop_at, answers={"RCPT TO:<bob@": b"550 5.1.1 unknown\r\n"})
    with ScriptedServer(script) as server:
        delivery = deliver(server, envelope("ann@x.example", "bob@x.example"))
    assert outcomes(delivery) == {"ann": Outcome.UNKNOWN, "bob": Outcome.REFUSED}


@pytest.mark.parametrize("drop_at", ["connect", "EHLO"])
def test_a_server_that_can_not_be_used_says_nothing_of_the_mail(drop_at: str) -> None:
    with ScriptedServer(Script(drop_at=drop_at)) as server, pytest.raises(TemporaryError):
        deliver(server)


@pytest.mark.parametrize("greeting", [b"421 4.3.2 too busy\r\n", b"554 no SMTP here\r\n"])
def test_an_unfriendly_greeting_says_nothing_of_the_mail(greeting: bytes) -> None:
    with (
        ScriptedServer(Script(answers={"connect": greeting})) as server,
        pytest.raises(TemporaryError, match=greeting[:3].decode()),
    ):
        deliver(server)


def test_one_connection_carries_many_mails() -> None:
    with ScriptedServer() as server, Relay(settings_for(server)) as relay:
        for _ in range(3):
            assert relay.deliver(envelope()).all_delivered
    assert (server.connections, len(server.mails)) == (1, 3)
    assert "RSET" not in server.commands
    assert "NOOP" not in server.commands


def test_what_a_refused_mail_left_behind_is_cleared_before_the_next() -> None:
    script = Script(answers={"RCPT TO:<bob@": b"550 5.1.1 unknown\r\n"})
    with ScriptedServer(script) as server, Relay(settings_for(server)) as relay:
        relay.deliver(envelope("bob@x.example"))
        assert relay.deliver(envelope("ann@x.example")).all_delivered
    assert server.connections == 1
    assert server.commands.count("RSET") == 1


@pytest.mark.parametrize("script", [Script(drop_at="MAIL"), Script(answers={"MAIL": b"421 4.4.2 idle\r\n"})])
def test_a_kept_connection_that_went_stale_is_opened_again(script: Script) -> None:
    with ScriptedServer() as server, Relay(settings_for(server)) as relay:
        relay.deliver(envelope())
        server.change_mind(script)
        assert relay.deliver(envelope()).all_delivered
    assert (server.connections, len(server.mails)) == (2, 2)


def test_the_callback_comes_when_all_but_the_end_is_sent() -> None:
    seen: list[int] = []
    with ScriptedServer() as server, Relay(settings_for(server)) as relay:
        relay.deliver(envelope(), before_data=lambda: seen.append(len(server.mails)))
    assert seen == [0]
    assert server.commands[-2:] == ["DATA", "QUIT"]


def test_a_callback_that_fails_keeps_the_mail_from_being_sent() -> None:
    def fail() -> None:
        raise TemporaryError("the lease is gone")

    with ScriptedServer() as server, Relay(settings_for(server)) as relay:
        with pytest.raises(TemporaryError, match="lease"):
            relay.deliver(envelope(), before_data=fail)
        assert relay.deliver(envelope("bob@x.example")).all_delivered
    assert server.deliveries == [("bob@x.example", MAIL)]


def test_smuggled_commands_stay_text() -> None:
    smuggled = b"Subject: x\r\n\r\nhi\n.\nMAIL FROM:<evil@x.example>\r.\rDATA\n.\r\n\nend"
    with ScriptedServer() as server:
        assert deliver(server, envelope(octets=smuggled)).all_delivered
    assert len(server.mails) == 1
    assert b"\n.\r\nMAIL FROM" in server.mails[0].octets
    assert not [command for command in server.commands if "evil" in command]


@pytest.mark.parametrize(
    ("extensions", "mail", "reason"),
    [
        (("SIZE 20",), envelope(), "the server takes 20"),
        (("SIZE 1000",), envelope(octets="Subject: ü\r\n\r\nü\r\n".encode()), "8BITMIME"),
        (("8BITMIME",), envelope("ünï@example.org"), "SMTPUTF8"),
        ((), envelope("no address"), "not a mail address"),
        ((), envelope("a@b.example>\r\nDATA"), "not a"),
    ],
)
def test_what_a_server_can_not_take_is_refused_with_the_reason(
    extensions: tuple[str, ...], mail: Envelope, reason: str
) -> None:
    with ScriptedServer(Script(extensions=extensions)) as server:
        delivery = deliver(server, mail)
    (result,) = delivery.results.values()
    assert result.outcome is Outcome.REFUSED
    assert reason in result.reason
    assert server.mails == []


def test_extensions_are_used_only_where_they_are_needed() -> None:
    with ScriptedServer() as server, Relay(settings_for(server)) as relay:
        relay.deliver(envelope())
        relay.deliver(envelope("ünï@münchen.example", octets="\r\nü\r\n".encode()))
        relay.deliver(envelope(dsn_never=True))
    plain, wide, _ = [command for command in server.commands if command.startswith("MAIL")]
    assert plain == f"MAIL FROM:<ops@example.org> SIZE={len(MAIL)}"
    assert wide == "MAIL FROM:<ops@example.org> SIZE=6 BODY=8BITMIME SMTPUTF8"
    rcpt = [command for command in server.commands if command.startswith("RCPT")]
    assert rcpt[1:] == ["RCPT TO:<ünï@xn--mnchen-3ya.example>", "RCPT TO:<ann@example.org> NOTIFY=NEVER"]


def test_a_server_that_knows_only_helo_gets_the_mail() -> None:
    with ScriptedServer(Script(answers={"EHLO": b"502 what?\r\n"})) as server:
        assert deliver(server).all_delivered
    assert "MAIL FROM:<ops@example.org>" in server.commands


@pytest.mark.parametrize("mechanism", ["plain", "login", "cram-md5", "xoauth2"])
def test_every_way_to_log_in(mechanism: str) -> None:
    with ScriptedServer(Script(auth=("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"))) as server:
        assert deliver(server, **with_login(auth=mechanism)).all_delivered
    assert [command.split(" ")[1] for command in server.commands if command.startswith("AUTH")] == [
        mechanism.upper()
    ]


def test_the_strongest_way_to_log_in_is_taken() -> None:
    with ScriptedServer(Script(auth=("LOGIN", "PLAIN", "CRAM-MD5"))) as server:
        assert examine(settings_for(server, **with_login())).login == "CRAM-MD5"


def test_a_refused_password_is_tried_once_and_never_quoted() -> None:
    with ScriptedServer(Script(auth=("PLAIN", "LOGIN"))) as server:
        wrong = with_login(password=Secret.plain("wrong horse"))
        with pytest.raises(AuthError, match="535") as caught:
            deliver(server, **wrong)
        assert "wrong horse" not in str(caught.value)
    assert len([command for command in server.commands if command.startswith("AUTH")]) == 1


def test_a_server_that_quotes_the_password_does_not_bring_it_into_the_log() -> None:
    answers = {"AUTH": f"535 5.7.8 {PASSWORD} is not it\r\n".encode()}
    with (
        ScriptedServer(Script(auth=("PLAIN",), answers=answers)) as server,
        pytest.raises(AuthError) as caught,
    ):
        deliver(server, **with_login())
    assert PASSWORD not in str(caught.value)


def test_a_login_that_is_not_offered_is_an_error_not_a_mail_without_one() -> None:
    with ScriptedServer() as server, pytest.raises(AuthError, match="no login"):
        deliver(server, **with_login())
    assert not [command for command in server.commands if command.startswith("MAIL")]


def test_a_login_that_fails_for_now_is_tried_later() -> None:
    script = Script(auth=("PLAIN",), answers={"AUTH": b"454 4.7.0 later\r\n"})
    with ScriptedServer(script) as server, pytest.raises(TemporaryError, match="454"):
        deliver(server, **with_login())


@pytest.mark.parametrize("challenge", [b"334 " + b"A" * 8000 + b"!\r\n", b"334 ***\r\n", b"334 e30=\r\n"])
def test_a_login_that_goes_wrong_ends(challenge: bytes) -> None:
    script = Script(auth=("CRAM-MD5",), challenge=challenge)
    with ScriptedServer(script) as server, pytest.raises((ProtocolError, PermanentError)):
        deliver(server, **with_login())


def test_starttls_secures_the_login(certificate: Path) -> None:
    with ScriptedServer(Script(auth=("PLAIN",)), certificate=certificate) as server:
        more = with_login(tls="starttls", ca_file=certificate)
        assert deliver(server, **more).all_delivered
    assert [command.split(" ")[0] for command in server.commands][:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_implicit_tls_secures_everything(certificate: Path) -> None:
    with ScriptedServer(certificate=certificate, implicit_tls=True) as server:
        findings = examine(settings_for(server, tls="implicit", ca_file=certificate))
        assert deliver(server, tls="implicit", ca_file=certificate).all_delivered
    assert findings.tls.startswith("TLSv1")
    assert findings.size_limit == 1_000_000


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with ScriptedServer(certificate=certificate) as server, pytest.raises(ProtocolError, match="certificate"):
        deliver(server, tls="starttls")


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"EHLO": b"250 scripted\r\n"}, ProtocolError),
        ({"STARTTLS": b"454 4.7.0 not now\r\n"}, TemporaryError),
        ({"STARTTLS": b"220 go\r\n250 injected\r\n"}, ProtocolError),
    ],
    ids=["stripped", "refused", "injected"],
)
def test_starttls_that_fails_never_falls_back_to_clear_text(
    answers: dict[str, bytes], error: type[Exception], certificate: Path
) -> None:
    script = Script(auth=("PLAIN",), answers=answers)
    with ScriptedServer(script, certificate=certificate) as server, pytest.raises(error):
        deliver(server, **with_login(tls="starttls", ca_file=certificate))
    assert not [command for command in server.commands if command.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize(
    "reply",
    [
        b"250-x\r\n" * 10_000,
        b"250 " + b"x" * 1_000_000,
        b"250-one\r\n251 two\r\n",
        b"hello\r\n",
        b"199 too low\r\n",
        b"\xff\xfe\r\n",
    ],
    ids=["endless", "long", "mixed", "words", "code", "binary"],
)
def test_a_reply_beyond_all_limits_ends_the_connection(reply: bytes) -> None:
    with ScriptedServer(Script(answers={"EHLO": reply})) as server, pytest.raises(ProtocolError):
        deliver(server)


def test_a_reply_in_another_alphabet_is_shown_and_control_characters_are_not() -> None:
    answers = {"RCPT": "550 5.1.1 нет такого \x1b[31mred\u202e\r\n".encode()}
    with ScriptedServer(Script(answers=answers)) as server:
        (result,) = deliver(server).results.values()
    assert "нет такого" in result.reason
    assert result.reason.isprintable()


def test_a_server_that_says_nothing_is_given_up() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Relay(
            SmtpSettings.model_validate(
                {
                    "host": "127.0.0.1",
                    "port": listener.getsockname()[1],
                    "tls": "none",
                    "from": "a@example.org",
                    "timeout": timedelta(seconds=0.2),
                }
            )
        ) as relay,
        pytest.raises(TemporaryError, match="in time"),
    ):
        relay.deliver(envelope())


def test_an_answer_that_hangs_is_left_when_we_are_asked_to_end() -> None:
    stop = threading.Event()
    with (
        ScriptedServer(Script(answers={".": b""})) as server,
        Relay(settings_for(server, timeout=timedelta(hours=1)), stop=stop) as relay,
    ):
        delivery = relay.deliver(envelope(), before_data=stop.set)
    assert outcomes(delivery) == {"ann": Outcome.UNKNOWN}


def test_a_transcript_has_every_line_and_no_secret() -> None:
    lines: list[tuple[str, bytes]] = []

    def wire(direction: str, line: bytes) -> None:
        lines.append((direction, line))

    for mechanism in ("plain", "login", "cram-md5", "xoauth2"):
        with (
            ScriptedServer(Script(auth=(mechanism.upper(),))) as server,
            Relay(settings_for(server, **with_login(auth=mechanism)), wire=wire) as relay,
        ):
            relay.deliver(envelope())
    text = b"\n".join(line for _, line in lines)
    assert ("C", f"MAIL FROM:<ops@example.org> SIZE={len(MAIL)}".encode()) in lines
    assert ("S", b"220 scripted ESMTP") in lines
    assert b"AUTH PLAIN ****" in text
    for secret in (PASSWORD.encode(), b"czNjcmV0", USER.encode() + b"\0"):
        assert secret not in text


def test_vrfy_asks_for_one_address() -> None:
    with ScriptedServer() as server:
        assert str(verify_address(settings_for(server), "ann@example.org")) == "252 2.5.1 try it"
    assert "VRFY ann@example.org" in server.commands
