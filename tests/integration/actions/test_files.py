"""Files on the disk: whole or not at all, never over another's, never outside the root, found again by a repeat."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automailer.actions import exists, save
from automailer.actions.directory import Directory, open_directory
from automailer.errors import PermanentError, TemporaryError
from tests.integration.actions.saving import TOKEN, a_file, put, tree

OTHER = "f" * 32


def test_a_file_and_its_folders_are_made(tmp_path: Path) -> None:
    path = put(a_file(tmp_path / "a" / "b", root=str(tmp_path)))
    assert path == tmp_path / "a" / "b" / "a.txt"
    assert tree(tmp_path) == {"a/b/a.txt": b"content"}


def test_nobody_else_may_write_and_nothing_may_be_run(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = put(a_file(tmp_path / "in", root=str(tmp_path)))
        box = Path(save(a_file(tmp_path / "box", form="maildir"), path=f"{tmp_path}/box/", token=TOKEN))
        mbox = put(a_file(tmp_path, name="all.mbox", form="mbox"))
    finally:
        os.umask(before)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (path, box, mbox)} == {0o640}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, box.parent)} == {0o750}


def test_a_repeat_finds_its_own(tmp_path: Path) -> None:
    file = a_file(tmp_path)
    before = put(file).stat()
    after = put(file).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert tree(tmp_path) == {"a.txt": b"content"}


def test_another_s_file_is_left_alone_and_ours_gets_another_name_at_every_try(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"another's")
    first, second = put(a_file(tmp_path)), put(a_file(tmp_path))
    assert first == second == tmp_path / f"a-{TOKEN[:16]}.txt"
    assert tree(tmp_path) == {"a.txt": b"another's", first.name: b"content"}


@pytest.mark.parametrize("name", ["n" * 251 + ".txt", "é" * 127, "n" * 255, ".hidden", "x." + "e" * 250])
def test_a_name_that_is_taken_grows_within_what_a_name_may_have(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"another's")
    path = put(a_file(tmp_path, name=name))
    assert len(path.name.encode()) <= 255
    assert TOKEN[:16] in path.name
    assert len(tree(tmp_path)) == 2


def test_of_many_at_once_none_is_lost(tmp_path: Path) -> None:
    tokens = [f"{number:032x}"[::-1] for number in range(20)]
    threads = [
        threading.Thread(target=put, args=(a_file(tmp_path, token.encode()),), kwargs={"token": token})
        for token in tokens
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(tree(tmp_path).values()) == sorted(token.encode() for token in tokens)


def test_skip_leaves_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"another's")
    (tmp_path / f".{TOKEN}.part").write_bytes(b"half of it, from an earlier try")
    assert put(a_file(tmp_path, exists="skip")) == tmp_path / "a.txt"
    assert os.listdir(tmp_path) == ["a.txt"]
    assert tree(tmp_path) == {"a.txt": b"another's"}


def test_replace_puts_the_new_file_in_place_of_the_old_one_in_one_step(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    with (tmp_path / "a.txt").open("rb") as old:
        put(a_file(tmp_path, exists="replace"))
        assert old.read() == b"old"
    assert tree(tmp_path) == {"a.txt": b"content"}


@pytest.mark.parametrize("how", ["rename", "skip", "replace"])
def test_a_link_of_the_file_s_name_is_never_written_through(tmp_path: Path, how: str) -> None:
    target = tmp_path / "outside"
    target.write_bytes(b"precious")
    root = tmp_path / "in"
    root.mkdir()
    (root / "a.txt").symlink_to(target)
    put(a_file(root, exists=how))
    assert target.read_bytes() == b"precious"


@pytest.mark.parametrize("kind", ["folder", "pipe", "dangling link"])
def test_a_name_of_something_else_is_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.txt"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "nowhere")
    assert put(a_file(tmp_path)).read_bytes() == b"content"
    assert not (tmp_path / "nowhere").exists()
    assert os.path.lexists(path)


def test_a_linked_folder_below_the_root_is_refused_before_anything_is_made_there(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "in"
    outside.mkdir()
    root.mkdir()
    (root / "sub").symlink_to(outside)
    for folder in (root / "sub", root / "sub" / "deeper"):
        for form in ("file", "maildir", "mbox"):
            with pytest.raises(PermanentError, match="is a symbolic link, which is not followed"):
                put(a_file(folder, root=str(root), form=form))
    assert list(outside.iterdir()) == []


def test_a_linked_maildir_folder_is_refused(tmp_path: Path) -> None:
    outside, box = tmp_path / "outside", tmp_path / "box"
    outside.mkdir()
    box.mkdir()
    (box / "new").symlink_to(outside)
    with pytest.raises(PermanentError):
        put(a_file(box, form="maildir"))
    assert list(outside.iterdir()) == []


def test_a_root_that_is_a_link_is_its_author_s_wish(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "in").symlink_to(tmp_path / "disk")
    put(a_file(tmp_path / "in" / "sub", root=str(tmp_path / "in")))
    assert tree(tmp_path / "disk") == {"sub/a.txt": b"content"}


def test_a_folder_that_is_swapped_for_a_link_meanwhile_leads_nowhere(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "in"
    outside.mkdir()
    file = a_file(root / "sub", root=str(root))

    def swapping() -> Iterator[bytes]:
        yield b"con"
        (root / "sub").rename(root / "moved")
        (root / "sub").symlink_to(outside)
        yield b"tent"

    put(replace(file, chunks=swapping))
    assert list(outside.iterdir()) == []
    assert tree(root / "moved") == {"a.txt": b"content"}


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"")
    with pytest.raises(TemporaryError, match=r"in/sub/a\.txt: "):
        put(a_file(tmp_path / "in" / "sub", root=str(tmp_path)))


def test_whatever_breaks_while_it_is_written_leaves_nothing_behind(tmp_path: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"con"
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    for form in ("file", "maildir"):
        with pytest.raises(TemporaryError, match="Input/output error"):
            put(replace(a_file(tmp_path / "in", form=form), chunks=breaking))
    assert tree(tmp_path) == {}


# In a process of its own, for the limit can't be taken back.
FULL = """
import resource, signal, sys
from pathlib import Path
from automailer.errors import TemporaryError
from tests.integration.actions.saving import a_file, put
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
for form in ("file", "maildir", "mbox"):
    try:
        put(a_file(Path(sys.argv[1]), bytes(200_000), form=form, name=f"{form}.x"))
    except TemporaryError as exc:
        print(exc)
