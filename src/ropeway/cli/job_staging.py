"""`ropeway job staging`: whether a job plans only."""

from __future__ import annotations

from typing import Annotated

import typer

from ropeway.cli.job_life import Job, Revision
from ropeway.cli.session import current


def staging(
    context: typer.Context,
    job: Job,
    wanted: Annotated[
        bool | None, typer.Option("--on/--off", help="Plan only, and never write; or write what is planned.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    revision: Revision = None,
) -> None:
    """Whether a job plans only, as a standby does. Without options: say it.

    A standby takes over like this: pause the active job, or give it --on, then give --off to the standby. What it has
    planned is written by its next run; guards hold what would take away too much.
    """
    session = current(context)
    with session.control() as control:
        view = control.job(job)
        if wanted is False and view.settings.staging:
            session.confirm(f"Let the job {view.name} write? `ropeway job plan {view.name}` shows what.", yes)
        if wanted is not None:
            view = control.stage_job(view.id, wanted, revision=revision or view.revision)
    does = "plans only, and never writes" if view.settings.staging else "writes what it plans"
    session.say({"staging": view.settings.staging}, f"The job {view.name} {does}.")
