"""The report as JUnit's XML, which every CI system reads. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree

from automailer.ruletests.run import Outcome, Report, Verdict

__all__ = ["junit"]

# What XML 1.0 can't hold, escaped or not (section 2.2).
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> bytes:
    """The document: a suite for each file, a case for each test; `todo` is a test that was skipped."""
    root = ElementTree.Element("testsuites", {"name": "automailer", **_counts(report.outcomes)})
    for file, outcomes in groupby(report.outcomes, key=lambda one: one.case.where.file):
        several = list(outcomes)
        suite = ElementTree.SubElement(root, "testsuite", {"name": _clean(file), **_counts(several)})
        for outcome in several:
            _add(suite, outcome)
    ElementTree.indent(root)
    octets: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return octets + b"\n"


def _counts(outcomes: Iterable[Outcome]) -> dict[str, str]:
    several = list(outcomes)
    verdicts = [one.verdict for one in several]
    return {
        "tests": str(len(several)),
        "failures": str(verdicts.count(Verdict.FAILED)),
        "errors": "0",
        "skipped": str(verdicts.count(Verdict.TODO)),
        "time": _seconds(sum(one.seconds for one in several)),
    }


def _add(suite: ElementTree.Element, outcome: Outcome) -> None:
    case = outcome.case
    element = ElementTree.SubElement(
        suite,
        "testcase",
        name=_clean(case.name),
        classname=_clean(case.where.file),
        file=_clean(case.where.file),
        line=str(case.where.line),
        time=_seconds(outcome.seconds),
    )
    if not outcome.differences:
        return
    text = _clean("\n".join(outcome.differences))
    if outcome.verdict is Verdict.TODO:
        ElementTree.SubElement(element, "skipped", message=_clean(f"todo: {case.todo}")).text = text
    else:
        first = text.partition("\n")[0]
        ElementTree.SubElement(element, "failure", message=first, type="difference").text = text


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
