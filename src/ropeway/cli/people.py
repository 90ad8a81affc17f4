"""`ropeway directory users …`: what concerns the sign-in of people."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ropeway.cli.exits import Refused
from ropeway.cli.session import ask_for_secret, current
from ropeway.model.secret import Secret

User = Annotated[str, typer.Argument(metavar="UPN", help="userPrincipalName, or id.")]
LONGEST = 1024


def add_to(group: typer.Typer) -> None:
    """Put the commands to the others about users."""

    @group.command("password")
    def password(
        context: typer.Context,
        user: User,
        generate: Annotated[bool, typer.Option("--generate", help="Make one, and print it alone on stdout.")] = False,
        stdin: Annotated[bool, typer.Option("--stdin", help="Read one from standard input, a line.")] = False,
        keep: Annotated[
            bool, typer.Option("--keep", help="It need not be changed at the first sign-in, which is usual.")
        ] = False,
    ) -> None:
        """Set the password of a user of the cloud alone. Whoever is signed in as that user has to sign in again."""
        session = current(context)
        if generate and stdin:
            raise Refused("Say --generate or --stdin, not both.")
        chosen = None if generate else _line() if stdin else _typed()
        with session.control() as control:
            made = control.set_password(user, chosen, must_change=not keep)
        then = " It must be changed at the first sign-in." if made.must_change else ""
        if generate:
            session.say(made, made.password)
            session.note(f"Of {made.user}.{then} Nobody can show it again.")
        else:
            session.say(made, f"{made.user} has a new password.{then}")

    @group.command("second-factor")
    def second_factor(
        context: typer.Context,
        user: User,
        remove: Annotated[
            bool, typer.Option("--remove", help="There is none any more, as for a lost telephone.")
        ] = False,
    ) -> None:
        """Ask a user of the cloud for more than a password. An authenticator app, set up at the next sign-in."""
        session = current(context)
        with session.control() as control:
            found = control.set_second_factor(user, wanted=not remove)
        said = {
            "none": "has no second factor",
            "wanted": "sets up a second factor at the next sign-in",
            "set up": "has a second factor already; a new one after --remove",
        }
        session.say(found, f"{found.user} {said[found.second_factor]}.")

    @group.command("sign-out")
    def sign_out(context: typer.Context, user: User) -> None:
        """End every sign-in of a user. Within an hour, applications and browsers ask for the password again."""
        session = current(context)
        with session.control() as control:
            control.end_sign_ins(user)
        session.say({"user": user}, f"{user} is signed out everywhere.")

    del password, second_factor, sign_out  # Typer holds them


def _typed() -> Secret[str]:
    otherwise = "There is no terminal to type a password at. Say --stdin or --generate."
    first = ask_for_secret("New password: ", otherwise)
    if ask_for_secret("Once more: ", otherwise).reveal() != first.reveal():
        raise Refused("The two differ. Nothing was changed.")
    return first


def _line() -> Secret[str]:
    return Secret(sys.stdin.readline(LONGEST).rstrip("\r\n"))
