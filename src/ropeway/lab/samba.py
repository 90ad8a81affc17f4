"""Running Debian's Samba tools."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ropeway.model.problems import Problem, RopewayError, shown

DAEMON = Path("/usr/sbin/samba")
PYTHON = Path("/usr/bin/python3")
"""Debian's interpreter: Samba's Python modules exist for this one alone."""

SCRIPTS = Path(__file__).parent / "on_samba"
PROVISIONING_FILES = Path("/usr/share/samba/setup/ad-schema")
"""Of the package samba-ad-provision, which the others only recommend."""


def require() -> None:
    """RopewayError `lab-samba-missing` where no domain can be made, `lab-not-root` where it could not listen."""
    modules = Path("/usr/lib/python3/dist-packages/samba")
    missing = [str(p) for p in (DAEMON, modules, PROVISIONING_FILES) if not p.exists()]
    if missing:
        raise RopewayError(Problem("lab-samba-missing", details={"missing": ", ".join(missing)}))
    if os.geteuid() != 0:
        raise RopewayError(Problem("lab-not-root"))


def tool(*commands: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run samba-tool commands one after the other in one process; returns what they printed.

    Arguments go by standard input, so that a password among them is never seen in the list of processes.
    RopewayError `lab-samba-failed` names the command's first two words and its last line.
    """
    return script("tool.py", (json.dumps(command) for command in commands), environment=environment)


def script(name: str, lines: Iterable[str], *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run one of the scripts of `on_samba` to its end with lines on standard input."""
    done = subprocess.run(
        [PYTHON, "-I", SCRIPTS / name, *arguments],
        input="".join(line + "\n" for line in lines),
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise failed(name, done.stderr or done.stdout)
    return done.stdout


def failed(name: str, output: str) -> RopewayError:
    """The error for a Samba program that gave up, by the last error it told."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if any("No space left" in line or "MDB_MAP_FULL" in line for line in lines):
        return RopewayError(Problem("lab-disk-full"))
    told = [line for line in lines if line.startswith("ERROR")] or lines or ["nothing"]
    return RopewayError(Problem("lab-samba-failed", object=name, details={"said": shown(told[-1])}))
