"""Which files are planned, under which names, in which folders: hostile names stay where the author wants them."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.actions import SavedFile
from tests.unit.actions.build import files, mail_with, plan_of, planned
from tests.unit.rules.build import mail as a_mail
from tests.unit.rules.build import mail_with as a_page_with

ROOT = PurePosixPath("/srv/mail")
# research/hostile.md, section C: what senders call their files
HOSTILE = [
    "../../../../etc/cron.d/x",
    "..\\..\\x",
    "....//x",
    "%2e%2e/x",
    "..%2F..%2Fx",
    "/etc/passwd",
    "C:\\windows\\x",
    "\\\\host\\share\\x",
    "file:///x",
    "~/.ssh/authorized_keys",
    "-rf",
    "$(id)",
    ";id",
    "`id`",
    "a.pdf\0.exe",
    "a\n.pdf",
    "a\t\x1b[2J",
    "CON",
    "NUL.txt",
    "aux.",
    "COM1.pdf",
    "a:b",
    "a. ",
    ".",
    "..",
    "",
    "   ",
    ".htaccess",
    "n" * 4096 + ".pdf",
    "𝒳" * 255 + ".pdf",
    "invoice\u202efdp.exe",
    "a\u200bb",
    "\ud800x",
    "s3://bucket/x",
    "a//b",
]


def is_one_sane_component(name: str) -> bool:
    forbidden = set('/\\:*?"<>|$`;') | {chr(code) for code in range(32)} | {"\x7f", "\u202e"}
    return (
        0 < len(name.encode()) <= 255
        and not forbidden & set(name)
        and name[0] not in ".- "
        and name[-1] not in ". "
        and name.upper().partition(".")[0] not in {"CON", "NUL", "AUX", "COM1"}
    )


def is_inside(file: SavedFile, root: PurePosixPath) -> bool:
    below = PurePosixPath(file.folder).relative_to(root).parts
    return (
        file.root == str(root) and all(map(is_one_sane_component, below)) and is_one_sane_component(file.name)
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_value_stays_below_the_root(name: str) -> None:
    message = mail_with({"x.pdf": b"1"})
    text = "save_attachments: {to: 'in/{{ match.what }}/x', as: '{{ match.what }}'}"
    (file,) = files(text, message, match={"what": name})
    assert is_inside(file, ROOT / "in")
    (file,) = files(
        "save_message: {to: '/var/x/{{ match.what }}', name: '{{ match.what }}'}", match={"what": name}
    )
    assert is_inside(file, PurePosixPath("/var/x"))
    assert file.name.endswith(".eml")


@given(st.text(), st.text())
def test_no_value_leaves_the_root(first: str, second: str) -> None:
    text = "save_message: {to: 'in/{{ match.first }}-{{ match.second }}', name: '{{ match.second }}'}"
    (file,) = files(text, match={"first": first, "second": second})
    assert is_inside(file, ROOT / "in")


def test_a_template_may_make_folders_but_not_without_end() -> None:
    (file,) = files("save_message: \"in/{{ now | date('%Y/%m') }}\"")
    assert file.folder == "/srv/mail/in/2026/11"
    (deep,) = files("save_message: 'in/{{ match.what }}'", match={"what": "a/" * 10_000})
    assert len(PurePosixPath(deep.folder).parts) == 36
    (long,) = files("save_message: 'in/{{ match.what }}'", match={"what": ("n" * 200 + "/") * 32})
    assert len(long.folder) < 2_100


@pytest.mark.parametrize(
    ("to", "root", "folder", "shown"),
    [
        ("in", "/srv/mail/in", "/srv/mail/in", "in"),
        ("in/", "/srv/mail/in", "/srv/mail/in", "in"),
        ("/var/x/../y", "/var/x/../y", "/var/x/../y", "/var/x/../y"),
        ("in/a-{{ vars.x }}/b", "/srv/mail/in", "/srv/mail/in/a-X/b", "in/a-X/b"),
        ("{{ vars.x }}", "/srv/mail", "/srv/mail/X", "X"),
        ("/{{ vars.x }}", "/", "/X", "/X"),
        ("file:///var/{{ vars.x }}", "/var", "/var/X", "/var/X"),
        ("s3://bucket/in/{{ vars.x }}", "s3://bucket/in", "s3://bucket/in/X", "s3://bucket/in/X"),
        ("s3://bucket", "s3://bucket", "s3://bucket", "s3://bucket"),
    ],
)
def test_the_root_is_what_the_author_wrote(to: str, root: str, folder: str, shown: str) -> None:
    plan = plan_of(f"save_message: '{to}'", vars={"x": "X"})
    (file,) = plan.effects
    assert isinstance(file, SavedFile)
    assert (file.root, file.folder, plan.fields["to"]) == (root, folder, shown)


def test_home_is_the_folder_of_whoever_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ops")
    (file,) = files("save_message: ~/archive")
    assert file.folder == "/home/ops/archive"


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ("{to: in}", ["a.pdf", "b.log", "big.log"]),
        ("{to: in, name: '*.log'}", ["b.log", "big.log"]),
        ("{to: in, name: [a., BIG]}", ["a.pdf", "big.log"]),
        ("{to: in, name: '/^b/'}", ["b.log", "big.log"]),
        ("{to: in, size: '>1KB'}", ["big.log"]),
        ("{to: in, name: '*.log', size: '<=1KB'}", ["b.log"]),
        ("{to: in, type: image/*}", []),
        ("{to: in, type: [image/*, Application/Octet-Stream]}", ["a.pdf", "b.log", "big.log"]),
    ],
)
def test_filters_choose_among_the_attachments(fields: str, names: list[str]) -> None:
    message = mail_with({"a.pdf": b"1", "b.log": b"2", "big.log": b"3" * 2_000})
    assert [file.name for file in files(f"save_attachments: {fields}", message)] == names


def test_pictures_in_the_text_are_saved_on_request() -> None:
    message = a_page_with(("a.pdf", "application/pdf", "1"), ("inline:pic.png", "image/png", "2"))
    assert [file.name for file in files("save_attachments: in", message)] == ["a.pdf"]
    assert len(files("save_attachments: {to: in, inline: true}", message)) == 2


def test_folder_and_name_may_speak_of_each_attachment() -> None:
    message = mail_with({"a.pdf": b"1", "b.pdf": b"22"})
    text = "save_attachments: {to: 'in/{{ attachment.size }}', as: '{{ attachment.index }}-{{ attachment.name }}'}"
    names = ["1-a.pdf", "2-b.pdf"]
    assert plan_of(text, message).fields == {"to": ["in/1", "in/2"], "files": names, "as": names}
    assert [file.folder for file in files(text, message)] == ["/srv/mail/in/1", "/srv/mail/in/2"]


def test_nothing_to_save_is_no_error() -> None:
    plan = plan_of("save_attachments: 'in/{{ attachment.name }}'", a_mail())
    assert (plan.fields, plan.effects, plan.refused) == ({"files": []}, (), None)


def test_a_file_knows_its_octets() -> None:
    content = bytes(range(256)) * 1_000
    (file,) = files("save_attachments: in", mail_with({"a.bin": content}))
    assert b"".join(file.chunks()) == content
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("subject", "fields", "name"),
    [
        ("Hello", "in", "Hello.eml"),
        (None, "in", "message.eml"),
        ("Re: a/b", "in", "Re_ a_b.eml"),
        (
            "Hello",
            "{to: in, name: '{{ message.from.address }} {{ message.subject }}'}",
            "ann@mail.example.com Hello.eml",
        ),
        ("Hello", "{to: in, name: x.EML}", "x.EML"),
        ("v1.2", "in", "v1.2.eml"),
        ("n" * 500, "in", "n" * 251 + ".eml"),
    ],
)
def test_a_saved_message_ends_in_eml(subject: str | None, fields: str, name: str) -> None:
    message = a_mail(Subject=subject)
    (file,) = files(f"save_message: {fields}", message)
    assert file.name == name
    assert b"".join(file.chunks()) == bytes(message.octets)


@pytest.mark.parametrize(
    ("fields", "folder", "name", "root"),
    [
        ("{to: in/all.mbox, as: mbox}", "/srv/mail/in", "all.mbox", "/srv/mail/in"),
        ("{to: all.mbox, as: mbox}", "/srv/mail", "all.mbox", "/srv/mail"),
        ("{to: in, as: mbox, name: all.mbox}", "/srv/mail/in", "all.mbox", "/srv/mail/in"),
        ("{to: 'in/{{ match.host }}.mbox', as: mbox}", "/srv/mail/in", "db1.mbox", "/srv/mail/in"),
        ("{to: 'in/{{ match.host }}', as: mbox, name: x}", "/srv/mail/in/db1", "x", "/srv/mail/in"),
        ("{to: in, as: maildir}", "/srv/mail/in", "", "/srv/mail/in"),
    ],
)
def test_an_mbox_is_a_file_and_a_maildir_a_folder(fields: str, folder: str, name: str, root: str) -> None:
    (file,) = files(f"save_message: {fields}", match={"host": "db1"})
    assert (file.folder, file.name, file.root) == (folder, name, root)


def test_an_mbox_elsewhere_is_refused_and_keeps_the_message() -> None:
    plan = plan_of("save_message: {to: s3://bucket/x, as: mbox}")
    assert plan.refused == "a maildir or an mbox can only be a local folder"
    assert plan.keeps


def test_a_folder_that_can_not_be_rendered_is_told() -> None:
    found = planned("save_message: 'in/{{ match.nobody }}'")
    assert found.error == "rules.yaml:1:1: 'match.nobody' is undefined"
    assert Path(found.rule).name == "this rule"
