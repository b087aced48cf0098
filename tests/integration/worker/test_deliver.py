"""Sending, pass after pass as the daemon does it."""

from __future__ import annotations

import pytest

from automailer.worker.deliver import RelaySenders
from tests.integration.smtp.scripted_server import Script, ScriptedServer
from tests.integration.worker.office import Office

SEND = "rules: [{name: all, then: [{send: {to: a@example.org, text: t, subject: s}}]}]"


def relay(port: int) -> dict[str, object]:
    server = {"host": "127.0.0.1", "port": port, "tls": "none", "connections": 1}
    return {"default": {**server, "from": "ops@example.com", "username": "ops", "password": "secret"}}


@pytest.mark.parametrize(
    "refusing",
    [
        Script(auth=("PLAIN",), answers={"AUTH": b"535 5.7.8 wrong\r\n"}),
        Script(auth=("PLAIN",), answers={"connect": b"421 4.3.2 closed\r\n"}),
    ],
    ids=["login-refused", "down"],
)
def test_a_relay_that_can_not_be_used_is_not_knocked_at_in_every_pass(
    office: Office, refusing: Script
) -> None:
    office.rules(SEND)
    with ScriptedServer(refusing) as server:
        office.settings["smtp"] = relay(server.port)
        office.deliver()
        office.poll()
        assert server.connections == 1
        with office.shop() as shop, RelaySenders(shop) as senders:
            errors = [bool(senders.deliver("default").error) for _ in range(5)]
            assert errors == [True, False, False, False, False]
            assert server.connections == 2
            office.wait(minutes=1)
            assert senders.deliver("default").error
            assert server.connections == 3
            office.wait(minutes=4)
            assert not senders.deliver("default").error
            server.scripts = [Script(auth=("PLAIN",), answers={"AUTH": b"235 2.7.0 welcome\r\n"})]
            office.wait(minutes=1)
            assert senders.deliver("default").sent == 1
    assert server.connections == 4
