"""What editors show beside a key: what the tables of the documentation say of it, as automailer/cli/hover.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["HOVER", "hover_text"]

HOVER = Path(__file__).resolve().parent.parent / "automailer" / "cli" / "hover.json"

# Their names in the schemas; those of settings and actions have one already.
_NAMES = {
    "rule test": "RuleTest",
    "written message": "WrittenMessage",
    "expected": "Expected",
    "text": "text",
    "actions": "actions",
}
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_TABLE = re.compile(r"<!-- table: (?P<name>[^>]+) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)
_COLUMNS = re.compile(r"(?<!\\)\|")


def hover_text(pages: Iterable[Path]) -> str:
    """The file as it is to be."""
    words: dict[str, Mapping[str, str]] = {}
    for page in pages:
        for table in _TABLE.finditer(page.read_text(encoding="utf-8")):
            name = table["name"]
            if name in _NAMES or name.endswith(
                ("Settings", "File", "Threshold", "Reference", "Data", "Query")
            ):
                words[_NAMES.get(name, name)] = _meanings(table["body"])
            elif name.startswith("action "):
                words[name.removeprefix("action ")] = _meanings(table["body"])
    return json.dumps(words, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _meanings(table: str) -> dict[str, str]:
    words: dict[str, str] = {}
    before = ""
    for line in table.splitlines()[2:]:
        cells = [cell.strip().replace("\\|", "|") for cell in _COLUMNS.split(line)[1:-1]]
        meaning = _LINK.sub(r"\1", cells[-1])
        # Alone, "likewise" says nothing.
        before = meaning.replace("likewise", before, 1) if meaning.startswith("likewise") else meaning
        words[cells[0].strip("`")] = before
    return words
