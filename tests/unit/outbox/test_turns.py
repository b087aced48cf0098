"""Mails end in the order in which they were taken from the queue."""

from __future__ import annotations

import threading

from automailer.outbox.turns import Turns


def test_the_later_one_waits_for_the_earlier_one() -> None:
    turns, order = Turns(patience=60), list[int]()
    first, second = turns.take(), turns.take()

    def end_second() -> None:
        turns.wait(second)
        order.append(second)
        turns.done(second)

    thread = threading.Thread(target=end_second)
    thread.start()
    turns.wait(first)
    order.append(first)
    turns.done(first)
    thread.join()
    assert order == [first, second]


def test_patience_ends() -> None:
    turns = Turns(patience=0.01)
    turns.take()
    turns.wait(turns.take())


def test_one_that_gave_up_holds_nobody_back() -> None:
    turns = Turns(patience=60)
    first, second = turns.take(), turns.take()
    turns.done(first)
    turns.wait(second)
