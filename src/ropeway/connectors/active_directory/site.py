"""Which site of the forest this machine is in: whoever of some controllers answers an LDAP ping first says so."""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from ropeway.connectors.active_directory.netlogon import Netlogon, answer, question

PORT = 389
PATIENCE = 1.0
"""Seconds for all controllers together; a firewall that swallows the question costs no more than this."""
ASKED = 5
"""Controllers asked at once, at most."""
LOOKS = 100
"""Datagrams looked at, at most, whoever sends them."""
LARGEST = 65_535

Address = tuple[str, int]


def client_site(addresses: Sequence[str], domain: str, *, port: int = PORT, patience: float = PATIENCE) -> str:
    """The site's name; empty where the forest has no subnet for this machine, or nobody answers in time."""
    number = secrets.randbelow(2**31 - 1) + 1
    asked = [(address, port) for address in addresses[:ASKED]]
    with ExitStack() as opened:
        ears = {opened.enter_context(ear) for ear in _ask(asked, question(number, domain))}
        for told in _answers(ears, {*asked}, number, time.monotonic() + patience):
            if told.domain.lower() == domain.lower():
                return told.client_site
    return ""


def _ask(addresses: Sequence[Address], datagram: bytes) -> Iterator[socket.socket]:
    """The question sent to everybody; the sockets at which they answer, one for each family of addresses."""
    for family in (socket.AF_INET, socket.AF_INET6):
        mine = [at for at in addresses if (":" in at[0]) == (family == socket.AF_INET6)]
        if not mine:
            continue
        with contextlib.suppress(OSError):
            ear = socket.socket(family, socket.SOCK_DGRAM)
            ear.setblocking(False)
            for at in mine:
                with contextlib.suppress(OSError):
                    ear.sendto(datagram, at)
            yield ear


def _answers(ears: set[socket.socket], asked: set[Address], number: int, until: float) -> Iterator[Netlogon]:
    """Answers of those who were asked, as they come; anything else that arrives is left aside."""
    for _ in range(LOOKS):
        left = until - time.monotonic()
        ready = select.select([*ears], [], [], left)[0] if ears and left > 0 else []
        if not ready:
            return
        with contextlib.suppress(OSError, ValueError):
            datagram, sender = ready[0].recvfrom(LARGEST)
            told = answer(datagram, number) if (sender[0], sender[1]) in asked else None
            if told is not None:
                yield told
