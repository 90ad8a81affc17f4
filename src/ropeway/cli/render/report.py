"""The report before the first run."""

from __future__ import annotations

from collections.abc import Iterator

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.render.words import Command, counted, out_of_scope_words, without_domain
from ropeway.cli.safe import brief
from ropeway.control.protocol import FindingView, ReportView
from ropeway.model.problems import known

COLUMNS = ("DN", "Object type", "Attribute", "Error", "Value", "Suggested value", "Action", "Severity", "Remark")
"""Of the file; IdFix's, then what else there is to say."""

_SHOWN = 60
"""Characters of a value in the table; the file has all."""


def row(finding: FindingView) -> tuple[str, ...]:
    """A finding as a row of the file."""
    return (
        finding.dn,
        finding.type,
        finding.attribute,
        finding.error,
        finding.value,
        finding.suggestion,
        finding.action,
        finding.severity,
        finding.remark,
    )


def report_blocks(report: ReportView, command: Command) -> Iterator[Block]:
    """What was found, the gravest first, then the counts, and what each error means."""
    if report.out_of_scope:
        yield out_of_scope_words(report.out_of_scope, report.job, command)
    if not report.counts:
        if report.out_of_scope:
            return
        yield f"{counted(report.examined, 'object')} looked at, nothing found: {report.job} can run."
        return
    columns = ("Severity", "Error", "Object", "Attribute", "Value", "Suggested value", "Action", "Remark")
    yield Table(columns, [_line(f) for f in report.findings], whole=frozenset({"Severity", "Error", "Action"}))
    yield Heading("Found")
    for name, number in _by_severity(report.counts):
        error = name.partition(" ")[2]
        yield f"  {number:>9,}  {name}: {known(f'report-{error}').title}"
    total = sum(report.counts.values())
    yield f"{counted(report.examined, 'object')} looked at, {counted(total, 'finding')}."
    if total > len(report.findings):
        file = command("report", report.job, "--no-refresh", "--csv", "FILE")
        yield f"The first {len(report.findings):,} are listed. All of them, for a spreadsheet: {file}"


def _line(finding: FindingView) -> tuple[str, ...]:
    cells = (finding.attribute, finding.value, finding.suggestion)
    name = without_domain(finding.dn)
    return (
        finding.severity,
        finding.error,
        brief(name, _SHOWN * 2),
        *(brief(cell, _SHOWN) if cell else "" for cell in cells),
        finding.action,
        brief(finding.remark) if finding.remark else "",
    )


_GRAVEST = ("fatal", "error", "warning", "info")


def _by_severity(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (_GRAVEST.index(item[0].partition(" ")[0]), -item[1], item[0]))
