"""One file for each defect in tests/config/bad; beside it the whole text that its writer is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from automailer.errors import ConfigError
from automailer.settings import load_settings

BAD = Path(__file__).parents[2] / "config" / "bad"
FILES = sorted(BAD.glob("*.yaml"))


def refused(file: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    return caught.value


def test_there_are_bad_files_to_try() -> None:
    assert len(FILES) > 30


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_file_is_refused_with_the_text_beside_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    text = str(refused(Path(file.name))).replace(f"{BAD}/", "")
    assert text == file.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_problems_come_in_file_order_and_show_no_password(file: Path) -> None:
    error = refused(file)
    places = [(problem.place.line, problem.place.column) for problem in error.problems]
    assert places == sorted(places)
    assert "hunter" not in str(error).replace("credential: ../hunter", "")
