"""`ropeway service`: what an administrator does about the running service."""

from __future__ import annotations

import typer

from ropeway.cli.service_migrate import migrate

app = typer.Typer(help="The running service: its state.", no_args_is_help=True)
app.command("migrate")(migrate)
