"""Answers HTTPS on a socket until it is asked to end; what is being answered then is answered."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import uvicorn
import uvloop
from starlette.types import ASGIApp

from ropeway.service.http.addresses import both
from ropeway.service.http.connection import Connection

GRACE = 20
"""Seconds that answers have to end once the service is asked to; what still waits then is cut off."""

HANDSHAKE_WITHIN = 20.0
"""Seconds for a TLS handshake."""

GOODBYE_WITHIN = 5.0
"""Seconds for a connection's last bytes and goodbye, before it is cut."""

IDLE = 75
"""Seconds that a connection may be idle between two requests."""

PING_EVERY = 60.0
"""Seconds between two signs of life on a WebSocket; agents send their own, as often as the way between needs it."""

MOST_CONNECTIONS = 20_000
"""Beyond, requests are answered with 503."""

LARGEST_MESSAGE = 1 << 20
"""Bytes of a WebSocket message from a client; agents send theirs by POST."""


class Certificate(Protocol):
    """What is shown to clients."""

    @property
    def context(self) -> ssl.SSLContext: ...

    def look(self) -> bool:
        """Called often: take up another one where that is due."""
        ...


@dataclass(frozen=True, slots=True)
class Serving:
    """What a server is made of."""

    app: ASGIApp
    certificate: Certificate
    proxies: Sequence[str]
    """Networks whose X-Forwarded-For is believed."""
    stop: Callable[[], bool]
    """Asked ten times a second."""
    stopping: Callable[[], object]
    """Called once when the end begins, so that long answers end."""


def serve(serving: Serving, listener: socket.socket, started: Callable[[], object]) -> None:
    """Answer until `serving.stop`; `started` is called when the first request would be answered."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        runner.run(_Server(_config(serving), serving, started).serve([listener]))


def _config(serving: Serving) -> uvicorn.Config:
    return uvicorn.Config(
        serving.app,
        http=Connection,
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_ping_interval=PING_EVERY,
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        proxy_headers=bool(serving.proxies),
        forwarded_allow_ips=[one for network in serving.proxies for one in both(network)],
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
        ssl_context_factory=lambda _config, _default: serving.certificate.context,
    )


class _Server(uvicorn.Server):
    """Asks whether to end, instead of taking over the process's signals; looks after its certificate."""

    def __init__(self, config: uvicorn.Config, serving: Serving, started: Callable[[], object]) -> None:
        super().__init__(config)
        self._serving, self._tell = serving, started

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()

    async def on_tick(self, counter: int) -> bool:
        """Here rather than in a thread: no handshake may begin between a new certificate and its key."""
        self._serving.certificate.look()
        if await super().on_tick(counter) or self._serving.stop():
            self._serving.stopping()
            return True
        return False


class _Loop(uvloop.Loop):
    """Gives up on handshakes and goodbyes sooner than asyncio."""

    async def create_server(self, *arguments: Any, **named: Any) -> asyncio.AbstractServer:  # pyright: ignore[reportIncompatibleMethodOverride] - handed on
        if named.get("ssl") is not None:
            named |= {"ssl_handshake_timeout": HANDSHAKE_WITHIN, "ssl_shutdown_timeout": GOODBYE_WITHIN}
        return await super().create_server(*arguments, **named)
