"""Who runs a job: this process, in words that another process can check."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:
        return "unknown"


def _started(pid: int) -> str | None:
    """When a process of this machine was started, in clock ticks since boot; None where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def this_process() -> str:
    """Machine, process, and what tells it from a later process of the same number."""
    pid = os.getpid()
    return f"{socket.gethostname()} process {pid} ({_boot()}-{_started(pid)})"


def is_dead(holder: str) -> bool:
    """Whether a holder was a process of this machine that runs no more."""
    host, _, rest = holder.partition(" process ")
    pid, _, mark = rest.partition(" ")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return mark != f"({_boot()}-{_started(int(pid))})"
