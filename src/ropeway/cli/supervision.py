"""What whoever started a process is told of it, as systemd's Type=notify has it."""

from __future__ import annotations

import socket
from contextlib import suppress

from ropeway.cli.environment import notify_socket


def tell_ready() -> None:
    """That this process answers from now on (sd_notify(3)); nobody waits for it where nobody asked."""
    if place := notify_socket():
        address = "\0" + place[1:] if place.startswith("@") else place
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
            datagrams.sendto(b"READY=1", address)
