"""The states of an entry and the moves between them."""

from __future__ import annotations

import pytest

from automailer.journal import EntryState
from automailer.outbox import MOVES, IllegalMoveError
from automailer.outbox.model import check_move


def test_every_state_has_its_moves_and_none_leads_to_itself() -> None:
    assert set(MOVES) == set(EntryState)
    assert all(state not in targets for state, targets in MOVES.items())


def test_what_is_sent_stays_sent() -> None:
    assert MOVES[EntryState.SENT] == frozenset()
    assert [state for state, targets in MOVES.items() if EntryState.SENT in targets] == [EntryState.SENDING]


def test_an_illegal_move_says_where_the_entry_is_and_why_not() -> None:
    with pytest.raises(IllegalMoveError, match="outbox entry 7: is sent, it can't be called back"):
        check_move(7, EntryState.SENT, EntryState.CANCELLED, wanted="it can't be called back")
