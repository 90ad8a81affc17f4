"""`ropeway tenant`: the tenants of a service, for whoever may write its state."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ropeway.cli.environment import require_state
from ropeway.cli.output import Table
from ropeway.cli.render.audit import audit_blocks
from ropeway.cli.service_options import USUAL, ServiceOptions, settings_of
from ropeway.cli.session import Session, current
from ropeway.cli.times import local
from ropeway.control.holder import user_here

if TYPE_CHECKING:
    from ropeway.control.tenants import Tenants, TenantView

app = typer.Typer(
    help="Tenants of a service. These commands work on the state itself, on the machine of the service.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Named = Annotated[str, typer.Argument(metavar="TENANT", help="Its name or id.")]
Config = Annotated[Path | None, typer.Option(metavar="FILE", help=f"The service's settings; {USUAL} where it exists.")]


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="How people call it: Fabrikam.")],
    config: Config = None,
) -> None:
    """Make a tenant. Empty, with keys, domains, users, jobs and agents of its own. A running service has it at once."""
    session = current(context)
    with _tenants(session, config, known=False) as tenants:
        made = tenants.create(name, user_here())
    session.say(made, f"The tenant {made.name} is made. Its id is {made.id}, its initial domain {made.domains[0]}.")
    invite = Session(session.state, tenant=made.name).command("login", "--new", "--name", "NAME")
    session.note(f"Let its administrator in: {invite}")


@app.command("list")
def list_(context: typer.Context, config: Config = None) -> None:
    """Every tenant, the first one first."""
    session = current(context)
    with _tenants(session, config) as tenants:
        found = tenants.every()
    rows = [
        (t.name, t.id, t.domains[-1] if t.domains else "", str(t.jobs), f"{t.objects:,}", str(t.agents), _state(t))
        for t in found
    ]
    columns = ("Name", "Id", "Domain", "Jobs", "Objects", "Agents", "")
    session.show(found, lambda: [Table(columns, rows, whole=frozenset({"Id"}))])


@app.command()
def show(context: typer.Context, tenant: Named, config: Config = None) -> None:
    """One tenant."""
    session = current(context)
    with _tenants(session, config) as tenants:
        found = tenants.one(tenant)
    rows = [
        ("Name", found.name),
        ("Id", found.id),
        ("Created", local(found.created) if found.created else ""),
        ("Verified domains", ", ".join(found.domains)),
        ("Jobs", str(found.jobs)),
        ("Objects", f"{found.objects:,}"),
        ("Agents", str(found.agents)),
        ("", _state(found)),
    ]
    session.show(found, lambda: [Table(("", ""), [row for row in rows if row[1]])])


@app.command()
def remove(
    context: typer.Context,
    tenant: Named,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: Config = None,
) -> None:
    """Remove a tenant and everything in it. Only a backup brings it back.

    Nobody is let in from the first moment on. What is interrupted is ended by the same command with the tenant's id,
    or by the service.
    """
    session = current(context)
    with _tenants(session, config) as tenants:
        found = tenants.one(tenant)
        what = f"{found.jobs} jobs, {found.objects:,} objects and {found.agents} agents"
        session.confirm(f"Remove the tenant {found.name} with {what}, for good?", yes)
        gone = tenants.remove(found.id, user_here())
    session.say(gone, f"The tenant {gone.name} is removed.")


@app.command()
def audit(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the latest.")] = 50,
    config: Config = None,
) -> None:
    """Who made and removed tenants. It is in no tenant's own audit trail."""
    session = current(context)
    with _tenants(session, config) as tenants:
        found = tenants.acts(limit)
    session.show(found, lambda: audit_blocks(found))


def _state(found: TenantView) -> str:
    if found.removed:
        return "is being removed"
    return "the first one" if found.is_home else ""


@contextmanager
def _tenants(session: Session, config: Path | None, *, known: bool = True) -> Generator[Tenants]:
    from ropeway.control.tenants import opened

    url = settings_of(session, ServiceOptions(config=config)).state
    require_state(url) if known else session.make_state(url)
    with opened(url) as tenants:
        yield tenants
