"""What the benchmark runs on."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime

from ropeway.lab import samba


def facts() -> list[str]:
    """Sentences about this machine, this moment and the programs under test."""
    cpus = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"{cpus} CPUs ({platform.machine()}), {memory:.0f} GB, Linux {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Samba {_samba()}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load average at the start {load():.1f}",
    ]


def load() -> float:
    """Load average of the last minute."""
    return os.getloadavg()[0]


def _samba() -> str:
    try:
        said = subprocess.run([samba.DAEMON, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "not installed"
    return said.strip().removeprefix("Version ")