"""


def run(program: str, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[3],
        **more,
    )


def test_a_full_disk_is_told_leaves_no_part_and_the_next_try_goes_well(tmp_path: Path) -> None:
    done = run(FULL, str(tmp_path))
    assert done.stdout.count("File too large") == 3, done.stderr
    left = tree(tmp_path)
    assert list(left) == ["mbox.x"]
    for form in ("file", "maildir", "mbox"):
        put(a_file(tmp_path, bytes(200_000), form=form, name=f"{form}.x"))
    saved = tree(tmp_path)
    assert saved["file.x"] == saved[f"new/{TOKEN}.automailer"] == bytes(200_000)
    assert saved["mbox.x"].count(b"From ") == 1
    assert bytes(200_000) in saved["mbox.x"]


# Stops as a power cut would, at the system call that is named.
KILLED = """
import os, sys
from pathlib import Path
from tests.integration.actions.saving import a_file, put
folder, call, form = sys.argv[1:]
real = getattr(os, call)
def last(*args, **more):
    if call == "link":
        os._exit(9)
    real(*args, **more)
    os._exit(9)
setattr(os, call, last)
put(a_file(Path(folder), form=form))
"""


@pytest.mark.parametrize("form", ["file", "maildir"])
@pytest.mark.parametrize("call", ["fsync", "link", "unlink"])
def test_after_a_crash_there_is_a_whole_file_or_none_and_the_repeat_puts_it_right(
    tmp_path: Path, call: str, form: str
) -> None:
    assert run(KILLED, str(tmp_path), call, form).returncode == 9
    assert [content for name, content in tree(tmp_path).items() if name in ("a.txt", "new")] in (
        [],
        [b"content"],
    )
    put(a_file(tmp_path, form=form))
    assert list(tree(tmp_path).values()) == [b"content"]


@pytest.fixture
def linkless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links, as FAT and some network mounts are."""

    def refuse(*args: object, **more: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("linkless")
def test_without_hard_links_the_same_holds(tmp_path: Path) -> None:
    assert put(a_file(tmp_path)) == put(a_file(tmp_path)) == tmp_path / "a.txt"
    second = put(a_file(tmp_path, b"other"), token=OTHER)
    assert put(a_file(tmp_path, b"other"), token=OTHER) == second
    assert tree(tmp_path) == {"a.txt": b"content", second.name: b"other"}
    put(a_file(tmp_path / "box", form="maildir"))
    assert list(tree(tmp_path / "box").values()) == [b"content"]


@pytest.mark.usefixtures("linkless")
def test_without_hard_links_an_empty_file_of_another_is_left_alone_and_our_reservation_used(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / f"a-{TOKEN[:16]}.txt").touch()
    put(a_file(tmp_path))
    assert tree(tmp_path) == {"a.txt": b"", f"a-{TOKEN[:16]}.txt": b"content"}


@contextmanager
def without_privileges() -> Iterator[None]:
    """As somebody who is not root: root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_can_not_be_written_is_told() -> None:
    # Not pytest's own folder: that one is closed to others.
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        with without_privileges(), pytest.raises(TemporaryError, match="Permission denied"):
            put(a_file(name))
        Path(name).chmod(0o755)


def test_a_folder_of_the_kernel_can_not_be_written_either() -> None:
    with pytest.raises(TemporaryError, match=r"/proc/nowhere/a\.txt: "):
        put(a_file("/proc/nowhere"))


def test_a_maildir_has_its_three_folders_and_the_message_is_new(tmp_path: Path) -> None:
    path = save(a_file(tmp_path, form="maildir", name=""), path=f"{tmp_path}/", token=TOKEN)
    assert path == f"{tmp_path}/new/{TOKEN}.automailer"
    assert sorted(os.listdir(tmp_path)) == ["cur", "new", "tmp"]
    assert tree(tmp_path) == {f"new/{TOKEN}.automailer": b"content"}


def test_a_message_that_was_read_meanwhile_is_not_delivered_again(tmp_path: Path) -> None:
    path = put(a_file(tmp_path, form="maildir"))
    path.rename(tmp_path / "cur" / f"{path.name}:2,S")
    put(a_file(tmp_path, form="maildir"))
    assert tree(tmp_path) == {f"cur/{path.name}:2,S": b"content"}


def test_the_standard_library_reads_the_maildir(tmp_path: Path) -> None:
    import mailbox

    put(a_file(tmp_path, b"Subject: hello\r\n\r\ntext\r\n", form="maildir"))
    with_mail = mailbox.Maildir(tmp_path, create=False)
    assert [message["Subject"] for message in with_mail] == ["hello"]


def test_what_exists_is_seen_broken_links_too(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert exists(str(tmp_path / "link"))
    assert not exists(str(tmp_path / "nowhere"))


def test_folders_are_closed_again(tmp_path: Path) -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    (tmp_path / "link").symlink_to(tmp_path)
    before = count()
    for form in ("file", "maildir", "mbox"):
        put(a_file(tmp_path / "x" / "y", root=str(tmp_path), form=form, name=f"{form}.x"))
        with pytest.raises(PermanentError):
            put(a_file(tmp_path / "link" / "y", root=str(tmp_path), form=form))
    assert count() == before


def test_a_folder_that_stays_open_stays_the_same(tmp_path: Path) -> None:
    with open_directory(str(tmp_path), str(tmp_path / "a")) as directory:
        assert isinstance(directory, Directory)
        (tmp_path / "a").rename(tmp_path / "b")
        directory.write("x", [b"1"])
    assert tree(tmp_path) == {"b/x": b"1"}
