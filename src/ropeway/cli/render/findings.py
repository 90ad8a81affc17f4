"""What checks found: a line each, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ropeway.cli.output import Block, Table
from ropeway.diagnostics.finding import Finding, Status
from ropeway.model.problems import cause_of, remedy_of, title_of

COLUMNS = ("Check", "Result", "Found", "What to do")


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding for a program, with the words that people get."""

    check: str
    status: Status
    found: str
    code: str = ""
    """Of the problem, where there is one."""
    remedy: str = ""
    seconds: float


def lines(findings: Iterable[Finding]) -> list[Line]:
    """A record for each."""
    return [_line(finding) for finding in findings]


def blocks(findings: Sequence[Finding]) -> list[Block]:
    """A table, and the sum below it."""
    rows = [(line.check, line.status, line.found, line.remedy) for line in lines(findings)]
    sums = counts(findings)
    return [Table(COLUMNS, rows), ", ".join(f"{number} {status}" for status, number in sums.items() if number) + "."]


def counts(findings: Iterable[Finding]) -> dict[Status, int]:
    """How many there are of each kind."""
    found: dict[Status, int] = {"ok": 0, "warning": 0, "failed": 0, "skipped": 0}
    for finding in findings:
        found[finding.status] += 1
    return found


def _line(finding: Finding) -> Line:
    problem = finding.problem
    seconds = round(finding.seconds, 3)
    if problem is None:
        return Line(check=finding.check, status=finding.status, found=finding.found, seconds=seconds)
    place = f" [{problem.object}]" if problem.object else ""
    return Line(
        check=finding.check,
        status=finding.status,
        found=f"{title_of(problem)}{place}: {cause_of(problem)}",
        code=problem.code,
        remedy=remedy_of(problem),
        seconds=seconds,
    )
