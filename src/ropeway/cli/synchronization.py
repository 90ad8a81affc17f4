"""`ropeway directory synchronization`: the switches of the tenant's synchronization as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ropeway.cli.output import Table
from ropeway.cli.session import current
from ropeway.control.protocol import SynchronizationChange, SynchronizationView

app = typer.Typer(help="Directory synchronization as a whole.", no_args_is_help=True, rich_markup_mode=None)

Type = Literal["disabled", "enabledForCount", "enabledForPercentage"]


@app.command()
def show(context: typer.Context) -> None:
    """Whether it is on, what counts as an accident, what matching may do."""
    session = current(context)
    with session.control() as control:
        found = control.synchronization()
    session.show(found, lambda: [Table(("", ""), _rows(found))])


@app.command()
def on(context: typer.Context) -> None:
    """Activate it: jobs run again."""
    _change(context, SynchronizationChange(enabled=True), "Directory synchronization is on.")


@app.command()
def off(context: typer.Context, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Deactivate it: no job writes anything until it is on again. What they brought becomes the cloud's own."""
    question = "Deactivate directory synchronization? No job runs until it is on again; objects become the cloud's own."
    current(context).confirm(question, yes)
    _change(context, SynchronizationChange(enabled=False), "Directory synchronization is off.")


@app.command("set")
def set_(
    context: typer.Context,
    prevention: Annotated[
        Type | None, typer.Option(help="What counts as an accident: nothing, a number, a share of a type's objects.")
    ] = None,
    threshold: Annotated[
        int | None, typer.Option(min=1, help="More deletions, or more percent, than this wait for approval.")
    ] = None,
    block_soft_match: Annotated[
        bool | None, typer.Option("--block-soft-match/--soft-match", help="Never match by name or address.")
    ] = None,
    block_hard_match: Annotated[
        bool | None,
        typer.Option("--block-hard-match/--hard-match", help="Never take over a cloud-only object by its anchor."),
    ] = None,
    upn_match: Annotated[
        bool | None, typer.Option("--upn-match/--no-upn-match", help="Match by userPrincipalName, too.")
    ] = None,
) -> None:
    """Change switches. The guards of every job follow from what counts as an accident."""
    wanted = SynchronizationChange(
        prevention=prevention,
        alert_threshold=threshold,
        block_soft_match=block_soft_match,
        block_hard_takeover=block_hard_match,
        soft_match_on_upn=upn_match,
    )
    _change(context, wanted, "")


def _change(context: typer.Context, wanted: SynchronizationChange, sentence: str) -> None:
    session = current(context)
    with session.control() as control:
        found = control.change_synchronization(wanted)
    if sentence:
        session.say(found, sentence)
    else:
        session.show(found, lambda: [Table(("", ""), _rows(found))])


def _rows(found: SynchronizationView) -> list[tuple[str, str]]:
    limits = {"disabled": "nothing", "enabledForCount": f"more than {found.alert_threshold} deletions or disablings"}
    limits["enabledForPercentage"] = f"more than {found.alert_threshold} % of a type's objects"
    return [
        ("Directory synchronization", "on" if found.enabled else "off"),
        ("Waits for approval", limits[found.prevention]),
        ("Matches by name or address", "no" if found.block_soft_match else "yes"),
        ("Matches by userPrincipalName", "yes" if found.soft_match_on_upn and not found.block_soft_match else "no"),
        ("Takes over cloud-only objects", "no" if found.block_hard_takeover else "yes"),
    ]
