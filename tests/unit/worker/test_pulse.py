"""The watchdog is fed on progress alone."""

from __future__ import annotations

from automailer.worker.pulse import LONGEST_SILENCE_SECONDS, Pulse


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_nothing_ended_is_no_sign_of_life() -> None:
    assert Pulse(Clock()).take() is False


def test_a_job_that_ended_counts_once() -> None:
    pulse = Pulse(Clock())
    pulse.beat()
    assert (pulse.take(), pulse.take()) == (True, False)


def test_a_poll_that_hangs_outweighs_all_the_jobs_that_end() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    with pulse.watched("poll ops"):
        clock.seconds = LONGEST_SILENCE_SECONDS + 1
        pulse.beat()
        assert pulse.take() is False
    pulse.beat()
    assert pulse.take() is True


def test_a_long_poll_that_comes_on_is_alive() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    with pulse.watched("poll ops") as came_on:
        clock.seconds = LONGEST_SILENCE_SECONDS - 1
        came_on()
        clock.seconds = LONGEST_SILENCE_SECONDS + 1
        pulse.beat()
        assert pulse.take() is True
