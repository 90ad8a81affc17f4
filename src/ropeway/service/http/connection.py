"""One connection of a client, with bounds on what uvicorn leaves without: its head's size, and its patience."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD = 32 * 1024
"""Bytes of a request's line and headers."""

HEADERS = 100
"""Headers of a request."""

HEAD_WITHIN = 20.0
"""Seconds that a client has for line and headers, from the connection or from the first byte of a further request."""


class TooLarge(ValueError):  # noqa: N818 - an answer
    """The head of a request is larger than anybody needs."""


class Connection(HttpToolsProtocol):
    """Ends with 400 what does not keep the bounds; a body's are kept by `bounds.py`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head = 0
        self._reading_head = True
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn's
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._come()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A head may come in many pieces, and its last one may hold body already: that much grace is harmless."""
        before = self._head
        super().data_received(data)
        if self._reading_head:
            self._head = before + len(data)
            if self._head > HEAD and not self.transport.is_closing():
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        self._head, self._reading_head = 0, True
        self._wait()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)
        if len(self.headers) > HEADERS:
            raise TooLarge

    def on_headers_complete(self) -> None:
        self._head, self._reading_head = 0, False
        self._come()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Who still sends a body whose answer has been there for a while (`bounds.LINGER`) is not listened to."""
        super().on_response_complete()
        if self.transport.is_closing() and self.cycle.more_body:
            self.transport.abort()

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > HEAD:
            raise TooLarge

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def _come(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
