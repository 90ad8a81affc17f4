"""Starting, stopping and killing one controller, by process id alone."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from ropeway.lab import names, samba
from ropeway.lab.domain import Domain
from ropeway.model.problems import Problem, RopewayError, shown

PORTS = (389, 636, 88, 53, 135, 3268)
"""LDAP first: what a started controller listens on, as far as anyone here uses it."""

_DETACHED = 'exec 3<&0; log=$1; shift; setsid "$@" <&3 3<&- >>"$log" 2>&1 & echo $!'
"""Starts a command in a session of its own and prints its process id; a shell's background job has no standard input
unless it is handed over."""

_ROOT_DSE = bytes.fromhex("302502010163200400 0a01000a0100 020100 020100 010100 870b") + b"objectClass0\x00"
"""An LDAP search (RFC 4511 4.5.1) of base "", scope base, filter (objectClass=*), all attributes."""

_ENTRY = 0x64
"""The tag of a SearchResultEntry."""


def start(domain: Domain, *, lifeline: int | None = None, deadline: float = 60) -> int:
    """Start the controller and wait until LDAP answers a search and the other ports are open; its process id.

    `lifeline` is the reading end of a pipe: the controller stops when the last writing end is closed, which is when
    the process that made the pipe ends, however it ends. Without one it runs until `stop`. Repeating it is safe.
    """
    samba.require()
    running = process(domain)
    if running is None:
        require_free(domain.address)
        running = _launch(domain, lifeline)
    _wait_until_it_answers(domain, running, time.monotonic() + deadline)
    return running


def stop(domain: Domain, *, deadline: float = 20) -> None:
    """End the controller and every process of its session; what has not ended at the deadline is killed."""
    _end(domain, signal.SIGTERM, deadline)


def kill(domain: Domain) -> None:
    """SIGKILL to all its processes at once, as a power cut would; returns when they are gone."""
    _end(domain, signal.SIGKILL, 20)


def process(domain: Domain) -> int | None:
    """The process id of the running controller, or None."""
    try:
        leader, started = _pid_file(domain).read_text().split()
    except FileNotFoundError:
        return None
    now = _status(int(leader)).started
    reused = now not in ("", started)  # the number was given to another program since
    return int(leader) if _session(int(leader)) and not reused else None


def require_free(address: str) -> None:
    """RopewayError where LDAP's port cannot be had on an address: taken, forbidden, or not this machine's."""
    problems = {errno.EADDRINUSE: "lab-address-in-use", errno.EACCES: "lab-not-root"}
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, 389))
        except OSError as error:
            code = problems.get(error.errno or 0, "lab-address-unusable")
            raise RopewayError(Problem(code, object=address)) from None


def _pid_file(domain: Domain) -> Path:
    return domain.files / "controller.pid"


def _launch(domain: Domain, lifeline: int | None) -> int:
    command = [str(domain.log), str(samba.DAEMON), "-s", str(domain.smb_conf), "-i", "-M", "prefork"]
    done = subprocess.run(
        ["/bin/sh", "-c", _DETACHED, "sh", *command],
        stdin=subprocess.DEVNULL if lifeline is None else lifeline,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        cwd="/",
        env={**os.environ, **names.environment(domain)},
    )
    leader = int(done.stdout)
    _pid_file(domain).write_text(f"{leader} {_status(leader).started}")
    return leader


def _wait_until_it_answers(domain: Domain, leader: int, deadline: float) -> None:
    while not _answers(domain):
        if _status(leader).state in "ZX":  # on a busy machine it may not lead its session yet
            raise RopewayError(Problem("lab-samba-failed", object="samba", details={"said": _last_line(domain.log)}))
        if time.monotonic() > deadline:
            stop(domain)
            raise RopewayError(Problem("lab-no-answer", object=domain.address, details={"log": str(domain.log)}))
        time.sleep(0.02)


def _answers(domain: Domain) -> bool:
    try:
        for port in PORTS[1:]:
            socket.create_connection((domain.address, port), timeout=1).close()
        with socket.create_connection((domain.address, PORTS[0]), timeout=5) as ldap:
            ldap.sendall(_ROOT_DSE)
            return _ENTRY in ldap.recv(16)
    except OSError:
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return shown(lines[-1].strip() if lines else "")


def _end(domain: Domain, how: signal.Signals, seconds: float) -> None:
    leader = process(domain)
    if leader is not None:
        _signal_all(leader, how)
        deadline = time.monotonic() + seconds
        while _session(leader):
            if time.monotonic() > deadline:
                _signal_all(leader, signal.SIGKILL)
            time.sleep(0.01)
    _pid_file(domain).unlink(missing_ok=True)


def _signal_all(leader: int, how: signal.Signals) -> None:
    for pid in _session(leader):
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            continue


def _session(leader: int) -> list[int]:
    """The living processes of a session; one that has ended and waits to be collected is not living."""
    numbers = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return [n for n in numbers if (status := _status(n)).session == leader and status.state not in "ZX"]


class _Status(NamedTuple):
    """Some of /proc/PID/stat (proc(5)); state X and empty start time where there is no such process."""

    state: str
    session: int
    started: str


def _status(pid: int) -> _Status:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return _Status("X", 0, "")
    return _Status(fields[0], int(fields[3]), fields[19])
