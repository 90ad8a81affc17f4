"""`ropeway agent`: register and run an agent on its machine; look at agents, and make tokens, on the service's side."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ropeway.cli import agent_machine
from ropeway.cli.environment import require_state, state_url
from ropeway.cli.exits import Refused
from ropeway.cli.output import Table
from ropeway.cli.session import current
from ropeway.cli.times import interval_words, local, seconds
from ropeway.control.protocol import AgentView

app = typer.Typer(help="Agents beside the domains.", no_args_is_help=True, rich_markup_mode=None)

SHORTEST, LONGEST = 60.0, 7 * 86400.0
"""Seconds; the service takes what lies nearest."""

Agent = Annotated[str, typer.Argument(metavar="AGENT", help="Its id, or the name of its machine.")]


@app.command("list")
def list_(
    context: typer.Context,
    removed: Annotated[
        bool, typer.Option("--removed", help="Those that were removed, too, until their certificate expires.")
    ] = False,
) -> None:
    """Every agent, and when it was last heard of."""
    session = current(context)
    with session.control() as control:
        found = [a for a in control.agents() if removed or a.status != "removed"]
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
    session, good_for = current(context), seconds(lifetime)
    if not SHORTEST <= good_for <= LONGEST:
        raise Refused("A registration token is good for a minute at least, and for seven days at most.")
    if not session.asked_service:
        require_state(state_url(session.state))  # a new one has no service that would take the token
    with session.control() as control:
        made = control.registration_token(domain, good_for)
    session.say(made, made.token)
    session.note(
        f"Good for one agent of {made.domain}, until {local(made.expires)}. On the agent's machine: ropeway agent "
        f"register --service {session.asked_service or 'https://SERVICE'} --token-file -, and --ca-file with what "
        "`ropeway service ca FILE` wrote, if the service has an authority of its own."
    )


@app.command("trace")
def trace(
    context: typer.Context,
    agent: Agent,
    level: Annotated[Literal["error", "warning", "info", "debug"], typer.Argument(help="The more the later.")],
) -> None:
    """How much an agent writes into its own log. It is in the folder trace/ on its machine."""
    session = current(context)
    with session.control() as control:
        found = control.set_trace(agent, level)
    when = f"in {interval_words(30)} at the latest" if found.status == "active" else "once it is heard of again"
    session.say(found, f"The agent {found.name} writes at level {found.trace}, {when}.")


agent_machine.add_to(app)


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
