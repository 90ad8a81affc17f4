"""One connection of a client, with bounds on what uvicorn leaves without: its head's size, and its patience."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ropeway.service.http.lingering import Lingering

HEAD = 32 * 1024
"""Bytes of a request's line and headers."""

HEADERS = 100
"""Headers of a request."""

HEAD_WITHIN = 20.0
"""Seconds that a client has for line and headers, from the connection or from the first byte of a further request."""


LINGER = "ropeway.linger"
"""Where in a request's scope stands what to call before the end of an answer whose request's body was not read."""


class TooLarge(ValueError):  # noqa: N818 - an answer
    """The head of a request is larger than anybody needs."""


class Connection(HttpToolsProtocol):
    """Ends with 400 what does not keep the bounds; a body's are kept by `bounds.py`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head = 0
        self._reading_head = True
        self._patience: asyncio.TimerHandle | None = None
        self._is_last = False
        self._lingering: Lingering | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn's
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._come()
        if self._lingering is not None:
            self._lingering.end()
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
        if self._lingering is None:
            super().on_headers_complete()
            cast(dict[str, Any], self.scope)[LINGER] = partial(self._end_with, self.cycle)

    def on_body(self, body: bytes) -> None:
        if self._lingering is None:
            super().on_body(body)
        else:
            self._lingering.drop(len(body))

    def on_message_complete(self) -> None:
        if self._lingering is None:
            super().on_message_complete()
        else:
            self._lingering.end()

    def on_response_complete(self) -> None:
        """An answer to a body that was not read to its end is the connection's last."""
        if not self._is_last:
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self._lingering = Lingering(self.transport, self.loop)
        self.flow.resume_reading()
        if not self.cycle.more_body:
            self._lingering.end()

    def send_400_response(self, msg: str) -> None:
        if self._lingering is None:
            super().send_400_response(msg)
        else:
            self._lingering.end()

    def _end_with(self, cycle: RequestResponseCycle) -> None:
        """The next message ends the last answer; uvicorn would close at once, and lose what the client did not take."""
        cycle.keep_alive = self._is_last = True

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
