"""`ropeway service migrate`: the state brought to this program's version."""

from __future__ import annotations

from typing import Annotated

import typer

from ropeway.cli.environment import make_file
from ropeway.cli.exits import Code
from ropeway.cli.service_options import state_of_service
from ropeway.cli.session import current


def migrate(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether it is needed: exit code 7 if it is.")
    ] = False,
) -> Code:
    """Bring the state to the version of this program. All services that use it are to be stopped before.

    A file is copied first. On PostgreSQL make a backup before: `ropeway service backup`, or pg_dump.
    """
    from ropeway.control.upgrading import migrate as upgrade

    session = current(context)
    url = state_of_service(session)
    if not check:
        make_file(url)
    done = upgrade(url, check=check)
    needed = done.found != done.known
    record = {"found": done.found, "known": done.known, "needed": needed, "copy": done.copy or None}
    before = f"version {done.found}" if done.found else "empty"
    if not needed:
        said = [f"The state has version {done.known} already, which is this program's."]
    elif check:
        said = [f"The state is {before}; this program writes {done.known}: {session.command('service', 'migrate')}"]
    else:
        said = [f"The state was {before} and has version {done.known} now."]
        said += [f"As it was before: {done.copy}"] if done.copy else []
    session.say(record, *said)
    return Code.FINDINGS if check and needed else Code.OK
