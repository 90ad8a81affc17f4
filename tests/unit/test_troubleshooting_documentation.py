"""Every command of the page about troubleshooting can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from ropeway.cli.arguments import global_options_first
from ropeway.cli.main import app

PAGE = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text()
COMMANDS = sorted(set(re.findall(r"`(?:sudo -u \S+ )?ropeway ([^`]+)`", PAGE)))


@pytest.mark.parametrize("typed", COMMANDS)
def test_a_command_of_the_page_can_be_typed(typed: str) -> None:
    words = [word for word in shlex.split(typed) if word != "--help"]
    command: Any = get_command(app)
    context, rest = None, global_options_first(words)
    while True:
        context = command.make_context(command.name, list(rest), parent=context)
        rest = [*context._protected_args, *context.args] if hasattr(command, "list_commands") else []
        if not rest:
            return
        _, command, rest = command.resolve_command(context, rest)
