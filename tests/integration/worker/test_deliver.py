"""Sending, pass after pass as the daemon does it."""

from __future__ import annotations

import pytest

from automailer.worker.deliver import RelaySenders
from automailer.worker.poll import poll_mailbox
from tests.integration.smtp.scripted_server import Script, ScriptedServer
from tests.integration.worker.office import Office

SEND = "rules: [{name: all, then: [{send: {to: a@example.org, text: t, subject: s}}]}]"


def relay(port: int) -> dict[str, object]:
    server = {"host": "127.0.0.1", "port": port, "tls": "none", "connections": 1}
    return {"default": {**server, "from": "ops@example.com", "username": "ops", "password": "secret"}}


@pytest.mark.parametrize(
    ("refusing", "pauses"),
    [
        (Script(auth=("PLAIN",), answers={"AUTH": b"535 5.7.8 wrong\r\n"}), (60, 300, 900)),
        (Script(auth=("PLAIN",), answers={"connect": b"421 4.3.2 closed\r\n"}), (5, 10, 20)),
    ],
    ids=["login-refused", "down"],
)
def test_a_relay_that_can_not_be_used_is_not_knocked_at_in_every_pass(
    office: Office, refusing: Script, pauses: tuple[int, ...]
) -> None:
    office.rules(SEND)
    with ScriptedServer(refusing) as server:
        office.settings["smtp"] = relay(server.port)
        with office.shop() as shop, RelaySenders(shop) as senders:
            office.deliver()
            assert poll_mailbox(shop, "ops").processed == 1
            for knocks, pause in enumerate(pauses, 1):
                assert senders.deliver("default").error
                office.wait(seconds=pause - 1)
                assert not senders.deliver("default").error
                assert server.connections == knocks
                office.wait(seconds=1)
            server.scripts = [Script(auth=("PLAIN",), answers={"AUTH": b"235 2.7.0 welcome\r\n"})]
            assert senders.deliver("default").sent == 1
