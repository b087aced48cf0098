"""Named lists: in place, or in a file that is read again when it changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from automailer.errors import ConfigError, TemporaryError
from automailer.settings import NamedLists, Settings


def lists(tmp_path: Path) -> NamedLists:
    written = {"vips": ["boss@example.com", 5], "oncall": {"file": "oncall.txt"}}
    data = {"mailboxes": {}, "lists": written}
    return NamedLists(Settings.model_validate(data, context={"folder": tmp_path}))


def test_a_list_in_place_has_its_entries_as_text(tmp_path: Path) -> None:
    assert lists(tmp_path)["vips"] == ("boss@example.com", "5")


def test_a_list_in_a_file_has_an_entry_a_line_without_comments(tmp_path: Path) -> None:
    (tmp_path / "oncall.txt").write_bytes(
        "\ufeff# who is awake\r\n\r\n  a@example.com  \r\nb#c@example.com # at night\n*@ö.example\n".encode()
    )
    assert lists(tmp_path)["oncall"] == ("a@example.com", "b#c@example.com", "*@ö.example")


def test_a_list_is_read_again_when_its_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "oncall.txt"
    file.write_text("a@example.com\n")
    named = lists(tmp_path)
    first = named["oncall"]
    assert named["oncall"] is first
    file.write_text("b@example.com\n")
    os.utime(file, ns=(1, 1))
    assert named["oncall"] == ("b@example.com",)
    other = tmp_path / "new"
    other.write_text("c@example.com\n")
    os.utime(other, ns=(1, 1))
    other.replace(file)
    assert named["oncall"] == ("c@example.com",)


def test_a_list_whose_file_is_gone_makes_rules_wait(tmp_path: Path) -> None:
    with pytest.raises(TemporaryError, match=r"oncall\.txt can't be read: No such file"):
        lists(tmp_path)["oncall"]


def test_a_list_that_is_no_text_is_refused_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "oncall.txt").write_bytes(b"a@example.com\n\xe9@example.com\n")
    with pytest.raises(ConfigError, match=r"oncall\.txt:2:1: is not UTF-8"):
        lists(tmp_path)["oncall"]


def test_a_name_that_is_no_list_is_a_key_error(tmp_path: Path) -> None:
    named = lists(tmp_path)
    assert list(named) == ["vips", "oncall"]
    assert len(named) == 2
    assert "sales" not in named
    with pytest.raises(KeyError):
        named["sales"]
