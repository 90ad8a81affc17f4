"""Running Debian's Samba tools."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ropeway.lab.domain import Domain
from ropeway.model.problems import Problem, RopewayError, shown

DAEMON = Path("/usr/sbin/samba")
CONSISTENCY_CHECKER = Path("/usr/sbin/samba_kcc")
PYTHON = Path("/usr/bin/python3")
"""Debian's interpreter: Samba's Python modules exist for this one alone."""

SCRIPTS = Path(__file__).parent / "on_samba"
PROVISIONING_FILES = Path("/usr/share/samba/setup/ad-schema")
"""Of the package samba-ad-provision, which the others only recommend."""

ROOM = 4_000_000
"""Bytes: with less than this left on the disk, whatever failed is put down to that."""


def require() -> None:
    """RopewayError `lab-samba-missing` where no domain can be made, `lab-not-root` where it could not listen."""
    modules = Path("/usr/lib/python3/dist-packages/samba")
    missing = [str(p) for p in (DAEMON, modules, PROVISIONING_FILES) if not p.exists()]
    if missing:
        raise RopewayError(Problem("lab-samba-missing", details={"missing": ", ".join(missing)}))
    if os.geteuid() != 0:
        raise RopewayError(Problem("lab-not-root"))


def connect_to_others(domain: Domain) -> None:
    """Let a controller see at once who its replication partners are; by itself it looks every five minutes."""
    command = [CONSISTENCY_CHECKER, "-s", domain.smb_conf]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise failed(domain.files, "samba_kcc", done.stderr)


def tool(folder: Path, *commands: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run samba-tool commands, which write below a folder, one after the other; returns what they printed.

    Arguments go by standard input, so that a password among them is never seen in the list of processes.
    RopewayError `lab-samba-failed` holds the last error told, `lab-disk-full` where that is the cause.
    """
    return script(folder, "tool.py", lines=map(json.dumps, commands), environment=environment)


def script(
    folder: Path,
    name: str,
    *arguments: str,
    lines: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run one of the scripts of `on_samba`, which writes below a folder, to its end; lines go to its standard input."""
    done = subprocess.run(
        [PYTHON, "-I", SCRIPTS / name, *arguments],
        input="".join(f"{line}\n" for line in lines),
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise failed(folder, name, done.stderr or done.stdout)
    return done.stdout


def failed(folder: Path, name: str, output: str) -> RopewayError:
    """The error for a program that gave up, by the last error it told and by the room left where it wrote."""
    if shutil.disk_usage(folder).free < ROOM:
        return RopewayError(Problem("lab-disk-full", object=str(folder)))
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("ERROR")] or lines or ["nothing"]
    said = re.sub(r"^ERROR(\(.*?\))?: (uncaught exception - )?", "", told[-1])
    return RopewayError(Problem("lab-samba-failed", object=name, details={"said": shown(said)}))
