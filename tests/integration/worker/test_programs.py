"""Programs that rules ask: what they are given, how they end, and that nothing of them stays."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from automailer.errors import TemporaryError
from automailer.rules import Program, Ran
from automailer.worker.programs import locate, run_program, unfit_program

PROC = Path("/proc")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder; no process may be left that stands in it."""
    yield tmp_path
    assert standing_in(tmp_path) == []


def standing_in(folder: Path) -> list[str]:
    """What runs in the folder: programs are started there."""
    found = []
    for process in PROC.glob("[0-9]*") if PROC.is_dir() else ():
        try:
            if (process / "cwd").resolve(strict=True) == folder.resolve():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue  # it has ended, or is another user's
    return found


def run(
    folder: Path, *words: str, octets: bytes | memoryview = b"mail\r\n", seconds: float = 20, **facts: str
) -> Ran:
    return run_program(Program(words, timedelta(seconds=seconds)), octets, facts=facts, folder=folder)


def shell(folder: Path, script: str, **more: float) -> Ran:
    """A program that is itself a shell: what it is told is the rule's, never the mail's."""
    return run(folder, "sh", "-c", script, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [0, 1, 3, 75, 255])
def test_its_status_is_its_answer(folder: Path, status: int) -> None:
    assert shell(folder, f"cat > /dev/null; exit {status}") == Ran(status=status)


def test_its_first_complaint_is_kept(folder: Path) -> None:
    assert shell(folder, "echo >&2; echo ' no such list' >&2; echo more >&2; exit 3") == Ran(
        status=3, complaint="no such list"
    )


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_it_gets_every_octet_as_it_is(folder: Path, size: int) -> None:
    octets = os.urandom(size)
    assert run(folder, "sh", "-c", "cat > got", octets=memoryview(octets)) == Ran(status=0)
    assert (folder / "got").read_bytes() == octets


def test_a_mapped_message_stays_usable(folder: Path) -> None:
    view = memoryview(b"x" * 200_000)
    run(folder, "cat", octets=view)
    assert len(view) == 200_000


def test_no_shell_reads_the_words(folder: Path) -> None:
    assert run(folder, "test", "$(touch a); `touch b` *", "=", "$(touch a); `touch b` *") == Ran(status=0)
    assert list(folder.iterdir()) == []


def test_it_sees_the_facts_and_no_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_PASSWORD", "secret")
    monkeypatch.setenv("AUTOMAILER_TOKEN", "secret")
    run(folder, "sh", "-c", "env > seen", SUBJECT="a\nb\0c\x1b \ud800 é", MAILBOX="ops", LONG="x" * 9_000)
    seen = (folder / "seen").read_text(encoding="utf-8")
    assert "secret" not in seen
    assert "AUTOMAILER_SUBJECT=a b c    é\n" in seen
    assert "AUTOMAILER_MAILBOX=ops\n" in seen
    assert max(map(len, seen.splitlines())) < 5_000


def test_it_stands_in_the_folder_and_its_path_begins_there(folder: Path) -> None:
    script = folder / "bin" / "where"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\npwd > where.txt\n")
    script.chmod(0o755)
    assert run(folder, "bin/where") == Ran(status=0)
    assert (folder / "where.txt").read_text().strip() == str(folder.resolve())


def test_it_need_not_read(folder: Path) -> None:
    assert run(folder, "true", octets=b"x" * 5_000_000) == Ran(status=0)
    assert run(folder, "sh", "-c", "exec 0<&-; sleep 0.2; exit 4", octets=b"x" * 5_000_000) == Ran(status=4)
    assert run(folder, "sh", "-c", "sleep 0.2; exit 5", octets=b"x" * 5_000_000) == Ran(status=5)


def test_it_may_say_as_much_as_it_likes(folder: Path) -> None:
    much = "head -c 100000000 /dev/zero | tr '\\0' x"
    assert shell(folder, f"{much}; exit 6") == Ran(status=6)
    ran = shell(folder, f"{much} >&2; exit 7")
    assert (ran.status, len(ran.complaint)) == (7, 4_096)


def test_one_that_hangs_is_ended_with_all_that_it_started(folder: Path) -> None:
    with pytest.raises(TemporaryError, match=r"^sh gave no answer in 1s$"):
        shell(folder, "sleep 1000 & sleep 1000", seconds=1)


def test_one_that_will_not_end_is_killed(folder: Path) -> None:
    with pytest.raises(TemporaryError, match="gave no answer"):
        shell(folder, "trap '' TERM; (trap '' TERM; sleep 1000) & while :; do sleep 1; done", seconds=0.3)


def test_one_that_closes_everything_and_hangs_is_ended(folder: Path) -> None:
    with pytest.raises(TemporaryError, match="gave no answer"):
        shell(folder, "exec 0<&- 1>&- 2>&-; sleep 1000", seconds=0.3)


def test_one_that_talks_without_end_is_ended(folder: Path) -> None:
    with pytest.raises(TemporaryError, match="gave no answer"):
        shell(folder, "yes >&2", seconds=0.3)


def test_what_it_leaves_behind_with_its_pipes_open_is_ended_and_not_waited_for(folder: Path) -> None:
    assert shell(folder, "sleep 1000 & exit 8") == Ran(status=8)


def test_one_that_is_killed_has_not_answered(folder: Path) -> None:
    with pytest.raises(TemporaryError, match=r"^sh was killed by SIGKILL$"):
        shell(folder, "kill -9 $$")
    with pytest.raises(TemporaryError, match=r"^sh was killed by SIGSEGV$"):
        shell(folder, "kill -SEGV $$")


def test_one_that_is_not_there_any_more_has_not_answered(folder: Path) -> None:
    with pytest.raises(TemporaryError, match="there is no program 'no-such-program' on the PATH"):
        run(folder, "no-such-program")
    with pytest.raises(TemporaryError, match="there is no file"):
        run(folder, "./none")


def test_one_that_no_kernel_can_start_has_not_answered(folder: Path) -> None:
    broken = folder / "broken"
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    with pytest.raises(TemporaryError, match="can't be started: Exec format error"):
        run(folder, "./broken")


def test_no_descriptor_stays_open(folder: Path) -> None:
    if not PROC.is_dir():
        pytest.skip("there is no /proc to count in")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        run(folder, "true")
        with pytest.raises(TemporaryError):
            shell(folder, "sleep 1000", seconds=0.05)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_program_is_found_on_the_path_or_below_the_folder(folder: Path) -> None:
    script = folder / "check.sh"
    script.write_text("#!/bin/sh\n")
    assert unfit_program("./check.sh", folder) == f"{str(folder / 'check.sh')!r} can't be executed"
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    assert unfit_program("./check.sh", folder) == ""
    assert unfit_program("check.sh", folder) == "there is no program 'check.sh' on the PATH"
    assert locate("sh", folder) == shutil.which("sh")
    assert locate(sys.executable, folder) == sys.executable
    missing = f"./{uuid.uuid4().hex}"
    assert unfit_program(missing, folder) == f"there is no file {str(folder / missing)!r}"
    assert unfit_program("./", folder) == f"{str(folder)!r} can't be executed"
