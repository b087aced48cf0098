"""Without names, the tests that lie beside settings and rules are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from automailer.errors import PermanentError
from automailer.ruletests import find_tests


def put(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    return paths


def test_those_beside_settings_and_rules(tmp_path: Path) -> None:
    rules = put(tmp_path, "rules/ops.yaml")
    put(
        tmp_path,
        "tests/b.yaml",
        "tests/a.yml",
        "tests/notes.txt",
        "rules/tests/ops.yaml",
        "rules/tests/more/c.yaml",
    )
    found = find_tests([], settings=tmp_path, rules=rules)
    names = [str(file.relative_to(tmp_path)) for file in found.files]
    assert names == ["tests/a.yml", "tests/b.yaml", "rules/tests/more/c.yaml", "rules/tests/ops.yaml"]
    assert found.left_out == ()


def test_rules_beside_the_settings_share_their_folder_of_tests(tmp_path: Path) -> None:
    rules = put(tmp_path, "ops.yaml")
    tests = put(tmp_path, "tests/ops.yaml")
    assert list(find_tests([], settings=tmp_path, rules=rules).files) == tests


def test_those_of_rules_that_nobody_reads_are_left_out(tmp_path: Path) -> None:
    ops, _ = put(tmp_path, "rules/ops.yaml", "rules/common.yaml")
    mine, others, apart = put(
        tmp_path, "rules/tests/ops.yaml", "rules/tests/common.yaml", "rules/tests/zz-night.yaml"
    )
    found = find_tests([], settings=tmp_path, rules=[ops])
    assert (found.files, found.left_out) == ((mine, apart), (others,))
    assert find_tests([others], settings=tmp_path, rules=[ops]).files == (others,)


def test_a_folder_that_is_named_stands_for_its_files(tmp_path: Path) -> None:
    files = put(tmp_path, "mine/a.yaml", "mine/deep/b.yaml")
    assert list(find_tests([tmp_path / "mine", files[0]], settings=tmp_path, rules=[]).files) == files


def test_that_there_are_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        PermanentError, match=r"there are no rule tests \(looked for .yaml files in .*tests\)"
    ):
        find_tests([], settings=tmp_path, rules=[])
    (tmp_path / "empty").mkdir()
    with pytest.raises(PermanentError, match="empty"):
        find_tests([tmp_path / "empty"], settings=tmp_path, rules=[])
