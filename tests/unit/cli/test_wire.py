"""The dialogues as `--wire` prints them."""

from __future__ import annotations

import pytest

from automailer.cli.invocation import Invocation, wire_hook


def test_what_a_server_says_can_not_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hook = wire_hook(Invocation(config=None, wire=True))
    assert hook is not None
    hook("S", b"220 \x1b]0;owned\x07 \xc2\x9b\r\n250 ready")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "S 220 \\x1b]0;owned\\x07 \\xc2\\x9b\nS 250 ready\n"
