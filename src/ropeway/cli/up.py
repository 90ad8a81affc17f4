"""`ropeway up`, and what it shares with `ropeway service run`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from ropeway.cli.environment import make_file
from ropeway.cli.exits import Code, process_of_a_unit
from ropeway.cli.follow import Stop, ended_by_signals
from ropeway.cli.option_groups import grouped
from ropeway.cli.service_options import ServiceOptions, settings_of
from ropeway.cli.session import Session, current
from ropeway.cli.supervision import tell_ready

if TYPE_CHECKING:
    from ropeway.service.running import Started


@grouped
def up(context: typer.Context, options: ServiceOptions) -> int:
    """Service and workers in one: keep all jobs in step. Stays, and answers HTTPS.

    The first start prints a link to sign in with. Ctrl-C and SIGTERM end it after the current transactions.
    """
    return stay(current(context), options, shows_links=True)


def stay(session: Session, options: ServiceOptions, *, shows_links: bool) -> int:
    """Run a service until somebody asks it to end."""
    stop = Stop()
    with process_of_a_unit(), ended_by_signals(stop):
        settings = settings_of(session, options)
        make_file(settings.state)
        from ropeway.service.assembling import worker_of
        from ropeway.service.running import Caller, run
        from ropeway.telemetry.telling import telling

        def started(told: Started) -> None:
            session.say(_record(told), *_lines(session, told, links=shows_links))
            sys.stdout.flush()
            tell_ready()

        with telling("service", settings.log, otlp=settings.otlp):
            run(settings, Caller(started, session.note, stop, shows_links), worker_of(settings))
    session.note("Ended. What changes from now on is read at the next start.")
    return Code.OK


def _record(told: Started) -> dict[str, object]:
    return {
        "url": told.url,
        "listen": told.address,
        "authority": told.authority or None,
        "link": told.link.reveal() if told.link else None,
        "jobs": told.jobs,
    }


def _lines(session: Session, told: Started, *, links: bool) -> list[str]:
    lines = [f"Ropeway answers at {told.url} (listens on {told.address})."]
    if told.authority:
        lines += ["Its certificate is from its own authority, whose SHA-256 is", f"  {spelled(told.authority)}"]
    if told.link:
        lines += ["", "Sign in with this link, which works once and for 24 hours:", f"  {told.link.reveal()}"]
        lines += ["Type `ropeway login` and paste it there.", ""]
    elif links:
        lines += [f"Another login link, for whoever needs one: {session.command('login', '--new')}"]
    if told.jobs:
        lines += [f"Keeps in step: {', '.join(told.jobs)}."]
    else:
        paused, first = session.command("job", "list"), session.command("job", "create", "--help")
        lines += [f"There is no job to keep in step. Those that are paused: {paused}. To make one: {first}"]
    return [*lines, "Ctrl-C ends it."]


def spelled(digest: str) -> str:
    """A fingerprint as openssl writes it."""
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2)).upper()
