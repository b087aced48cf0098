"""`automailer test`: rule tests, what failed and why, what they show of the rules."""

from __future__ import annotations

import sys
import time
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.exits import Exit
from automailer.cli.invocation import Config, Json, invocation, open_assembly
from automailer.cli.output import print_json, printable, screen
from automailer.errors import PermanentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automailer.ruletests import Case, Coverage, Gap, Outcome, Report
    from automailer.worker import Assembly

__all__ = ["rule_tests"]

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILES]",
        help="Files of rule tests, or folders of them. Default: tests/ beside settings and rules.",
        show_default=False,
    ),
]
Only = Annotated[
    str | None, typer.Option("--only", "-k", metavar="TEXT", help="Only tests with this in their names.")
]
Junit = Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report, for CI.")]

_LOOKS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "todo": ("·", "yellow"), "done": ("!", "yellow")}


def rule_tests(
    context: typer.Context,
    files: Files = None,
    only: Only = None,
    junit: Junit = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Run the rule tests.

    Each puts a message to the rules and compares what they decide with what is expected. Nothing is done.
    """
    from automailer.ruletests import run_tests

    assembly = open_assembly(invocation(context, config))
    cases = _chosen(_cases(files or [], assembly), only)
    report = run_tests(cases, assembly, clock=time.perf_counter)
    if junit is not None:
        _write_junit(junit, report)
    if as_json:
        print_json(report.document())
    else:
        _tell(report, coverage=only is None)
    raise typer.Exit(Exit.FAILED if report.failed else Exit.DONE)


def _cases(files: Sequence[Path], assembly: Assembly) -> tuple[Case, ...]:
    from automailer.ruletests import find_tests, load_tests
    from automailer.settings import shown_path

    settings = assembly.settings
    read = {
        mailbox: [*settings.mailboxes[mailbox].rules, *(Path(rule.where.file).absolute() for rule in rules)]
        for mailbox, rules in assembly.rules.items()
    }
    in_use = [file for some in read.values() for file in some]
    found = find_tests(files, settings=settings.folder, rules=in_use)
    for file in found.left_out:
        print(f"left out: {printable(shown_path(file))}: no mailbox reads {file.name}", file=sys.stderr)
    names = {mailbox: [rule.name for rule in rules] for mailbox, rules in assembly.rules.items()}
    return load_tests(found.files, rules=names, zone=settings.zone, read=read)


def _chosen(cases: tuple[Case, ...], only: str | None) -> tuple[Case, ...]:
    if only is None:
        return cases
    found = tuple(case for case in cases if only.casefold() in case.name.casefold())
    if not found:
        message = f"no test has {only!r} in its name"
        raise typer.BadParameter(message)
    return found


def _write_junit(path: Path, report: Report) -> None:
    from automailer.ruletests import junit

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(junit(report))
    except OSError as exc:
        reason = f"{path}: can't be written: {exc.strerror or exc}"
        raise PermanentError(reason) from exc


def _tell(report: Report, *, coverage: bool) -> None:
    from automailer.ruletests import Verdict

    for file, outcomes in groupby(report.outcomes, key=lambda one: one.case.where.file):
        print(printable(file))
        for outcome in outcomes:
            _tell_one(outcome)
        print()
    counts = [f"{report.count(Verdict.PASSED, Verdict.DONE)} passed"]
    counts += [f"{report.failed} failed"] if report.failed else []
    counts += [f"{todo} to do"] if (todo := report.count(Verdict.TODO)) else []
    print(", ".join(counts))
    if coverage:
        _tell_coverage(report.coverage)


def _tell_one(outcome: Outcome) -> None:
    from rich.text import Text

    from automailer.ruletests import Verdict

    case, verdict = outcome.case, outcome.verdict
    mark, colour = _LOOKS[verdict.value]
    says = {
        Verdict.TODO: f"  (to do: {case.todo})",
        Verdict.DONE: "  (passes now: take its `todo` away)",
    }.get(verdict, "")
    where = f"  {case.where}" if verdict is Verdict.FAILED else ""
    out = screen()
    out.print(
        Text.assemble(
            "  ", (mark, colour), f" {printable(case.name)}", (printable(says), "yellow"), (where, "dim")
        )
    )
    if verdict is Verdict.FAILED:
        for difference in outcome.differences:
            for line in difference.splitlines():
                out.print(Text(f"      {printable(line)}", style=_colour(line)))


def _colour(line: str) -> str:
    """The colours of a difference, where the line is of one."""
    return {"+": "green", "-": "red"}.get(line.strip()[:1], "")


def _tell_coverage(coverage: Coverage) -> None:
    shares = coverage.document()
    shown = [
        ("rules", "matched", coverage.never_matched, "never matched"),
        ("tests", "seen to hold and to fail", coverage.never_failed, "never failed"),
        ("actions", "planned", coverage.never_planned, "never planned"),
    ]
    parts = (
        f"{shares[what]['covered']} of {shares[what]['total']} {what} {how}" for what, how, _, _ in shown
    )
    print(f"coverage: {', '.join(parts)}")
    for what, _, gaps, verdict in shown:
        for gap in gaps:
            if not gap.follows:
                print(printable(_gap_line(what, gap, verdict)))


def _gap_line(what: str, gap: Gap, verdict: str) -> str:
    of = f"rule {gap.rule!r}" if what == "rules" else f"{gap.what} of rule {gap.rule!r}"
    return f"  {gap.where}: {of} {verdict}: {gap.reason}"
