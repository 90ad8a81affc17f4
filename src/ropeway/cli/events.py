"""`ropeway log` and `ropeway explain`: what happened, and why things are as they are."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ropeway.cli.completion import job_names
from ropeway.cli.render.events import event_blocks
from ropeway.cli.render.explain import explain_blocks
from ropeway.cli.session import current
from ropeway.cli.times import since as moment
from ropeway.control.protocol import EventFilter

JobOption = Annotated[str | None, typer.Option(metavar="JOB", help="Only of this job.", autocompletion=job_names)]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="With every step and value.")]


def log(
    context: typer.Context,
    job: JobOption = None,
    action: Annotated[
        Literal["create", "update", "delete", "disable", "restore", "adopt", "links", "other"] | None,
        typer.Option(help="Only this action."),
    ] = None,
    status: Annotated[
        Literal["success", "warning", "failure", "skipped"] | None, typer.Option(help="Only with this outcome.")
    ] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Only this type: user, group, contact or device.")
    ] = None,
    object_: Annotated[
        str | None,
        typer.Option(
            "--object", metavar="OBJECT", help="Only this object: DN or a part of it, GUID, UPN, or target id."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Only since then: 30m, 2h, 3d, 2026-01-31, 2026-01-31T08:00.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest.")] = 50,
    verbose: Verbose = False,
) -> None:
    """The provisioning log: what was done, what came of it."""
    session = current(context)
    which = EventFilter(
        job=job, action=action, status=status, type=type_, object=object_, since=moment(since), limit=limit
    )
    with session.control() as control:
        found = control.events(which)
    session.show(found, lambda: event_blocks(found, limit=limit, verbose=verbose))


def explain(
    context: typer.Context,
    identifier: Annotated[
        str, typer.Argument(metavar="DN|GUID|UPN", help="The object, as the source or the directory knows it.")
    ],
    job: JobOption = None,
    verbose: Verbose = False,
) -> None:
    """Why an object is as it is, stage by stage.

    Every decision, every value and where it comes from, from the present state.
    """
    session = current(context)
    with session.control() as control:
        view = control.explain(identifier, job=job)
    session.show(view, lambda: explain_blocks(view, session.command, verbose=verbose))
