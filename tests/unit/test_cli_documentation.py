"""The documentation of the command line says what the command line says."""

from __future__ import annotations

from pathlib import Path

import pytest

from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.cli.reference import reference

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_commands_is_current() -> None:
    assert (DOCS / "commands.md").read_text() == reference(), "run scripts/write-commands"


def test_every_exit_code_is_documented() -> None:
    page = reference()
    assert all(f"| {int(code)} |" in page for code in Code)


def test_every_command_of_the_issue_has_a_heading() -> None:
    page = reference()
    for command in (
        *(
            f"job {c}"
            for c in ["create", "list", "show", "run", "plan", "holds", "approve", "pause", "resume", "delete"]
        ),
        *("run", "log", "explain", "lab", "version"),
        *(f"directory users {c}" for c in ["list", "show", "create", "update", "delete", "restore"]),
        *(f"directory domains {c}" for c in ["list", "add", "verify"]),
    ):
        assert f" ropeway {command}\n" in page


@pytest.mark.parametrize(
    "command", ["up", "run", "service", "login", "agent", "job", "job watch", "service status", "login list"]
)
def test_help_looks_the_same_everywhere(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No frames, which a screen reader spells out and a narrow terminal breaks."""
    assert main([*command.split(), "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: ropeway {command} ")


def test_no_option_takes_a_password() -> None:
    options = [line.split("`")[1].split()[0] for line in reference().splitlines() if line.startswith("| `--")]
    assert list(dict.fromkeys(option for option in options if "passw" in option)) == [
        "--password-file",
        "--allow-plaintext-password",
        "--proxy-password-file",
    ]
