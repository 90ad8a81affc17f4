"""`ropeway login` and `ropeway logout`."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ropeway.cli import output
from ropeway.cli import signed_in as here
from ropeway.cli.environment import open_browser, require_state
from ropeway.cli.exits import Code, Refused
from ropeway.cli.output import Table
from ropeway.cli.service_options import ServiceOptions, settings_of
from ropeway.cli.session import Session, current
from ropeway.cli.signed_in import SignedIn, signed_in
from ropeway.cli.times import local
from ropeway.control.holder import user_here
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret

if TYPE_CHECKING:
    from ropeway.cli.asking import Trust

app = typer.Typer(help="Sign in to a service; see and end sign-ins.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def login(
    context: typer.Context,
    link: Annotated[
        str,
        typer.Option(
            metavar="LINK",
            help="The link; - and without the option it is asked for, so that it is on no command line.",
        ),
    ] = "-",
    ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Trust this authority (PEM), where the link names none.")
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Make a link for somebody, on the service's own machine, in its state.")
    ] = False,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="With --new: who is to sign in; the audit trail has this name.")
    ] = "administrator",
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Sign in to this service with an account of your own, at a browser. With --new: the service's "
            "address, if it does not run now.",
        ),
    ] = None,
    device_code: Annotated[
        bool, typer.Option("--device-code", help="With --url: the browser is on another machine.")
    ] = False,
    authority: Annotated[
        str,
        typer.Option(
            metavar="SHA256", help="With --url: trust the service's own authority, whose SHA-256 `ropeway up` prints."
        ),
    ] = "",
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="With --new: the service's settings.")] = None,
) -> None:
    """Sign in with the link that `ropeway up` printed, or that somebody made with --new; or with an account: --url.

    A link works once and for 24 hours; what it is exchanged for is good for 30 days and kept in ~/.config/ropeway.
    With an account you may do what its directory roles say, and the audit trail names it.
    """
    if context.invoked_subcommand is not None:
        return
    session = current(context)
    if new:
        _make_link(session, name, ServiceOptions(config=config, url=url))
    elif url is not None:
        _with_account(session, _trusted(url, ca, authority), device_code)
    elif device_code or authority:
        raise Refused("Say with --url to which service you sign in.")
    else:
        _redeem(session, link, ca)


def _make_link(session: Session, name: str, options: ServiceOptions) -> None:
    from ropeway.service import on_site

    if not 0 < len(name) <= 64 or not name.isprintable():
        raise Refused("--name is who is to sign in: 1 to 64 visible characters.")
    settings = settings_of(session, options)
    if settings.url:
        session.make_state(settings.state)
    else:
        require_state(settings.state)  # a new one would have no service, and hide where the right one is
    link = on_site.login_link(settings, name, user_here(), session.tenant).reveal()
    session.say({"link": link, "name": name}, link)


def _redeem(session: Session, link: str, ca: Path | None) -> None:
    from ropeway.cli.asking import ask, trusted
    from ropeway.service.links import read

    try:
        told = read(_asked_for() if link == "-" else link)
        trust = trusted(told, ca)
        answer = ask(trust, "POST", "/login", body={"link": told.token.reveal()})
    except RopewayError as error:
        if link != "-" and error.problem.code not in ("login-link-refused", "login-link-unreadable"):
            session.note("The link is still good, and the shell's history has it now: use it up, or let it expire.")
        raise
    told = {name: str(answer.get(name, "")) for name in ("name", "expires", "tenant", "tenant_name")}
    signed = SignedIn(trust.url, Secret(answer["token"]), trust.ca, told["name"], told["expires"])
    signed = replace(signed, tenant=told["tenant"], tenant_name=told["tenant_name"])
    here.remember(signed)
    session.say(
        {"url": signed.url, **told},
        f"Signed in to {signed.url} as {signed.name} until {local(signed.expires)}.",
        f"Next: {session.command('job', 'list')}",
    )


def _trusted(url: str, ca: Path | None, authority: str) -> Trust:
    """Whom to trust at an address that somebody typed."""
    from ropeway.cli.accounts import address
    from ropeway.cli.asking import trusted
    from ropeway.service.links import Link

    digest = authority.replace(":", "").lower()
    if digest and not re.fullmatch("[0-9a-f]{64}", digest):
        raise Refused("--authority is a SHA-256: 64 hexadecimal digits, with or without colons.")
    return trusted(Link(address(url), Secret(""), digest), ca)


def _with_account(session: Session, trust: Trust, device_code: bool) -> None:
    from ropeway.cli import accounts

    place = accounts.find(trust, session.tenant or "")
    say = output.write_error
    signed = accounts.by_device(place, say) if device_code else accounts.by_browser(place, say, open_browser)
    here.remember(signed)
    record = {"url": signed.url, "name": signed.name, "tenant": signed.tenant}
    session.say(record, f"Signed in to {signed.url} as {signed.name}.", f"Next: {session.command('job', 'list')}")


def _asked_for() -> str:
    """Typed at the terminal without being shown, or the first line of standard input."""
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("Login link (not shown): ")
    return sys.stdin.readline(4096)


@app.command("list")
def logins(context: typer.Context) -> None:
    """Who is signed in to the service."""
    from ropeway.cli.asking import ask

    signed, trust = _signed_in()
    found = ask(trust, "GET", "/login/tokens", signed.token)["value"]
    rows = [
        (one["id"], one["name"], local(one["created"]), local(one["expires"]), "this one" if one["current"] else "")
        for one in found
    ]
    current(context).show(found, lambda: [Table(("Id", "Name", "Since", "Until", ""), rows)])


@app.command("revoke")
def revoke(
    context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID", help="As `login list` shows it.")]
) -> None:
    """End a sign-in: its token is worth nothing any more, at once."""
    from urllib.parse import quote

    from ropeway.cli.asking import ask

    signed, trust = _signed_in()
    ask(trust, "DELETE", f"/login/tokens/{quote(id_, safe='')}", signed.token)
    current(context).say({"revoked": id_}, f"Sign-in {id_} is ended.")


def logout(context: typer.Context) -> int:
    """Sign out. The token is made worthless at the service, and forgotten here."""
    from ropeway.cli.accounts import leave
    from ropeway.cli.asking import ask

    session = current(context)
    signed = signed_in(whoever_reads=True)
    if signed is None:
        session.note("You are signed in nowhere.")
        return Code.OK
    try:
        if signed.refresh is not None:
            leave(signed)
        else:
            ask(_trust(signed), "POST", "/logout", signed.token)
    except RopewayError as error:
        if error.problem.code != "not-signed-in":
            session.note("The token is still good at the service: it could not be reached. It is forgotten here.")
            here.forget()
            raise
    here.forget()
    session.say({"url": signed.url}, f"Signed out of {signed.url}.")
    return Code.OK


def _signed_in() -> tuple[SignedIn, Trust]:
    from ropeway.cli.accounts import token_of

    signed = signed_in()
    if signed is None:
        raise Refused("You are signed in nowhere. See: ropeway login --help", Code.FAILED)
    signed = replace(signed, token=token_of(signed)())
    return signed, _trust(signed)


def _trust(signed: SignedIn) -> Trust:
    from ropeway.cli.asking import Trust

    return Trust(signed.url, signed.ca)
