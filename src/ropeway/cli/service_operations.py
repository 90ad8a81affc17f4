"""`ropeway service status|backup|restore`: how an installation is, and its state in one file."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ropeway.cli.environment import make_file
from ropeway.cli.exits import Code, Refused
from ropeway.cli.progress import progress_line
from ropeway.cli.render.service import backup_words, needs_a_person, status_blocks
from ropeway.cli.service_options import state_of_service
from ropeway.cli.session import Session, current
from ropeway.cli.times import local
from ropeway.control.protocol import Progress
from ropeway.model.state_url import place_of

if TYPE_CHECKING:
    from ropeway.service.operating.backup.reading import Told


def add_to(app: typer.Typer) -> None:
    """The three commands in a group."""
    for command in (status, backup, restore):
        app.command(command.__name__)(command)


def status(context: typer.Context) -> int:
    """How the installation is, on one screen. What needs a person, then processes, jobs, agents, state, backups.

    The exit code is 7 where something needs a person.
    """
    session = current(context)
    with session.control() as control:
        view = control.service_status()
    session.show(view, lambda: status_blocks(view, session.place))
    return Code.FINDINGS if needs_a_person(view) else Code.OK


def backup(
    context: typer.Context,
    place: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it; - is standard output; with --keep a folder.")
    ],
    keep: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, metavar="NUMBER", help="Write into a folder, and keep so many of the newest."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write the state into one file while everything runs. A portable archive, for SQLite and PostgreSQL alike.

    The service's key file is not in it: without that file the private keys in a backup are closed.
    """
    from ropeway.service.operating.backup import on_site

    session = current(context)
    url = state_of_service(session)
    with _told(session) as told:
        if str(place) == "-":
            if sys.stdout.isatty():
                raise Refused("A backup is no text for a terminal: name a file, or send it on: ropeway … - | ssh …")
            on_site.back_up_to(url, sys.stdout.buffer, told)
            sys.stdout.buffer.flush()
            return
        if keep is None:
            taken = on_site.back_up(url, place, force=force, told=told)
        else:
            taken = on_site.back_up_and_keep(url, place, keep, told)
    session.say(taken, *backup_words(taken.place, taken.rows, taken.bytes, taken.seconds, taken.removed))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `ropeway service backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of a state that is in use.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
) -> None:
    """Put a backup into an empty state. With --replace in the place of one that is in use.

    It is all or nothing. Jobs go on from where they were at the backup, and read what changed since. With --replace,
    tokens, agents, authorities and the audit trail stay as they are.
    """
    from ropeway.service.operating.backup import on_site

    session = current(context)
    url = state_of_service(session)
    if replace:
        session.confirm(f"What is in {place_of(url)} is replaced by the backup {file}. Go on?", yes)
    make_file(url)
    with _told(session) as told:
        header = on_site.put_back(url, file, replace=replace, told=told)
    taken = local(_iso(header.time))
    session.say(header, f"{place_of(url)} is as it was at {taken}: {header.rows:,} rows.")
    session.note(
        "What changed since is read by the next cycles. Restart the service, so that it forgets what it knew: "
        "systemctl restart ropeway"
    )


def _iso(seconds: float) -> str:
    from ropeway.control.views import iso

    return iso(seconds) or ""


@contextmanager
def _told(session: Session) -> Generator[Told]:
    with progress_line(session) as line:
        yield lambda stage, done, total: line(Progress(stage, done, total))
