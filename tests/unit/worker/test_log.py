"""Logs: one record, one line, and no reason to stop."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from automailer.worker.log import configure_log, logger


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_off_a_terminal_a_record_is_one_line_of_json() -> None:
    out = io.StringIO()
    configure_log(stream=out)
    logger(mailbox="ops").info("message", subject="a\nb\x1b]0;c\x07\u202e")
    (line,) = out.getvalue().splitlines()
    record = json.loads(line)
    assert (record["mailbox"], record["event"], record["level"]) == ("ops", "message", "info")
    assert not set("\n\x1b\x07\u202e") & set(record["subject"])


def test_what_is_below_the_level_is_not_written() -> None:
    out = io.StringIO()
    configure_log(level="warning", stream=out)
    logger().info("quiet")
    logger().warning("loud")
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["loud"]


def test_a_log_that_nobody_takes_stops_nothing() -> None:
    class Dead(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    configure_log(stream=Dead())
    logger().error("lost")
    gone = io.StringIO()
    gone.close()
    configure_log(form="json", stream=gone)
    logger().error("closed by now")


def test_stderr_is_looked_up_when_something_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log()
    logger().info("here")
    assert '"here"' in capsys.readouterr().err
