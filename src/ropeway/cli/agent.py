"""`ropeway agent`: register and run an agent on its machine; look at agents, and make tokens, on the service's side."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import typer

from ropeway.cli.environment import credentials_directory
from ropeway.cli.exits import Code, Refused
from ropeway.cli.output import Table
from ropeway.cli.session import current
from ropeway.cli.times import interval_words, local, seconds
from ropeway.control.protocol import AgentView
from ropeway.model.secret import Secret

app = typer.Typer(help="Agents beside the domains.", no_args_is_help=True, rich_markup_mode=None)

Agent = Annotated[str, typer.Argument(metavar="AGENT", help="Its id, or the name of its machine.")]
Folder = Annotated[
    Path, typer.Option(metavar="DIR", help="Where the agent keeps its key, its settings and its log; of mode 0700.")
]
PLACE = Path("/etc/ropeway/agent")


@app.command("list")
def list_(context: typer.Context) -> None:
    """Every agent, and when it was last heard of."""
    session = current(context)
    with session.control() as control:
        found = control.agents()
    rows = [(a.domain, a.name, a.status, local(a.last_seen), a.version, a.id) for a in found]
    columns = ("Domain", "Machine", "Status", "Last seen", "Version", "Id")
    none = f"There is no agent yet. Make a token: {session.command('agent', 'token', 'DOMAIN')}"
    session.show(found, lambda: [Table(columns, rows, whole=frozenset({"Id"}))] if rows else [none])


@app.command()
def show(context: typer.Context, agent: Agent) -> None:
    """One agent."""
    session = current(context)
    with session.control() as control:
        found = control.agent(agent)
    session.show(found, lambda: [Table(("", ""), _rows(found))])


@app.command()
def remove(
    context: typer.Context, agent: Agent, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Revoke an agent's certificate: it is nobody from now on. Its work goes to the other agents of its domain."""
    session = current(context)
    session.confirm(f"Remove the agent {agent}? It must be registered anew to come back.", yes)
    with session.control() as control:
        gone = control.remove_agent(agent)
    session.say(gone, f"The agent {gone.name} of {gone.domain} is removed.")


@app.command()
def token(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="DNS name of the domain that the agent will read.")],
    lifetime: Annotated[str, typer.Option(metavar="TIME", help="How long it is good: 10m, 1h, 1d; 7d at most.")] = "1h",
) -> None:
    """Make a token with which one new agent registers. It is printed once, alone on stdout."""
    session = current(context)
    with session.control() as control:
        made = control.registration_token(domain, seconds(lifetime))
    session.say(made, made.token)
    session.note(
        f"Good for one agent of {made.domain}, until {local(made.expires)}. On the agent's machine: "
        "ropeway agent register --service https://SERVICE --token-file -"
    )


@app.command("trace")
def trace(
    context: typer.Context,
    agent: Agent,
    level: Annotated[Literal["error", "warning", "info", "debug"], typer.Argument(help="The more the later.")],
) -> None:
    """How much an agent writes into its own log, in the folder trace/ on its machine."""
    session = current(context)
    with session.control() as control:
        found = control.set_trace(agent, level)
    session.say(found, f"The agent {found.name} writes at level {found.trace}, in {interval_words(30)} at the latest.")


@app.command()
def register(
    context: typer.Context,
    token_file: Annotated[str, typer.Option(metavar="FILE", help="The registration token; - is standard input.")],
    folder: Folder = PLACE,
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The authority of the service's certificate, PEM.")
    ] = None,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An HTTP proxy on the way: http://[USER@]HOST:PORT, without a password."),
    ] = None,
    proxy_password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The proxy's password, in a file of mode 0600 or 0400.")
    ] = None,
) -> None:
    """On the agent's machine: make a key, get its certificate, and write agent.yaml where there is none.

    --service URL, one of the global options, says where the service is.
    """
    from ropeway.agent.registering import register as register_here

    session = current(context)
    if not session.service:
        raise Refused("Say where the service is, as its first lines do: --service https://HOST:PORT.")
    document: dict[str, Any] = {"service": session.service.rstrip("/")}
    if ca_file is not None:
        document["ca_file"] = str(ca_file.expanduser().absolute())
    if proxy is not None:
        document["proxy"] = _proxy(proxy, proxy_password_file)
    made = register_here(folder.expanduser().absolute(), _token(token_file), document)
    session.say(
        {"agent": made.agent, "domain": made.domain, "folder": str(folder)},
        f"Registered for {made.domain}, as agent {made.agent}.",
        f"Now give it an account that may read the domain: domains in {folder / 'agent.yaml'} (docs/agents.md).",
        f"Then run it: ropeway agent run --folder {folder}",
    )


@app.command()
def run(context: typer.Context, folder: Folder = PLACE) -> int:
    """On the agent's machine: be the agent of this folder, until Ctrl-C or SIGTERM."""
    import signal

    from ropeway.agent.process import run as run_here

    session = current(context)
    ending = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ending.set())
    session.note(f"The agent of {folder} runs; its log is in {folder / 'trace'}. Ctrl-C ends it.")
    run_here(folder.expanduser().absolute(), ending, credentials_directory())
    return Code.OK


def _rows(agent: AgentView) -> list[tuple[str, str]]:
    rows = [
        ("Id", agent.id),
        ("Machine", agent.name),
        ("Domain", agent.domain),
        ("Status", agent.status),
        ("Last seen", local(agent.last_seen)),
        ("Calls from", agent.address),
        ("Version", agent.version),
        ("Trace level", agent.trace),
        ("Registered", local(agent.registered)),
        ("Certificate until", local(agent.certificate_expires)),
    ]
    return [*rows, ("Removed", local(agent.removed))] if agent.removed else rows


def _proxy(url: str, password_file: Path | None) -> dict[str, str]:
    parts = urlsplit(url)
    if parts.password is not None:
        raise Refused(
            "--proxy holds a password, and other users of this machine see command lines. Write http://USER@HOST:PORT, "
            "and name a file with --proxy-password-file; change the password if this one is in use."
        )
    found = {"url": parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()}
    if parts.username:
        found["user"] = parts.username
    if password_file is not None:
        found["password_file"] = str(password_file.expanduser().absolute())
    return found


def _token(file: str) -> Secret[str]:
    """The first line of a file or of standard input."""
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The token cannot be read from {file}: {getattr(error, 'strerror', 'it is no text')}.") from None
    words = text.split()
    if not words:
        raise Refused(f"There is no token in {'standard input' if file == '-' else file}.")
    return Secret(words[0])
