"""`ropeway job`: jobs, their plans and runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from ropeway.cli import create, job_compare, job_life, job_provision, job_scope, job_staging, job_watch
from ropeway.cli.completion import job_names
from ropeway.cli.exits import Code, Refused, cycle_of_a_job, of_cycle
from ropeway.cli.progress import progress_line
from ropeway.cli.render import jobs as render
from ropeway.cli.render.cycle import cycle_lines
from ropeway.cli.render.holds import hold_lines, hold_words
from ropeway.cli.render.plan import plan_blocks
from ropeway.cli.session import Session, current
from ropeway.control.protocol import HoldView

app = typer.Typer(
    help="Jobs: create, look, plan, run, approve, schedule, delete.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(create.app, name="create")

Job = Annotated[str, typer.Argument(metavar="JOB", help="Name or id of a job.", autocompletion=job_names)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

EVERYTHING = 1_000_000_000


@app.command("list")
def list_jobs(context: typer.Context) -> None:
    """Every job: status, last success, and what waits."""
    session = current(context)
    with session.control() as control:
        jobs = control.jobs()
    session.show(jobs, lambda: render.table(jobs, session.place))


@app.command()
def show(context: typer.Context, job: Job) -> None:
    """One job: settings, watermark, numbers, problems."""
    session = current(context)
    with session.control() as control:
        view = control.job(job)
    session.show(view, lambda: render.details(view, session.command))


@app.command()
def run(
    context: typer.Context,
    job: Job,
    full: Annotated[bool, typer.Option("--full", help="Read the whole source again, as the first time.")] = False,
) -> int:
    """One cycle now: read what changed, decide, write."""
    session = current(context)
    with session.control() as control, progress_line(session) as progress:
        found = control.job(job)
        with cycle_of_a_job():
            cycle = control.run_job(found.name, full=full, progress=progress)
    session.say(cycle, *cycle_lines(cycle, session.command))
    return of_cycle(cycle)


@app.command()
def plan(
    context: typer.Context,
    job: Job,
    limit: Annotated[int, typer.Option(min=1, help="How many changes are listed; counts are always complete.")] = 50,
    everything: Annotated[bool, typer.Option("--all", help="List every change.")] = False,
    refresh: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="Read the source first, or plan from what is known.")
    ] = True,
) -> int:
    """What the next run would write; writes nothing itself."""
    session = current(context)
    most = EVERYTHING if everything else limit
    with session.control() as control, progress_line(session) as progress:
        found = control.job(job)
        with cycle_of_a_job():
            view = control.plan_job(found.name, limit=most, refresh=refresh, progress=progress)
    session.show(view, lambda: plan_blocks(view, session.command))
    return Code.HELD if any(hold.approved is None for hold in view.holds) else Code.OK


@app.command()
def holds(context: typer.Context, job: Job) -> None:
    """What waits for approval, why, and the command for it."""
    session = current(context)
    with session.control() as control:
        found = control.holds(job)
    session.show(found, lambda: hold_lines(job, found, session.command))


@app.command()
def approve(
    context: typer.Context,
    job: Job,
    number: Annotated[int, typer.Argument(metavar="HOLD", help="Number of the hold.")],
    digest: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="Only if the hold is still exactly the one that was shown.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Let exactly the changes of one hold go.

    Later dangerous changes need a new approval.
    """
    session = current(context)
    with session.control() as control:
        if not yes:
            digest = _asked(session, job, number, digest, control.holds(job))
        hold = control.approve(job, number, digest)
    session.say(
        hold,
        f"Hold {hold.number} is approved: {hold_words(hold)}. The next run writes it: "
        f"{session.command('job', 'run', job)}",
    )


def _asked(session: Session, job: str, number: int, digest: str | None, found: Sequence[HoldView]) -> str | None:
    hold = next((h for h in found if h.number == number), None)
    if hold is None:
        return digest  # Control says what is wrong
    for line in hold_lines(job, [hold], session.command):
        session.note(line)
    session.confirm(f"Let these changes go: {hold_words(hold)}?", yes=False)
    return digest or hold.digest


@app.command()
def pause(context: typer.Context, job: Job) -> None:
    """Let a job rest.

    What changes meanwhile is read when it goes on.
    """
    session = current(context)
    with session.control() as control:
        view = control.pause_job(job)
    session.say(view, f"The job {view.name} is paused. It goes on with: {session.command('job', 'resume', view.name)}")


@app.command()
def start(context: typer.Context, job: Job) -> None:
    """Let a job go on, and run now.

    It is resumed where it was paused or disabled, a quarantine is lifted, and its next run is due at once: the
    service does it, or `ropeway run`.
    """
    session = current(context)
    with session.control() as control:
        view = control.resume_job(job)
    session.say(
        view,
        f"The job {view.name} goes on; its status is {view.status}, and a run is due now: "
        f"{session.command('job', 'watch', view.name)}",
    )


@app.command()
def resume(context: typer.Context, job: Job) -> None:
    """Let a paused job go on."""
    session = current(context)
    with session.control() as control:
        view = control.resume_job(job)
    session.say(view, f"The job {view.name} goes on; its status is {view.status}.")


app.command("scope")(job_scope.scope)
app.command("guard")(job_scope.guard)
app.command("staging")(job_staging.staging)
app.command("schedule")(job_life.schedule)
app.command("history")(job_life.history)
app.command("notify")(job_life.notify)
app.command("clear-quarantine")(job_life.clear_quarantine)
app.command("restart")(job_life.restart)
app.command("watch")(job_watch.watch)
app.command("provision")(job_provision.provision)
app.command("check")(job_provision.check)
app.command("compare")(job_compare.compare)


@app.command()
def delete(
    context: typer.Context,
    job: Job,
    keep: Annotated[bool, typer.Option("--keep", help="Its objects stay in the directory, as cloud objects.")] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Its objects leave the directory, into the recycle bin.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Delete a job; --keep or --withdraw its objects."""
    if keep == withdraw:
        raise Refused(
            "Say what becomes of the job's objects: --keep lets them stay as cloud objects, "
            "--withdraw takes them out of the directory, into the recycle bin for 30 days."
        )
    session = current(context)
    fate = "its objects stay as cloud objects" if keep else "its objects go to the recycle bin"
    with session.control() as control:
        found = control.job(job)
        count = sum(found.linked.values())
        session.confirm(f"Delete the job {found.name}; {fate}, {count:,} of them?", yes)
        number = control.delete_job(found.id, keep=keep)
    left = "stay as cloud objects" if keep else "were withdrawn"
    record = {"job": found.name, "kept": keep, "objects": number}
    session.say(record, f"The job {found.name} is deleted; {number:,} objects {left}.")
