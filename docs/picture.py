"""Draws the picture of the demo in the README out of its real output: `python -m docs.picture`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

__all__ = ["drawn"]

PICTURE = Path(__file__).resolve().parent / "demo.svg"
COMMAND = "make demo"
COLUMNS = 110
LINES = 55

_PAPER = TerminalTheme(
    (24, 28, 34),
    (215, 220, 226),
    [(24, 28, 34), (224, 108, 117), (152, 195, 121), (229, 192, 123),
     (97, 175, 239), (198, 120, 221), (86, 182, 194), (215, 220, 226)],
)  # fmt: skip
# One that needs no font from elsewhere: pages that show the picture fetch nothing for it.
_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font: {char_height}px/{line_height}px "DejaVu Sans Mono", Menlo, Consolas, monospace;
}}
{styles}
</style>
<rect fill="#181c22" width="{width}" height="{height}" rx="8"/>
<g transform="translate(16, 12)"><g class="{unique_id}-matrix">
{backgrounds}
{matrix}
</g></g>
</svg>
"""
_STRETCHED = re.compile(r' textLength="[^"]*"')
_CLIPPED = re.compile(r' clip-path="[^"]*"')
_LINE_END = re.compile(r"<text [^>]*>\n</text>")


def drawn(output: str) -> str:
    """The first lines of a terminal's output as SVG."""
    console = Console(
        width=COLUMNS, record=True, file=StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text(f"$ {COMMAND}", style="bold"))
    for line in output.splitlines()[: LINES - 2]:
        text = Text.from_ansi(line)
        text.truncate(COLUMNS, overflow="ellipsis")
        console.print(text)
    console.print(Text("…"))
    svg = console.export_svg(theme=_PAPER, code_format=_FORMAT, font_aspect_ratio=0.602, unique_id="demo")
    # Of Chinese, rich would squeeze two columns into one.
    return _LINE_END.sub("\n", _CLIPPED.sub("", _STRETCHED.sub("", svg)))


def main() -> None:
    """Run the demo and draw it."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "automailer", "demo", str(Path(folder) / "demo")],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"},
        )
    PICTURE.write_text(drawn(done.stdout), encoding="utf-8")


if __name__ == "__main__":
    main()
