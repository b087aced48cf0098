"""Saved files: whole or not there, each once, also when what was saved could not be written down."""

from __future__ import annotations

import os

import fsspec
import pytest

from tests.integration.worker.office import Office, mail

FILES = {"a.txt": b"first\n", "b.bin": bytes(range(256)) * 40}


def attachments(more: str = "") -> str:
    return f"rules: [{{name: all, then: [{{save_attachments: {{to: in{more}}}}}]}}]"


def whole(kind: str, to: str = "in") -> str:
    return f"rules: [{{name: all, then: [{{save_message: {{to: {to}, as: {kind}}}}}, delete]}}]"


def test_attachments_are_saved_to_the_octet(office: Office) -> None:
    office.rules(attachments())
    office.deliver(mail(files=FILES))
    office.poll()
    assert office.saved() == FILES


def test_rename_keeps_every_file(office: Office) -> None:
    office.rules(attachments())
    (office.folder / "in").mkdir()
    (office.folder / "in" / "a.txt").write_bytes(b"somebody's\n")
    for text in (b"first\n", b"second\n"):
        office.deliver(mail(text.decode().strip(), files={"a.txt": text}))
    office.poll()
    assert office.saved() == {"a.txt": b"somebody's\n", "a-2.txt": b"first\n", "a-3.txt": b"second\n"}


def test_skip_keeps_the_first(office: Office) -> None:
    office.rules(attachments(", exists: skip"))
    for text in (b"first\n", b"second\n"):
        office.deliver(mail(text.decode().strip(), files={"a.txt": text}))
    office.poll()
    assert office.saved() == {"a.txt": b"first\n"}


def test_replace_keeps_the_last(office: Office) -> None:
    office.rules(attachments(", exists: replace"))
    for text in (b"first\n", b"second\n"):
        office.deliver(mail(text.decode().strip(), files={"a.txt": text}))
    office.poll()
    assert office.saved() == {"a.txt": b"second\n"}


@pytest.mark.parametrize("exists", ["rename", "skip", "replace"])
def test_what_was_saved_and_not_written_down_is_not_saved_twice(office: Office, exists: str) -> None:
    office.rules(attachments(f", exists: {exists}"))
    office.deliver(mail("one", files=FILES))
    office.deliver(mail("two", files={"c.txt": b"x", "a.txt": b"first\n"}))
    for _ in range(3):
        office.poll_without_commit()
    before = office.saved()
    assert office.poll().processed == 2
    assert office.saved() == before
    assert len(before) == (4 if exists == "rename" else 3)


@pytest.mark.parametrize("kind", ["eml", "maildir", "mbox"])
def test_a_whole_message_is_saved_once_though_it_was_not_written_down(office: Office, kind: str) -> None:
    office.rules(whole(kind, "in/box"))
    octets = mail("same", "From here on\n>From there\nnormal\n")
    office.deliver(octets)
    office.deliver(octets)
    for _ in range(2):
        office.poll_without_commit()
    assert office.poll().processed == 2
    saved = office.saved()
    if kind == "mbox":
        text = saved["box"]
        assert text.count(b"\nSubject: same\n") == 2
        assert text.count(b"\n>From here on\n>>From there\n") == 2
    else:
        assert list(saved.values()) == [octets, octets]
    if kind == "maildir":
        assert {name.rpartition("/")[0] for name in saved} == {"box/new"}
    assert office.uids() == []


