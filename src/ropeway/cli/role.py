"""`ropeway role`: directory roles, which let people do through applications what administrators do."""

from __future__ import annotations

from typing import Annotated

import typer

from ropeway.cli.output import Table
from ropeway.cli.session import current

app = typer.Typer(help="Directory roles of people.", no_args_is_help=True, rich_markup_mode=None)

Role = Annotated[str, typer.Argument(metavar="ROLE", help="Its name, “User Administrator”, or its template's id.")]
User = Annotated[str, typer.Argument(metavar="USER", help="The userPrincipalName, or the id.")]


@app.command("list")
def list_(context: typer.Context) -> None:
    """Every role, and who has it."""
    session = current(context)
    with session.control() as control:
        found = control.roles()
    rows = [(role.name, ", ".join(one.user or one.id for one in role.members) or "nobody") for role in found]
    session.show(found, lambda: [Table(("Role", "People"), rows)])


@app.command()
def assign(context: typer.Context, role: Role, user: User) -> None:
    """Give a role to a user."""
    session = current(context)
    with session.control() as control:
        found = control.assign_role(role, user)
    session.say(
        found,
        f"{user} is {found.name} from now on; an application acts for them as far as its own permissions go, too.",
    )


@app.command()
def withdraw(context: typer.Context, role: Role, user: User) -> None:
    """Take a role away from a user, at once."""
    session = current(context)
    with session.control() as control:
        found = control.withdraw_role(role, user)
    session.say(found, f"{user} is no {found.name} any more.")
