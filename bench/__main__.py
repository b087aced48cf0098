"""Measures what is asked for; the tables go to stdout and, with the facts of the machine, to bench/results.md."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from bench import fetch, rules

_RESULTS = Path(__file__).parent / "results.md"


def main() -> int:
    """Measure, print, write; 2 when a program is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="WHAT", help="fetch, rules; all when nothing is said")
    parser.add_argument("--mails", type=int, default=1000, help="how many are fetched")
    parser.add_argument("--only", help="of fetch one program, by name; nothing is written then")
    options = parser.parse_args()
    asked = options.what or ["fetch", "rules"]
    if unknown := set(asked) - {"fetch", "rules"}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if "fetch" in asked and (reason := fetch.needed(options.only)):
        print(reason, file=sys.stderr)
        return 2
    for what in asked:
        text = rules.measure() if what == "rules" else fetch.measure(options.mails, options.only)
        print(text)
        if not options.only:
            _put(text)
    return 0


def _put(text: str) -> None:
    """Replace the part of the results that has the same subject, or add it."""
    parts = re.split(r"^(?=# )", _RESULTS.read_text("utf-8"), flags=re.MULTILINE) if _RESULTS.exists() else []
    parts = [part.strip() for part in parts if part.strip()]
    by_subject = {part.partition(":")[0]: part for part in parts}
    by_subject[text.partition(":")[0]] = text.strip()
    _RESULTS.write_text("\n\n".join(by_subject.values()) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