def test_a_torn_entry_of_an_mbox_is_written_again(office: Office) -> None:
    office.rules(whole("mbox", "in/box"))
    office.deliver(mail("one", "x" * 60 + "\n"))
    office.poll_without_commit()
    box = office.folder / "in" / "box"
    entry = box.read_bytes()
    for kept in (1, len(entry) // 2, len(entry) - 1):
        box.write_bytes(entry[:kept])
        office.poll_without_commit()
        assert box.read_bytes() == entry
    assert office.poll().processed == 1
    assert box.read_bytes() == entry


def test_mail_read_by_somebody_before_it_was_written_down_is_not_delivered_again(office: Office) -> None:
    office.rules(whole("maildir", "in/box"))
    office.deliver()
    office.poll_without_commit()
    box = office.folder / "in" / "box"
    (new,) = (box / "new").iterdir()
    new.rename(box / "cur" / f"{new.name}:2,S")
    assert office.poll().processed == 1
    assert len(office.saved()) == 1


def test_an_url_of_a_local_folder(office: Office) -> None:
    office.rules(attachments().replace("to: in", f'to: "file://{office.folder}/in"'))
    office.deliver(mail(files=FILES))
    office.deliver(mail("again", files={"a.txt": b"other"}))
    office.poll()
    assert office.saved() == {**FILES, "a-2.txt": b"other"}


def test_an_url_of_a_file_system_elsewhere(office: Office) -> None:
    office.rules(attachments().replace("to: in", 'to: "memory://bucket/{{ message.from.address }}"'))
    office.deliver(mail(files=FILES))
    office.poll_without_commit()
    assert office.poll().processed == 1
    remote = fsspec.filesystem("memory")
    try:
        found = {path: remote.cat(path) for path in remote.find("/bucket")}
        assert found == {f"/bucket/ann@example.net/{name}": octets for name, octets in FILES.items()}
    finally:
        remote.rm("/bucket", recursive=True)


def test_a_folder_that_a_link_leads_elsewhere_is_refused(office: Office) -> None:
    office.rules(attachments().replace("to: in", 'to: "in/{{ message.subject }}/deep"'))
    outside = office.folder / "outside"
    outside.mkdir()
    (office.folder / "in").mkdir()
    (office.folder / "in" / "link").symlink_to(outside)
    office.deliver(mail("link", files=FILES))
    office.deliver(mail("plain", files=FILES))
    result = office.poll()
    assert (result.processed, result.failed) == (1, 1)
    assert "symbolic link" in result.troubles[0]
    assert list(outside.iterdir()) == []
    assert office.saved("in/plain/deep") == FILES


def test_names_out_of_a_mail_stay_in_their_folder(office: Office) -> None:
    office.rules(attachments().replace("to: in", 'to: "in/{{ message.subject }}"'))
    hostile = ["../../x", "/etc/passwd", "..", "CON", "a/b", "a\\..\\b", ".hidden", "n" * 400 + ".txt", "  "]
    for number, name in enumerate(hostile):
        office.deliver(mail("../../up" if number % 2 else "/etc", files={name: b"%d" % number}))
    before = set(office.folder.parent.iterdir())
    assert office.poll().processed == len(hostile)
    assert sorted(office.saved().values()) == [b"%d" % number for number in range(len(hostile))]
    assert set(office.folder.parent.iterdir()) == before


def test_a_disk_that_is_full_leaves_no_part_of_a_file_and_the_message_waits(office: Office) -> None:
    if os.geteuid() != 0 or not hasattr(os, "posix_fallocate"):
        pytest.skip("only root can mount a small file system")
    import subprocess

    target = office.folder / "in"
    target.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(target)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        office.rules(attachments())
        office.deliver(mail("large", files={"large.bin": bytes(200_000)}))
        office.deliver(mail("small", files={"small.bin": b"x" * 2000}))
        result = office.poll()
        assert (result.processed, result.failed) == (1, 1)
        assert office.saved().keys() == {"small.bin"}
        subprocess.run(["mount", "-o", "remount,size=1m", str(target)], check=True, capture_output=True)
        office.wait(hours=1)
        assert office.poll().processed == 1
        assert office.saved()["large.bin"] == bytes(200_000)
    finally:
        subprocess.run(["umount", str(target)], check=True, capture_output=True)


def test_a_file_in_the_way_is_not_touched_and_ours_gets_another_name(office: Office) -> None:
    office.rules(attachments())
    office.deliver(mail(files={"a.txt": b"mine"}))
    office.poll_without_commit()
    (office.folder / "in" / "a.txt").write_bytes(b"changed by somebody")
    assert office.poll().failed == 0
    saved = dict(office.saved())
    assert saved.pop("a.txt") == b"changed by somebody"
    assert list(saved.values()) == [b"mine"]
