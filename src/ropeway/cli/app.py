"""`ropeway app`: applications that sign in, what they show, and what they may do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ropeway.cli.exits import Refused
from ropeway.cli.output import Table
from ropeway.cli.session import current
from ropeway.cli.times import local, seconds
from ropeway.control.protocol import ApplicationView

app = typer.Typer(help="Applications that sign in.", no_args_is_help=True, rich_markup_mode=None)

Application = Annotated[str, typer.Argument(metavar="APP", help="Its name, or one of its ids.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
LARGEST = 64 * 1024


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="How people call it.")],
    public: Annotated[
        bool, typer.Option("--public", help="A program on people's machines, which can keep no secret.")
    ] = False,
    redirect: Annotated[
        list[str] | None,
        typer.Option(metavar="URI", help="Where people come back to after they signed in; more than once for several."),
    ] = None,
) -> None:
    """Make an application. It may do nothing yet: `ropeway app grant`."""
    session = current(context)
    with session.control() as control:
        made = control.create_application(name, public=public, redirect_uris=tuple(redirect or ()))
    session.show(made, lambda: [Table(("", ""), _rows(made))])


@app.command("list")
def list_(context: typer.Context) -> None:
    """Every application."""
    session = current(context)
    with session.control() as control:
        found = control.applications()
    rows = [(a.name, a.app_id, ", ".join(a.permissions), str(len(a.credentials))) for a in found]
    columns = ("Name", "App id", "Permissions", "Secrets and certificates")
    none = f"There is no application yet. Make one: {session.command('app', 'create', 'NAME')}"
    session.show(found, lambda: [Table(columns, rows, whole=frozenset({"App id"}))] if rows else [none])


@app.command()
def show(context: typer.Context, application: Application) -> None:
    """One application."""
    session = current(context)
    with session.control() as control:
        found = control.application(application)
    session.show(found, lambda: [Table(("", ""), _rows(found))])


@app.command()
def secret(
    context: typer.Context,
    application: Application,
    lifetime: Annotated[str, typer.Option(metavar="TIME", help="How long it is good: 30d, 1h; 730d at most.")] = "180d",
    name: Annotated[str, typer.Option(metavar="TEXT", help="What it is for.")] = "",
) -> None:
    """Make a secret. It is printed once, alone on stdout."""
    session = current(context)
    with session.control() as control:
        made = control.add_secret(application, name, seconds(lifetime))
    session.say(made, made.secret)
    session.note(f"Of {made.application}, until {local(made.expires)}. Nobody can show it again; its id is {made.id}.")


@app.command()
def certificate(
    context: typer.Context,
    application: Application,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The certificate in PEM; its key stays where it is.")],
    name: Annotated[str, typer.Option(metavar="TEXT", help="What it is for.")] = "",
) -> None:
    """Let an application show who it is with a certificate. With its RSA key, that is, which no secret can equal."""
    session = current(context)
    try:
        with file.open() as opened:
            pem = opened.read(LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.") from None
    if "PRIVATE KEY" in pem:
        raise Refused(f"{file} holds a private key. Name a file with the certificate alone; the key stays where it is.")
    with session.control() as control:
        found = control.add_certificate(application, pem, name)
    session.say(found, f"{found.name} has the certificate {found.credentials[-1].hint}.")


@app.command()
def drop(
    context: typer.Context,
    application: Application,
    credential: Annotated[str, typer.Argument(metavar="ID", help="The secret's or certificate's id.")],
) -> None:
    """Take a secret or certificate away. It is worth nothing from now on."""
    session = current(context)
    with session.control() as control:
        found = control.drop_credential(application, credential)
    session.say(found, f"{found.name} has {len(found.credentials)} secrets and certificates left.")


@app.command()
def grant(
    context: typer.Context,
    application: Application,
    permissions: Annotated[
        list[str], typer.Argument(metavar="PERMISSION…", help="As Graph names them: User.Read.All.")
    ],
    revoke: Annotated[bool, typer.Option("--revoke", help="Take them back instead.")] = False,
    delegated: Annotated[
        bool, typer.Option("--delegated", help="For everybody who signs in to it, as far as they may: admin consent.")
    ] = False,
) -> None:
    """Say what an application may do. By itself, or for the people who sign in to it."""
    session = current(context)
    with session.control() as control:
        given, taken = ((), tuple(permissions)) if revoke else (tuple(permissions), ())
        found = control.set_permissions(application, grant=given, revoke=taken, delegated=delegated)
    names, whom = (found.delegated, "for people") if delegated else (found.permissions, "by itself")
    session.say(found, f"{found.name} may do {whom}: {', '.join(names) or 'nothing'}.")


@app.command()
def require(
    context: typer.Context,
    application: Application,
    permissions: Annotated[
        list[str], typer.Argument(metavar="PERMISSION…", help="As Graph names them: User.Read.All.")
    ],
    remove: Annotated[bool, typer.Option("--remove", help="Take them away instead.")] = False,
    delegated: Annotated[
        bool, typer.Option("--delegated", help="For everybody who signs in to it, as far as they may.")
    ] = False,
) -> None:
    """Say what an application will need. An administrator is asked for it at /adminconsent; nothing is granted yet."""
    session = current(context)
    with session.control() as control:
        more, less = ((), tuple(permissions)) if remove else (tuple(permissions), ())
        found = control.set_required(application, add=more, remove=less, delegated=delegated)
    names, whom = (found.required_delegated, "for people") if delegated else (found.required, "by itself")
    session.say(found, f"{found.name} asks for {whom}: {', '.join(names) or 'nothing'}.")


@app.command()
def redirect(
    context: typer.Context,
    application: Application,
    uris: Annotated[list[str], typer.Argument(metavar="URI…", help="https://HOST/PATH, or http://localhost.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take them away instead.")] = False,
) -> None:
    """Say where people come back to after they signed in. At http://localhost any port will do."""
    session = current(context)
    with session.control() as control:
        add, drop = ((), tuple(uris)) if remove else (tuple(uris), ())
        found = control.set_redirects(application, add=add, remove=drop)
    session.say(found, f"{found.name} sends people to: {', '.join(found.redirect_uris) or 'nowhere'}.")


@app.command()
def remove(context: typer.Context, application: Application, yes: Yes = False) -> None:
    """Remove an application. Its tokens, secrets and certificates are worth nothing from now on."""
    session = current(context)
    session.confirm(f"Remove the application {application}? Whatever signs in with it stops working.", yes)
    with session.control() as control:
        gone = control.remove_application(application)
    session.say(gone, f"The application {gone.name} is removed.")


def _rows(found: ApplicationView) -> list[tuple[str, str]]:
    rows = [
        ("Name", found.name),
        ("App id", found.app_id),
        ("Tenant", found.tenant),
        ("Object id", found.id),
        ("Service principal", found.service_principal),
        ("Kind", "public" if found.public else "confidential"),
        ("Permissions", ", ".join(found.permissions) or "none"),
        ("For people", ", ".join(found.delegated) or "none"),
        ("Created", local(found.created)),
    ]
    rows += [("Asks for", name) for name in found.required]
    rows += [("Asks for people", name) for name in found.required_delegated]
    rows += [("Redirect URI", uri) for uri in found.redirect_uris]
    return [*rows, *((c.kind.capitalize(), f"{c.id} {c.name} until {local(c.expires)}") for c in found.credentials)]
