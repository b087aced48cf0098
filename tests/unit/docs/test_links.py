"""Every link of the documentation leads somewhere, and every command in it can be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.commands import command_line, every_command

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
PAGES += sorted((ROOT / "docs").glob("*.md")) + sorted((ROOT / "packaging").rglob("*.md"))

_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """As the forges make them: lower case, blanks to dashes, punctuation gone."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(page)))
    return {heading.strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_to_a_file_of_ours_resolves(page: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(page)):
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


def typed(page: Path) -> Iterator[list[str]]:
    """The words behind `automailer` in the page's shell examples."""
    for block in _SHELL.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            words = shlex.split(line.partition(";")[0], comments=True)
            if words and words[0].rpartition("/")[2] == "automailer":
                yield words[1:]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_that_is_shown_exists(page: Path) -> None:
    shared = {name for option in command_line().params for name in option.opts}
    for words in typed(page):
        while words[0] in shared:
            words = words[2:]
        name = next(length for length in (2, 1) if " ".join(words[:length]) in every_command())
        command = every_command()[" ".join(words[:name])]
        options = {word.partition("=")[0] for word in words[name:] if word.startswith("-")}
        assert options <= {spelt for option in command.params for spelt in option.opts}
