"""`ropeway job schedule|history|clear-quarantine|restart`: a job's life."""

from __future__ import annotations

from typing import Annotated

import typer

from ropeway.cli.completion import job_names
from ropeway.cli.exits import Code, Refused, cycle_of_a_job, of_cycle
from ropeway.cli.progress import progress_line
from ropeway.cli.render.cycle import cycle_lines
from ropeway.cli.render.life import every_words
from ropeway.cli.session import Session, current
from ropeway.cli.times import local, seconds
from ropeway.control.protocol import Control, JobView
from ropeway.model.job import Retention, Schedule
from ropeway.model.problems import RopewayError

Job = Annotated[str, typer.Argument(metavar="JOB", help="Name or id of a job.", autocompletion=job_names)]
Revision = Annotated[
    str | None,
    typer.Option(metavar="REVISION", help="Only if the job's settings are still those that `job show` told."),
]
Later = Annotated[bool, typer.Option("--later", help="Only note it: the next run does it.")]


def schedule(
    context: typer.Context,
    job: Job,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="From the beginning of one run to the next: 2m as Cloud Sync, 30m as Connect, 40m as provisioning to "
            "applications, 1h, 1d.",
        ),
    ] = None,
    poll: Annotated[bool, typer.Option("--poll", help="Ask for changes all the time, twice a second.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Only run when somebody says so.")] = False,
    revision: Revision = None,
) -> None:
    """When a job runs by itself under `ropeway run`."""
    if (every is not None) + poll + off != 1:
        raise Refused("Say one of --every TIME, as 2m or 30m, --poll or --off.")
    wanted = Schedule(every=None if every is None or every == "off" else seconds(every), off=off or every == "off")
    session = current(context)
    with session.control() as control:
        view = control.schedule_job(job, wanted, revision=revision)
    session.say(view, f"The job {view.name} runs {every_words(view.settings)}. Next run: {next_words(view)}.")


def next_words(view: JobView) -> str:
    """When the next run is, in words."""
    return local(view.next_run, never="not by itself")


def history(
    context: typer.Context,
    job: Job,
    log_days: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="How long its provisioning log is kept.")
    ] = None,
    cycle_days: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="How long the history of its runs is kept.")
    ] = None,
    revision: Revision = None,
) -> None:
    """How long the log and history of a job are kept. Without options: say it."""
    session = current(context)
    with session.control() as control:
        found = control.job(job)
        now = found.settings.retention
        if log_days is not None or cycle_days is not None:
            wanted = Retention(log_days or now.log, cycle_days or now.cycles)
            now = control.keep_job_history(job, wanted, revision=revision or found.revision).settings.retention
    session.say(now, f"The log of {job} is kept for {now.log} days, the history of its runs for {now.cycles} days.")


def notify(
    context: typer.Context,
    job: Job,
    file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="YAML that says whom to tell by mail or webhook: docs/jobs.md. It is read where jobs run: of a "
            "service's job, on the service's machine.",
        ),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Tell nobody any more.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send a trial message now.")] = False,
    revision: Revision = None,
) -> None:
    """Whom to tell when a job stops or holds changes. Or goes into quarantine."""
    if (file is not None) + off > 1 or not (file or off or test) or (off and test):
        raise Refused("Say --file FILE, --test or both, or --off.")
    session = current(context)
    with session.control() as control:
        if file or off:
            view = control.notify(job, session.file(file) if file else "", revision=revision)
        else:
            view = control.job(job)
        if test:
            control.try_notifications(job)
    told = view.settings.notifications
    sentence = f"Whom to tell about {view.name} is in {told}." if told else f"Nobody is told about {view.name}."
    session.say(view, sentence, *(["The trial message was sent."] if test else []))


def clear_quarantine(context: typer.Context, job: Job, later: Later = False) -> int:
    """Take a job out of quarantine. What was set aside is tried again.

    Only changes are read: the watermark stays. It is QuarantineState and Escrows of a restart.
    """
    session = current(context)
    with session.control() as control:
        was = control.job(job).quarantine is not None
        view = control.clear_quarantine(job)
        done = "is out of quarantine" if was else "was not in quarantine; what was set aside is tried again"
        return _go(session, control, view, done, later=later)


def restart(
    context: typer.Context,
    job: Job,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SCOPE",
            help="What is reset: Escrows, Watermark, QuarantineState, ConnectorDataStore, Full or ForceDeletes; may be "
            "given again. None: QuarantineState, Watermark and Escrows, as the portal does.",
        ),
    ] = None,
    later: Later = False,
) -> int:
    """Start a job anew: read and decide everything again.

    Escrows: what was set aside is tried now. Watermark: everything is read and decided again. QuarantineState: the
    quarantine is lifted, until its cause is found again. ConnectorDataStore: which object of the directory is whose is
    found again. Full: these four. ForceDeletes: deletions and disablings that are held now are approved.
    """
    session = current(context)
    with session.control() as control:
        view = control.restart_job(job, scope or ())
        return _go(session, control, view, "is restarted", later=later)


def _go(session: Session, control: Control, view: JobView, what: str, *, later: bool) -> int:
    """One run now, by us, or by the process that has the job."""
    if later:
        session.say(view, f"The job {view.name} {what}. Next run: {next_words(view)}.")
        return Code.OK
    try:
        with progress_line(session) as progress:
            cycle = control.run_job(view.id, progress=progress)
    except RopewayError as error:
        if error.problem.code == "job-is-running":
            holder = error.problem.details.get("holder", "?")
            session.say(view, f"The job {view.name} {what}; {holder} runs it, and goes on with that at once.")
            return Code.OK
        with cycle_of_a_job():
            raise
    session.say(cycle, f"The job {view.name} {what}.", *cycle_lines(cycle, session.command))
    return of_cycle(cycle)
