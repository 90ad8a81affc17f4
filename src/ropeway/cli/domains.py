"""`ropeway directory domains`: the domains of the tenant."""

from __future__ import annotations

from typing import Annotated

import typer

from ropeway.cli.output import Table
from ropeway.cli.session import current

app = typer.Typer(help="Domains of the tenant.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="DOMAIN", help="As contoso.test.")]


@app.command("list")
def list_domains(context: typer.Context) -> None:
    """Every domain, and whether it is verified."""
    session = current(context)
    with session.control() as control:
        found = control.domains()
    rows = [(d.name, _yes(d.verified), _yes(d.initial), _yes(d.default), d.record) for d in found]
    columns = ("Domain", "Verified", "Initial", "Default", "TXT record to publish")
    shown = len(columns) if any(d.record for d in found) else -1
    session.show(found, lambda: [Table(columns[:shown], [row[:shown] for row in rows])])


@app.command()
def add(context: typer.Context, name: Name) -> None:
    """Add a domain, not verified yet."""
    session = current(context)
    with session.control() as control:
        domain = control.add_domain(name)
    verify = session.command("directory", "domains", "verify", domain.name)
    told = f"Added {domain.name}. Names in it are used as they are once it is verified: {verify}"
    record = f"Before that, publish this TXT record at {domain.name}: {domain.record}"
    session.say(domain, told, *([record] if domain.record else []))


@app.command()
def verify(context: typer.Context, name: Name) -> None:
    """Verify a domain: from now on names in it are used as they are.

    A service with several tenants looks for the TXT record that `list` shows. Otherwise your word is enough; so it is
    on the machine of the service, with --state.
    """
    session = current(context)
    with session.control() as control:
        domain = control.verify_domain(name)
    session.say(domain, f"{domain.name} is {'verified' if domain.verified else 'not verified'}.")


@app.command()
def remove(
    context: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a domain. Users with names in it are called after their mailNickname at the initial domain."""
    session = current(context)
    session.confirm(f"Remove the domain {name}? Users with names in it get others.", yes)
    with session.control() as control:
        control.remove_domain(name)
    session.say({"removed": name}, f"Removed {name}.")


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
