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
    rows = [(d.name, _yes(d.verified), _yes(d.initial), _yes(d.default)) for d in found]
    session.show(found, lambda: [Table(("Domain", "Verified", "Initial", "Default"), rows)])


@app.command()
def add(context: typer.Context, name: Name) -> None:
    """Add a domain, not verified yet."""
    session = current(context)
    with session.control() as control:
        domain = control.add_domain(name)
    verify = session.command("directory", "domains", "verify", domain.name)
    session.say(domain, f"Added {domain.name}. Names in it are used as they are once it is verified: {verify}")


@app.command()
def verify(context: typer.Context, name: Name) -> None:
    """Verify a domain: from now on names in it are used as they are."""
    session = current(context)
    with session.control() as control:
        domain = control.verify_domain(name)
    session.say(domain, f"{domain.name} is {'verified' if domain.verified else 'not verified'}.")


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
