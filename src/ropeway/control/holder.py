"""Who runs a job: one run of this process, in words that another process can check."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

PROC = Path("/proc")

ENDED = frozenset("ZXx")
"""States of a process that is listed and runs no more: zombie, dead."""

UNKNOWN = "unknown"
"""What a sandbox hides (systemd's ProtectProc and ProcSubset); it tells nobody apart."""


def _boot() -> str:
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:
        return UNKNOWN


def _started(pid: int) -> str:
    """When a process of this machine was started, in clock ticks since boot; empty where none runs (proc(5)).

    One that was killed is listed until its parent asks for its exit code: it runs no more.
    """
    try:
        state, *others = (PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if state in ENDED else others[18]
    except (OSError, ValueError, IndexError):
        return UNKNOWN if _is_there(pid) else ""


def _is_there(pid: int) -> bool:
    """Whether a process has this number, be it somebody else's (kill(2), signal 0)."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


_runs = count(1)
_alive: set[str] = set()


@contextmanager
def a_run() -> Generator[str, None, None]:
    """Machine, process, what tells it from a later process of the same number, and which of its runs this is."""
    pid = os.getpid()
    name = f"{socket.gethostname()} process {pid} ({_boot()}-{_started(pid)}) run {next(_runs)}"
    _alive.add(name)
    try:
        yield name
    finally:
        _alive.discard(name)


def is_dead(holder: str) -> bool:
    """Whether a holder was a run of this machine that is over: of a process that is gone, or of this one.

    Of two processes one may not see all that the other sees: what is unknown to either proves nothing.
    """
    host, _, rest = holder.partition(" process ")
    pid, _, mark = rest.partition(" ")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return holder not in _alive
    boot, _, started = mark.partition(" ")[0].strip("()").partition("-")
    now = _started(int(pid))
    return not now or any(a != b and UNKNOWN not in (a, b) for a, b in ((boot, _boot()), (started, now)))


def user_here() -> str:
    """Who types, in words: `root on dc-cloud-1`."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"user {os.getuid()}"
    return f"{name} on {socket.gethostname()}"
