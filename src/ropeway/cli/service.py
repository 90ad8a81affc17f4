"""`ropeway service`: the service as a process of its own, and what its administrator does beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ropeway.cli import service_operations
from ropeway.cli.exits import Code, Refused
from ropeway.cli.option_groups import grouped
from ropeway.cli.reach import service_of
from ropeway.cli.render.audit import audit_blocks, sign_in_blocks
from ropeway.cli.service_migrate import migrate
from ropeway.cli.service_options import ServiceOptions, WhereOptions, settings_where
from ropeway.cli.session import current
from ropeway.cli.times import seconds
from ropeway.cli.times import since as moment
from ropeway.cli.up import spelled, stay
from ropeway.control.holder import user_here

app = typer.Typer(
    help="The service: how it is, its state, backups and audit trail.", no_args_is_help=True, rich_markup_mode=None
)
app.command("migrate")(migrate)
service_operations.add_to(app)


@app.command("run")
@grouped
def run(context: typer.Context, options: ServiceOptions) -> int:
    """The service as systemd starts it. As `ropeway up`, but no login link is printed into its log.

    `ropeway login --new` makes one. Several may run on one PostgreSQL.
    """
    return stay(current(context), options, shows_links=False)


@app.command("ca")
@grouped
def ca(
    context: typer.Context,
    where: WhereOptions,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Write it there; without a file it is printed.")
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Begin anew: everybody signs in again, every agent is registered again.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
) -> int:
    """The certificate of the service's own authority. For those who are to trust it.

    Where you are signed in and no state is named, it is the one by which you know the service.
    """
    from ropeway.service import on_site
    from ropeway.service.running import fingerprint

    session = current(context)
    if new:
        settings = settings_where(session, where)
        session.confirm("Every certificate of this service and its agents becomes worthless. Go on?", yes)
        pem = on_site.begin_anew(settings, user_here()).pem
        session.note(f"There are new authorities, and a new key file, {settings.seal_file}.")
        session.note("Restart the service, which must have the same key file: systemctl restart ropeway")
    elif where == WhereOptions() and (known := service_of(session.state, session.service)) and known.ca:
        pem = known.ca
    else:
        pem = on_site.authority(settings_where(session, where)) or ""
    if not pem:
        raise Refused("There is no authority yet; the service makes it at its first start.", Code.FAILED)
    digest = fingerprint(pem)
    if file is None:
        session.say({"certificate": pem, "sha256": digest}, *pem.splitlines())
    else:
        file.write_text(pem)
        session.say({"file": str(file), "sha256": digest}, f"{file} holds the authority, SHA-256 {spelled(digest)}.")
    return Code.OK


@app.command("key")
def key(context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Make a key file for a new state, mode 0600. One that is there already stays as it is."""
    from ropeway.service import on_site

    on_site.make_key(file)
    current(context).say({"file": str(file)}, f"{file} is the key file. Keep a copy apart from backups of the state.")


@app.command("metrics-token")
def metrics_token(
    context: typer.Context,
    lifetime: Annotated[str, typer.Option(metavar="TIME", help="How long it is good: 30d, 1h.")] = "365d",
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The service's settings; /etc/ropeway/ropeway.yaml if it exists."),
    ] = None,
) -> None:
    """Make a token for Prometheus. It opens /metrics, of all tenants or with --tenant of one, and nothing else.

    It is printed once, alone on stdout.
    """
    from ropeway.service import on_site

    session = current(context)
    good = seconds(lifetime)
    made = on_site.metrics_token(settings_where(session, WhereOptions(config)), user_here(), session.tenant, good)
    session.say({"token": made.reveal()}, made.reveal())


@app.command("audit")
def audit(
    context: typer.Context,
    who: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this administrator.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Only since then: 30m, 2h, 3d, 2026-01-31, 2026-01-31T08:00.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the latest.")] = 50,
) -> None:
    """Who did what: every administrative act, refused ones too."""
    session = current(context)
    with session.control() as control:
        found = control.audit(who=who, since=moment(since), limit=limit)
    session.show(found, lambda: audit_blocks(found))


@app.command("sign-ins")
def sign_ins(
    context: typer.Context,
    who: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this person or application, or a part of the name.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Only since then: 30m, 2h, 3d, 2026-01-31, 2026-01-31T08:00.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that were refused.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the latest.")] = 50,
) -> None:
    """Who signed in, and who was refused.

    The sign-in log goes back 30 days.
    """
    session = current(context)
    with session.control() as control:
        found = control.sign_ins(who=who, since=moment(since), failed=failed, limit=limit)
    session.show(found, lambda: sign_in_blocks(found))
