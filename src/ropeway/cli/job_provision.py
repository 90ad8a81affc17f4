"""`ropeway job provision` and `check`: one object now; whether the source can be read."""

from __future__ import annotations

from typing import Annotated

import typer

from ropeway.cli.exits import Code, cycle_of_a_job
from ropeway.cli.job_life import Job
from ropeway.cli.render.provision import provision_blocks
from ropeway.cli.session import current

CODES = {"Success": Code.OK, "Skipped": Code.OK, "Warning": Code.OK, "Failure": Code.OBJECT_ERRORS}


def provision(
    context: typer.Context,
    job: Job,
    identifier: Annotated[str, typer.Argument(metavar="OBJECT", help="DN, GUID, principal name or id.")],
    member: Annotated[
        list[str] | None,
        typer.Option(metavar="OBJECT", help="Of a group, a member to write with it; up to five times."),
    ] = None,
) -> int:
    """Bring one object into step now, step by step.

    Read it, look whether it is in scope, match it, write it. Scope, holds and staging count as in every run.
    """
    session = current(context)
    with session.control() as control, cycle_of_a_job():
        view = control.provision(job, identifier, members=member or ())
    session.show(view, lambda: provision_blocks(view, session.command))
    held = view.why == "StagedDelete"
    return Code.HELD if held else CODES[view.result]


def check(context: typer.Context, job: Job) -> None:
    """Whether the source can be read now.

    With the credentials that the job, or its agents, have.
    """
    session = current(context)
    with session.control() as control:
        control.check_source(job)
    session.say({"job": job, "readable": True}, f"The source of the job {job} can be read.")
