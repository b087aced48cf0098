"""What the sandbox servers do wrong when they are asked to. Values only. Pure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pop3Faults", "SmtpFaults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop3Faults:
    """Faults of the POP3 server; message numbers are those of the session, from 1.

    `missing` commands are answered -ERR and not announced. `drop_in_retr` closes the connection halfway
    through these messages, `refuse_retr` answers -ERR to them; `drop_in_top` and `refuse_top` do so at TOP.
    `quit_refused` removes nothing and says so (RFC 1939, section 6), `quit_lost` removes and closes without a word.
    `pause_seconds` comes before every reply, `size_error` is added to the sizes of LIST and STAT. As Gmail does,
    `hide_retrieved` hides what was retrieved (and says `EXPIRE 0`), and `shows` is the number of messages that one
    session lists, the oldest.
    """

    unavailable: bool = False
    in_use: bool = False
    missing: frozenset[str] = frozenset()
    drop_in_retr: frozenset[int] = frozenset()
    refuse_retr: frozenset[int] = frozenset()
    drop_in_top: frozenset[int] = frozenset()
    refuse_top: frozenset[int] = frozenset()
    quit_refused: bool = False
    quit_lost: bool = False
    pause_seconds: float = 0.0
    size_error: int = 0
    hide_retrieved: bool = False
    shows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpFaults:
    """Faults of the SMTP server: recipients by their local part, and the answer after the text of a mail.

    `temporary` recipients get 450, `permanent` ones 550. `data_reply` answers every DATA when it is not empty
    (`451 4.3.0 try again later`).
    """

    temporary: frozenset[str] = frozenset({"temp"})
    permanent: frozenset[str] = frozenset({"perm"})
    data_reply: str = ""
