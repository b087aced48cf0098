"""How long a server may take."""

from __future__ import annotations

from automailer.mailbox.patience import Patience


def test_case_a06_a_line_that_drips_is_given_up_as_a_whole() -> None:
    patience = Patience(30)
    patience.spend(20, 1, in_lines=False, progressed=False)
    assert patience.give_up() == ""
    assert patience.budget == 10
    patience.spend(10, 1, in_lines=False, progressed=False)
    assert "no complete line" in patience.give_up()


def test_every_line_has_the_whole_time_again() -> None:
    patience = Patience(30)
    for _ in range(10):
        patience.spend(25, 80, in_lines=False, progressed=True)
    assert patience.give_up() == ""
    assert patience.budget == 30


def test_case_a06_a_download_that_drips_is_given_up_after_a_minute() -> None:
    patience = Patience(30)
    patience.spend(29, 1, in_lines=True, progressed=False)
    patience.spend(29, 1, in_lines=True, progressed=False)
    assert patience.give_up() == ""
    patience.spend(29, 1, in_lines=True, progressed=False)
    assert "slower than 100 octets/s" in patience.give_up()


def test_a_slow_download_above_the_rate_goes_on_for_hours() -> None:
    patience = Patience(30)
    for _ in range(10_000):
        patience.spend(1, 150, in_lines=True, progressed=False)
        assert patience.give_up() == ""


def test_a_burst_long_ago_does_not_excuse_a_drip() -> None:
    patience = Patience(30)
    patience.spend(1, 50_000_000, in_lines=True, progressed=False)
    for _ in range(130):
        patience.spend(1, 1, in_lines=True, progressed=False)
        if patience.give_up():
            break
    assert "slower than" in patience.give_up()


def test_case_a04_a_listing_has_a_time_for_all_of_it() -> None:
    patience = Patience(30, total=100)
    for _ in range(99):
        patience.spend(1, 1000, in_lines=True, progressed=False)
    assert patience.give_up() == ""
    assert patience.budget == 1
    patience.spend(1, 1000, in_lines=True, progressed=False)
    assert "not finished within 100 s" in patience.give_up()
