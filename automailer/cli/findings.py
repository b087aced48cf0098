"""What a doctor found, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from automailer.cli.output import print_json, printable, screen

__all__ = ["Found", "print_findings"]

Found = tuple[str, str, str]
"""What was looked at, the verdict (good, note, warning, failed), what was found."""

_LOOKS = {"good": ("✓", "green"), "note": ("·", ""), "warning": ("!", "yellow"), "failed": ("✗", "red")}


def print_findings(name: str, host: str, findings: Sequence[Found], *, as_json: bool) -> None:
    """One line each, or a document."""
    if as_json:
        steps = [{"name": step, "verdict": verdict, "text": text} for step, verdict, text in findings]
        print_json({"name": name, "host": host, "findings": steps})
        return
    from rich.text import Text

    out = screen()
    out.print(Text(f"{name} ({host})", style="bold"))
    width = max((len(step) for step, _, _ in findings), default=0)
    for step, verdict, text in findings:
        mark, colour = _LOOKS[verdict]
        out.print(
            Text.assemble(
                "  ",
                (mark, colour),
                f" {step:{width}}  ",
                (printable(text), colour if verdict == "failed" else ""),
            )
        )
