"""`ropeway report`: what to put right on premises before the first run, as IdFix tells on Windows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated

import typer

from ropeway.cli.completion import job_names
from ropeway.cli.csv_file import csv_file
from ropeway.cli.exits import Code, cycle_of_a_job
from ropeway.cli.progress import progress_line
from ropeway.cli.render.report import COLUMNS, report_blocks, row
from ropeway.cli.session import current
from ropeway.control.protocol import FindingView

EVERYTHING = 1_000_000_000


def report(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="JOB", help="Name or id of a job.", autocompletion=job_names)],
    csv: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write every finding into a file for a spreadsheet; - is standard output."),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many findings are listed; counts are always complete.")] = 200,
    everything: Annotated[bool, typer.Option("--all", help="List every finding.")] = False,
    refresh: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="Read the source first, or look at what is known.")
    ] = True,
    fail: Annotated[
        bool, typer.Option("--fail", help="End with exit code 7 where there is an error or a warning.")
    ] = False,
) -> int:
    """What to put right on premises before a job runs.

    Duplicates, unverified suffixes, characters, lengths and missing values of every object in scope, with what to write
    instead; writes nothing to source or directory.
    """
    session = current(context)
    with session.control() as control, ExitStack() as stack:
        found = control.job(job)
        progress = stack.enter_context(progress_line(session))
        each: Callable[[FindingView], None] | None = None
        if csv is not None:
            write = stack.enter_context(csv_file(csv, COLUMNS))
            each = lambda finding: write(row(finding))  # noqa: E731
        with cycle_of_a_job():
            view = control.report_job(
                found.name, limit=EVERYTHING if everything else limit, refresh=refresh, each=each, progress=progress
            )
    if csv is None:
        session.show(view, lambda: report_blocks(view, session.command))
    elif csv != "-":
        total = sum(view.counts.values())
        session.say(view, f"{view.examined:,} objects looked at, {total:,} findings in {csv}.")
    grave = any(name.startswith(("fatal", "error", "warning")) for name in view.counts)
    return Code.FINDINGS if fail and grave else Code.OK
