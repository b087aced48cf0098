"""`run`: polls and sends by itself, rereads its files, ends cleanly, and tells systemd how it is."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from automailer.sandbox import Pop3Faults
from tests.acceptance.counter import Counter
from tests.acceptance.program import eventually

SAVE = "rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}, delete]}]"
SAVE_ELSEWHERE = SAVE.replace("to: in", "to: elsewhere")
SEND = "rules: [{name: all, then: [{send: {to: a@example.org, subject: '{{ message.subject }}', text: x}}, delete]}]"


class Systemd:
    """What systemd hears: a real datagram socket."""

    def __init__(self) -> None:
        self.name = f"@automailer-test-{os.getpid()}-{id(self):x}"
        self.states: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + self.name[1:])
        self._socket.settimeout(0.2)
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def count(self, state: str) -> int:
        return sum(line == state for text in self.states for line in text.splitlines())

    def close(self) -> None:
        self._closing.set()
        self._reader.join()
        self._socket.close()

    def _read(self) -> None:
        while not self._closing.is_set():
            try:
                self.states.append(self._socket.recv(4096).decode())
            except TimeoutError:
                continue


@pytest.fixture
def systemd(counter: Counter) -> Iterator[Systemd]:
    with closing(Systemd()) as found:
        counter.program.environment["NOTIFY_SOCKET"] = found.name
        yield found


def saved(counter: Counter, folder: str = "in") -> set[str]:
    return {name.removesuffix(".eml") for name in counter.program.files(folder)}


def test_it_polls_by_its_interval_and_sends_without_another_process(counter: Counter) -> None:
    counter.rules(SEND)
    counter.configure("ops", poll="1s")
    counter.deliver("was there")
    with counter.program.start("run") as running:
        eventually(lambda: counter.sent() == ["was there"], what="it polls and sends at once")
        counter.deliver("came later")
        eventually(lambda: counter.sent() == ["was there", "came later"], what="it polls and sends again")
        running.send(signal.SIGTERM)
        assert running.wait().status == 0
        assert "in the midst" not in running.err
    assert counter.left() == 0


def test_mail_waits_for_a_relay_that_is_down_and_leaves_by_itself(counter: Counter) -> None:
    counter.rules(SEND)
    counter.configure("ops", poll="1s")
    counter.smtp.stop()
    counter.deliver("one", "two", "three")
    with counter.program.start("run") as running:
        eventually(lambda: counter.left() == 0, what="all is queued")
        counter.smtp.start()
        eventually(lambda: len(counter.sent()) == 3, what="all is sent")
        assert running.alive
    assert counter.sent() == ["one", "two", "three"]


def test_sigterm_ends_it_with_the_window_finished(counter: Counter, systemd: Systemd) -> None:
    counter.rules(SAVE)
    counter.configure("ops")
    counter.deliver(*(f"mail {number}" for number in range(10)))
    counter.pop3.faults = Pop3Faults(pause_seconds=0.1)
    with counter.program.start("run") as running:
        eventually(lambda: any(line.startswith("RETR") for line in counter.pop3.commands), what="it fetches")
        running.send(signal.SIGTERM)
        assert running.wait().status == 0
    assert len(saved(counter)) == 10
    assert counter.left() == 0
    assert systemd.count("STOPPING=1") == 1
    assert "Traceback" not in running.err
    assert "in the midst" not in running.err


def test_sigterm_ends_it_within_seconds_though_a_server_hangs(counter: Counter) -> None:
    counter.rules(SAVE)
    counter.configure("ops")
    counter.deliver("one")
    counter.pop3.faults = Pop3Faults(pause_seconds=3600)
    with counter.program.start("run") as running:
        eventually(lambda: '"started"' in running.err, what="it runs")
        running.send(signal.SIGTERM)
        assert running.wait(30).status == 0
    counter.pop3.faults = Pop3Faults()
    counter.program.poll()
    assert saved(counter) == {"one"}


def test_sigterm_leaves_no_program_behind_that_a_rule_asks(counter: Counter) -> None:
    counter.rules("rules: [{name: asked, when: {command: {run: [./ask], timeout: 5m}}, then: [delete]}]")
    script = "#!/bin/sh\ntrap '' TERM\nwhile :; do echo . >> beats; sleep 0.1; done\n"
    counter.program.write("ask", script).chmod(0o755)
    beats = counter.program.write("beats", "")
    counter.configure("ops")
    counter.deliver("one")
    with counter.program.start("run") as running:
        eventually(lambda: beats.stat().st_size > 2, what="it asks")
        running.send(signal.SIGTERM)
        assert running.wait(30).status == 0
    heard = beats.stat().st_size
    time.sleep(1)
    assert beats.stat().st_size == heard
    assert counter.left() == 1


def test_sighup_rereads_the_rules_and_a_broken_file_keeps_the_old_ones(
    counter: Counter, systemd: Systemd
) -> None:
    counter.rules(SAVE)
    counter.configure("ops", poll="1s")
    counter.deliver("one")
    with counter.program.start("run") as running:
        eventually(lambda: counter.left() == 0, what="the first mail is done")
        counter.rules(SAVE_ELSEWHERE)
        running.send(signal.SIGHUP)
        eventually(lambda: systemd.count("READY=1") == 2, what="it has read the files again")
        counter.deliver("two")
        eventually(lambda: counter.left() == 0, what="the second mail is done")
        assert (saved(counter), saved(counter, "elsewhere")) == ({"one"}, {"two"})

        counter.rules(SAVE.replace("then:", "thn:"))
        running.send(signal.SIGHUP)
        eventually(lambda: systemd.count("READY=1") == 3, what="it has tried to read the files")
        assert "old settings kept" in running.err
        assert "did you mean 'then'" in running.err
        counter.deliver("three")
        eventually(lambda: counter.left() == 0, what="the third mail is done")
        assert saved(counter, "elsewhere") == {"two", "three"}
        running.send(signal.SIGTERM)
        assert running.wait().status == 0


def test_a_server_that_hangs_keeps_nobody_from_the_new_rules_and_not_the_daemon_from_its_end(
    counter: Counter, systemd: Systemd
) -> None:
    counter.rules(SAVE)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        counter.configure(
            "ops", "desk", poll="1s", one={"desk": {"port": silent.getsockname()[1], "timeout": "5m"}}
        )
        with counter.program.start("run") as running, silent.accept()[0]:
            counter.rules(SAVE_ELSEWHERE)
            running.send(signal.SIGHUP)
            eventually(lambda: systemd.count("READY=1") == 2, what="it has read the files", seconds=60)
            counter.deliver("one")
            eventually(lambda: saved(counter, "elsewhere") == {"one"}, what="the new rules act")
            running.send(signal.SIGTERM)
            assert running.wait(60).status == 0


def test_systemd_hears_of_start_reload_progress_and_end(counter: Counter, systemd: Systemd) -> None:
    counter.rules(SAVE)
    counter.configure("ops")
    counter.program.environment["WATCHDOG_USEC"] = "4000000"
    with counter.program.start("run") as running:
        eventually(lambda: systemd.count("READY=1") == 1, what="it is ready")
        assert systemd.states[0].splitlines() == ["READY=1", f"MAINPID={running.pid}"]
        eventually(lambda: systemd.count("WATCHDOG=1") >= 3, what="it feeds the watchdog with nothing to do")
        running.send(signal.SIGHUP)
        eventually(lambda: systemd.count("READY=1") == 2, what="it is ready again")
        reloading = next(text for text in systemd.states if text.startswith("RELOADING=1"))
        assert reloading.splitlines()[1].startswith("MONOTONIC_USEC=")
        fed = systemd.count("WATCHDOG=1")
        eventually(lambda: systemd.count("WATCHDOG=1") > fed, what="it still feeds the watchdog")
        running.send(signal.SIGTERM)
        assert running.wait().status == 0
    assert systemd.states[-1] == "STOPPING=1"
