"""`ropeway job compare`: two jobs side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from ropeway.cli.completion import job_names
from ropeway.cli.environment import state_url
from ropeway.cli.exits import Code, Refused
from ropeway.cli.job_life import Job
from ropeway.cli.render.compare import compare_blocks
from ropeway.cli.session import current


def compare(
    context: typer.Context,
    job: Job,
    other: Annotated[
        str | None, typer.Argument(metavar="[OTHER]", help="The other job.", autocompletion=job_names)
    ] = None,
    with_state: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The other job is in this state, of another installation; where a service is asked, as its machine "
            "reaches it.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many objects are listed; counts are always complete.")] = 50,
    fail: Annotated[bool, typer.Option("--fail", help="End with exit code 7 where there is a difference.")] = False,
) -> int:
    """Where two jobs would make different things of an object.

    So a staging job is compared with the active one, in the same state or in two installations' states. Held changes
    count as wanted. Neither job is run: both are compared as they last were.
    """
    if other is None and with_state is None:
        raise Refused("Say which other job, or with --with-state URL where the other installation keeps its state.")
    session = current(context)
    url = None if with_state is None else state_url(with_state)
    with session.control() as control:
        view = control.compare_jobs(job, other or job, state=url, limit=limit)
    session.show(view, lambda: compare_blocks(view, limit))
    differs = bool(view.settings) or any(n for what, n in view.counts.items() if what != "same")
    return Code.FINDINGS if fail and differs else Code.OK
