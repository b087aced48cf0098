"""Entries of an mbox: quoted, each once, torn ones mended, other programs' left as they are."""

from __future__ import annotations

import fcntl
import mailbox
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.actions import SavedFile, mbox, save
from automailer.errors import TemporaryError
from tests.integration.actions.saving import TOKEN, a_file

MAIL = b"Subject: hello\r\nFrom: ann@example.com\r\n\r\nFrom here on\r\n>From there\r\n From blank\r\nthe end\r\n"
QUOTED = b"Subject: hello\nFrom: ann@example.com\n\n>From here on\n>>From there\n From blank\nthe end\n"
SEPARATOR = f"From {TOKEN}@automailer Thu Jan  1 00:00:00 1970\n".encode()
ENTRY = SEPARATOR + QUOTED + b"\n"
FOREIGN = b"From bob@example.com Mon Nov 23 10:00:00 2026\nSubject: foreign\n\ntext\n\n"


def entry_of(folder: Path, content: bytes = MAIL) -> SavedFile:
    return a_file(folder, content, name="all.mbox", form="mbox")


def append(folder: Path, content: bytes = MAIL, *, token: str = TOKEN) -> bytes:
    save(entry_of(folder, content), path=f"{folder}/all.mbox", token=token)
    return (folder / "all.mbox").read_bytes()


def test_an_entry_is_quoted_and_ends_with_an_empty_line(tmp_path: Path) -> None:
    assert append(tmp_path) == ENTRY


def test_entries_follow_one_another_and_others_read_them(tmp_path: Path) -> None:
    append(tmp_path)
    append(tmp_path, b"Subject: second", token="f" * 32)
    with_mail = mailbox.mbox(tmp_path / "all.mbox", create=False)
    try:
        assert [message["Subject"] for message in with_mail] == ["hello", "second"]
    finally:
        with_mail.close()


def test_a_repeat_leaves_a_whole_entry_as_it_is_wherever_it_stands(tmp_path: Path) -> None:
    for before, after in ((b"", b""), (FOREIGN, b""), (b"", FOREIGN), (FOREIGN, FOREIGN)):
        (tmp_path / "all.mbox").write_bytes(before + ENTRY + after)
        assert append(tmp_path) == before + ENTRY + after


@pytest.mark.parametrize("before", [b"", FOREIGN], ids=["alone", "behind another"])
def test_a_torn_entry_at_the_end_is_written_again(tmp_path: Path, before: bytes) -> None:
    for cut in range(len(ENTRY)):
        (tmp_path / "all.mbox").write_bytes(before + ENTRY[:cut])
        assert append(tmp_path) == before + ENTRY


@pytest.mark.parametrize("cut", [len(SEPARATOR) + 5, len(ENTRY) - 20])
def test_what_another_program_put_behind_a_torn_entry_is_not_lost(tmp_path: Path, cut: int) -> None:
    torn = ENTRY[:cut] + b"\n\n" + FOREIGN
    (tmp_path / "all.mbox").write_bytes(torn)
    assert append(tmp_path) == append(tmp_path) == torn + ENTRY


@pytest.mark.parametrize(("end", "gap"), [(b"", b"\n"), (b"\n", b""), (b"x", b"\n\n")])
def test_an_entry_is_kept_apart_from_one_that_does_not_end_well(
    tmp_path: Path, end: bytes, gap: bytes
) -> None:
    foreign = FOREIGN.rstrip(b"\n") + b"\n" + end
    (tmp_path / "all.mbox").write_bytes(foreign)
    assert append(tmp_path) == foreign + gap + ENTRY


def test_a_separator_in_the_text_of_a_mail_is_no_entry(tmp_path: Path) -> None:
    hostile = b"Subject: x\n\n" + SEPARATOR + QUOTED
    first = append(tmp_path, hostile, token="f" * 32)
    assert append(tmp_path) == first + ENTRY


@given(
    st.lists(st.sampled_from([b"From ", b">", b"\r\n", b"\n", b"\r", b"x", b"y" * 40]), max_size=30).map(
        b"".join
    ),
    st.integers(1, 7),
)
def test_pieces_make_no_difference(octets: bytes, size: int) -> None:
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    assert b"".join(mbox._quoted(pieces)) == b"".join(mbox._quoted([octets]))


def test_a_line_without_end_is_not_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "MAX_LINE", 6)
    line = b"aaaaaaFrom aaFrom \r\nFrom \r\n"
    for size in range(1, 12):
        pieces = [line[at : at + size] for at in range(0, len(line), size)]
        assert b"".join(mbox._quoted(pieces)) == b"aaaaaaFrom aaFrom \n>From \n"


def test_memory_does_not_grow_with_the_message(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(300):
            yield b"0123456789abcde\n" * 4_000

    file = replace(entry_of(tmp_path), chunks=chunks)
    tracemalloc.start()
    try:
        for _ in range(2):
            save(file, path=f"{tmp_path}/all.mbox", token=TOKEN)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert (tmp_path / "all.mbox").stat().st_size == len(SEPARATOR) + 300 * 64_000 + 1


def test_our_own_threads_wait_for_one_another(tmp_path: Path) -> None:
    tokens = [f"{number:032x}" for number in range(12)]
    threads = [threading.Thread(target=append, args=(tmp_path,), kwargs={"token": token}) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = (tmp_path / "all.mbox").read_bytes()
    assert all(found.count(ENTRY.replace(TOKEN.encode(), token.encode())) == 1 for token in tokens)
    assert len(found) == 12 * len(ENTRY)


HOLDER = """
import fcntl, sys
with open(sys.argv[1], "ab") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_another_program_s_lock_is_waited_for_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox, "LOCK_TRIES", 2)
    monkeypatch.setattr(mbox, "LOCK_PAUSE", 0.01)
    path = tmp_path / "all.mbox"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(TemporaryError, match="another program keeps it locked"):
            append(tmp_path)
        holder.stdin.close()
        holder.wait()
    assert append(tmp_path) == ENTRY
    with path.open("ab") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_link_of_the_mbox_s_name_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"precious")
    (tmp_path / "all.mbox").symlink_to(tmp_path / "outside")
    with pytest.raises(TemporaryError):
        append(tmp_path)
    assert (tmp_path / "outside").read_bytes() == b"precious"
