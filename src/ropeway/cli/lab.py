"""`ropeway lab`: Samba domains on loopback addresses, and sample companies."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ropeway.cli.environment import default_file
from ropeway.cli.output import to_stdout
from ropeway.cli.progress import ProgressLine
from ropeway.cli.session import current
from ropeway.control.protocol import Progress
from ropeway.lab import build, controller
from ropeway.lab.company import Size, company
from ropeway.lab.domain import Domain, controllers, opened
from ropeway.model.problems import Problem, RopewayError

app = typer.Typer(help="Samba domains and sample companies, for trials.", no_args_is_help=True, rich_markup_mode=None)


def _realm(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", text.lower()):
        raise typer.BadParameter(f"{text!r} is no DNS name of two parts or more, such as contoso.test.")
    return text.lower()


Realm = Annotated[str, typer.Option(metavar="REALM", callback=_realm, help="The domain's DNS name.")]
Folder = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where the domain lies. Without it: lab/REALM beside the state of this user."),
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same company.")]
People = Annotated[int, typer.Option(min=0, help="People, their managers among them.")]
Groups = Annotated[int, typer.Option(min=0, help="Security and distribution groups, nested three deep.")]
Members = Annotated[int, typer.Option(min=0, help="People in each group.")]
Contacts = Annotated[int, typer.Option(min=0, help="People of other companies.")]
Computers = Annotated[int, typer.Option(min=0, help="Workstations.")]

FIRST_ADDRESSES = tuple(f"127.0.0.{n}" for n in range(10, 250, 20))
"""Where a new domain goes when nobody says; a second controller is one further on."""


class ControllerView(msgspec.Struct, frozen=True, kw_only=True):
    """One controller of a lab domain, as `lab status` tells it."""

    host: str
    address: str
    process: int | None
    ldaps: str
    base_dn: str
    user: str
    password_file: str
    ca_file: str
    folder: str


@app.command()
def up(
    context: typer.Context,
    realm: Realm = "contoso.test",
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A free loopback address. Without it: 127.0.0.10, 30, 50…")
    ] = None,
    folder: Folder = None,
) -> None:
    """Make a domain, or start the one that is there. With all its controllers."""
    session = current(context)
    place = _place(realm, folder)
    if not controllers(place):
        session.note(f"Making {realm}, which takes a few seconds …")
        chosen = address or _free_address()
        controller.require_free(chosen)
        build.provision(place, realm, chosen)
    first = opened(place)
    if address not in (None, first.address):
        raise RopewayError(Problem("lab-another-address", object=realm, details={"address": first.address}))
    for one in controllers(place):
        controller.start(one)
    _tell(context, place)


@app.command()
def load(
    context: typer.Context,
    realm: Realm = "contoso.test",
    folder: Folder = None,
    people: People = 1000,
    groups: Groups = 120,
    members: Members = 20,
    contacts: Contacts = 60,
    computers: Computers = 150,
    seed: Seed = 1,
) -> None:
    """Fill a domain with a company; what is there already stays."""
    from ropeway.lab.load import populate

    session = current(context)
    domain = opened(_place(realm, folder))
    size = Size(people=people, groups=groups, members=members, contacts=contacts, computers=computers)
    line = ProgressLine(quiet=session.quiet)
    line(Progress("load", 0, size.objects))
    try:
        populate(domain, size, seed=seed, report=lambda done: line(Progress("load", done, max(done, size.objects))))
    finally:
        line.close()
    session.say(size, f"{domain.dns_domain} holds {people:,} people, {groups:,} groups and their surroundings.")


@app.command()
def join(
    context: typer.Context,
    realm: Realm = "contoso.test",
    address: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A free loopback address. Without it: the first one's, plus 1."),
    ] = None,
    folder: Folder = None,
) -> None:
    """Give a running domain a second controller."""
    place = _place(realm, folder)
    first = opened(place)
    if controller.process(first) is None:
        raise RopewayError(Problem("lab-not-running", object=realm))
    head, _, last = first.address.rpartition(".")
    chosen = address or f"{head}.{int(last) + 1}"
    if len(controllers(place)) == 1:
        controller.require_free(chosen)
        current(context).note("Joining a second controller: seconds, a minute in a large domain …")
    controller.start(build.join(first, chosen))
    _tell(context, place)


@app.command()
def down(
    context: typer.Context,
    realm: Realm = "contoso.test",
    folder: Folder = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the domain's files, to start it again.")] = False,
) -> None:
    """Stop all controllers of a domain and throw its files away."""
    place = _place(realm, folder)
    found = controllers(place)
    for one in found:
        controller.stop(one)
    if not keep:
        build.remove(place)
    kept = "kept" if keep else "thrown away"
    sentence = f"{realm} is stopped and {kept}." if found else f"There is no {realm} to stop."
    current(context).say({"stopped": [one.host for one in found], "kept": keep}, sentence)


@app.command()
def status(context: typer.Context, realm: Realm = "contoso.test", folder: Folder = None) -> None:
    """The controllers of a domain: whether they run, and how to connect."""
    place = _place(realm, folder)
    opened(place)
    _tell(context, place)


@app.command()
def ldif(
    realm: Realm = "contoso.test",
    people: People = 1000,
    groups: Groups = 120,
    members: Members = 20,
    contacts: Contacts = 60,
    computers: Computers = 150,
    seed: Seed = 1,
) -> None:
    """Write a company to stdout, as an export of its domain. No server is needed."""
    from ropeway.lab.company.ldif import export

    size = Size(people=people, groups=groups, members=members, contacts=contacts, computers=computers)
    try:
        with to_stdout():
            lines = export(company(size, seed=seed, dns_domain=realm), seed=seed, dns_domain=realm)
            sys.stdout.buffer.writelines(lines)
            sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        sys.stderr.close()


def _place(realm: str, folder: Path | None) -> Path:
    return folder.expanduser().absolute() if folder else default_file().parent / "lab" / realm


def _free_address() -> str:
    for address in FIRST_ADDRESSES[:-1]:
        try:
            controller.require_free(address)
        except RopewayError as error:
            if error.problem.code != "lab-address-in-use":
                raise
        else:
            return address
    return FIRST_ADDRESSES[-1]


def _tell(context: typer.Context, place: Path) -> None:
    views = [_view(one) for one in controllers(place)]
    current(context).show(views, lambda: [line for view in views for line in _lines(view)])


def _view(domain: Domain) -> ControllerView:
    return ControllerView(
        host=domain.host_name,
        address=domain.address,
        process=controller.process(domain),
        ldaps=domain.ldaps_url,
        base_dn=domain.base_dn,
        user=domain.administrator,
        password_file=str(domain.administrator_password_file),
        ca_file=str(domain.ca_file),
        folder=str(domain.folder),
    )


def _lines(view: ControllerView) -> list[str]:
    running = f"runs as process {view.process}" if view.process else "is stopped"
    return [
        f"{view.host} at {view.address} {running}.",
        f"  LDAP      {view.ldaps}, base {view.base_dn}",
        f"  user      {view.user}",
        f"  password  in {view.password_file}",
        f"  CA        {view.ca_file}",
    ]
