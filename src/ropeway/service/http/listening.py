"""The socket that a service listens on, and what is wrong with it in words."""

from __future__ import annotations

import errno
import socket

from ropeway.model.problems import Problem, RopewayError
from ropeway.service.settings import Place

BACKLOG = 2048
"""Connections that may wait to be accepted: a thousand agents come back at once after a restart."""

_CODES = {
    errno.EADDRINUSE: "address-in-use",
    errno.EADDRNOTAVAIL: "address-not-here",
    errno.EAFNOSUPPORT: "address-not-here",
    errno.EACCES: "address-not-allowed",
    errno.EPERM: "address-not-allowed",
}


def listen(place: Place) -> socket.socket:
    """A listening socket; RopewayError says why there is none. `[::]` and no host at all mean every address."""
    shown = f"{f'[{place.host}]' if ':' in place.host else place.host}:{place.port}"
    try:
        host = place.host or ("::" if socket.has_dualstack_ipv6() else "0.0.0.0")  # noqa: S104 - asked for
        found = socket.getaddrinfo(host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:  # socket.gaierror is one
        raise RopewayError(Problem("address-not-here", object=shown, details={"reason": _said(error)})) from None
    family, address = found[0][0], found[0][4]
    every = family == socket.AF_INET6 and address[0] == "::" and socket.has_dualstack_ipv6()
    try:
        listener = socket.create_server((address[0], place.port), family=family, backlog=BACKLOG, dualstack_ipv6=every)
    except OSError as error:
        code = _CODES.get(error.errno or 0, "address-not-here")
        raise RopewayError(Problem(code, object=shown, details={"reason": _said(error)})) from None
    # Inherited by every connection (tcp(7)); without it the end of an answer waits 40 ms for the client's kernel, and
    # asyncio sets it by itself only where the socket knows its protocol by number.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _said(error: OSError) -> str:
    """create_server repeats the address in its words."""
    return (error.strerror or str(error)).partition(" (while")[0].lower()
