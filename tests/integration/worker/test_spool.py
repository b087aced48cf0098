"""Large messages on their way in, and the copies of those that wait."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from automailer.errors import TemporaryError
from automailer.worker.spool import Spool
from tests.integration.worker.office import Office, mail

LARGE = "a line of a large mail\n" * 100_000
SAVE = "rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}]}]"


def test_a_large_message_is_the_first_of_a_new_state(office: Office) -> None:
    office.rules(SAVE)
    octets = mail("large", LARGE)
    office.deliver(octets)
    result = office.poll()
    assert (result.processed, result.failed, result.error) == (1, 0, "")
    assert office.saved() == {"large.eml": octets}


def test_the_copy_of_a_message_that_waited_goes_when_it_is_done_under_another_uid(office: Office) -> None:
    office.rules(SAVE)
    (office.folder / "in").write_text("a file stands where the folder should be")
    for number in range(20):
        office.deliver(mail(f"mail {number}"))
    assert office.poll().failed == 20
    assert len(list((office.folder / "state" / "spool").iterdir())) == 20
    (office.folder / "in").unlink()
    office.maildrop().change_uids("moved-")
    office.wait(hours=1)
    assert office.poll().processed == 20
    assert len(office.saved()) == 20
    assert list((office.folder / "state" / "spool").iterdir()) == []


@pytest.mark.parametrize("octets", [b"", b"small", b"large" * 300_000])
def test_what_is_kept_is_read_again_until_it_is_dropped(tmp_path: Path, octets: bytes) -> None:
    spool = Spool(tmp_path / "state" / "spool")
    assert spool.read("nothing.eml") is None
    name = spool.keep("one", octets)
    assert spool.keep("one", b"the same name is the same message") == name
    assert spool.read(name) == octets
    (file,) = spool.make().iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    spool.drop(name)
    spool.drop(name)
    assert spool.read(name) is None


def test_a_link_that_somebody_laid_is_not_written_through(tmp_path: Path) -> None:
    spool, victim = Spool(tmp_path / "spool"), tmp_path / "victim"
    victim.write_bytes(b"precious")
    (spool.make() / "one.part").symlink_to(victim)
    with pytest.raises(TemporaryError, match=r"one\.eml"):
        spool.keep("one", b"mail")
    assert victim.read_bytes() == b"precious"


def test_a_file_in_its_place_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"")
    with pytest.raises(TemporaryError, match=r"spool: File exists"):
        Spool(tmp_path / "spool").keep("one", b"mail")
