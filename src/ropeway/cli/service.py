"""`ropeway service`: what an administrator does with an installation as a whole."""

from __future__ import annotations

import typer

from ropeway.cli import service_operations

app = typer.Typer(help="The service: how it is, backup and restore of its state.", no_args_is_help=True)
service_operations.add_to(app)
