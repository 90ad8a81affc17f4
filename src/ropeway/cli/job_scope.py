"""`ropeway job scope|guard`: which objects a job is about, and how much it may take away before somebody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from ropeway.cli.exits import Refused
from ropeway.cli.job_life import Job, Revision
from ropeway.cli.option_groups import grouped
from ropeway.cli.render.jobs import guard_rows, scope_rows
from ropeway.cli.session import current
from ropeway.cli.settings import guards

GUARD = "[TYPE.]WHAT=MOST/PERCENT%/ATLEAST"
GUARD_HELP = (
    "How much may be taken away in 24 hours before somebody must approve: WHAT is deletes, disables, "
    "members or emptied, TYPE user, group, contact or device; as deletes=500/10%/20, the default: more than "
    "500, or more than 10 % and at least 20. May be repeated."
)


@dataclass(frozen=True, slots=True)
class ScopeOptions:
    """Which objects a job is about."""

    container: Annotated[
        list[str] | None,
        typer.Option(metavar="DN", help="Only objects in this container and below. May be repeated."),
    ] = None
    exclude_container: Annotated[
        list[str] | None,
        typer.Option(metavar="DN", help="But not those in this container and below. May be repeated."),
    ] = None
    group: Annotated[
        list[str] | None, typer.Option(metavar="DN", help="Only members of this group. May be repeated.")
    ] = None
    nested_groups: Annotated[
        bool, typer.Option("--nested-groups", help="Members of groups in those groups count too.")
    ] = False

    @property
    def says_something(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.container or self.exclude_container or self.group or self.nested_groups)


@grouped
def scope(
    context: typer.Context,
    job: Job,
    chosen: ScopeOptions,
    everything: Annotated[bool, typer.Option("--everything", help="Everything that the job reads.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    revision: Revision = None,
) -> None:
    """Which containers and groups a job is about. Without options: say it.

    The scope is then exactly what is named here, by DN or GUID: what shall stay of it is named again. The next run
    decides everybody anew; who is out leaves the directory, and guards hold what would take away too much.
    """
    if everything and chosen.says_something:
        raise Refused("Say either --everything, or which containers and groups.")
    session = current(context)
    with session.control() as control:
        view = control.job(job)
        if everything or chosen.says_something:
            session.confirm(f"Give the job {view.name} this scope? Who is out leaves with the next run.", yes)
            view = control.scope_job(
                view.id,
                containers=chosen.container or (),
                groups=chosen.group or (),
                excluded_containers=chosen.exclude_container or (),
                nested_groups=chosen.nested_groups,
                revision=revision or view.revision,
            )
    rows = [f"{title}: {name}" for title, name in scope_rows(view.settings.scope)]
    session.say(view.settings.scope, *(rows or [f"The job {view.name} is about everything that it reads."]))


def guard(
    context: typer.Context,
    job: Job,
    wanted: Annotated[list[str] | None, typer.Option("--guard", metavar=GUARD, help=GUARD_HELP)] = None,
    revision: Revision = None,
) -> None:
    """How much a job may take away unasked. Without options: say it.

    Guards that are not named stay as they are, and so does what is held already.
    """
    session = current(context)
    with session.control() as control:
        view = control.job(job)
        if wanted:
            changed = guards(wanted, view.settings.guards)
            view = control.guard_job(view.id, changed, revision=revision or view.revision)
    session.say(view.settings.guards, *(f"{title}: {words}" for title, words in guard_rows(view.settings.guards)))
