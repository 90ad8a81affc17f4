"""Closing a connection whose client still sends: in stages, so that it gets its answer to the end (RFC 9112 9.6).

A close with bytes unread is a reset, and a reset takes away what the client's kernel did not get or hand on yet.
"""

from __future__ import annotations

import asyncio
import fcntl
import struct
import termios

LINGER, LINGER_BYTES = 2.0, 32 << 20
"""Seconds and bytes for which the rest of a body is taken and dropped once its answer is out."""

TAKEN_WITHIN = 60.0
"""Seconds that a slow client has to take what is left of its answer."""

LOOK_EVERY = 0.25


class Lingering:
    """One connection after its last answer: ends when the body does, else when answer and patience are through."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._began = loop.time()
        self._dropped = 0
        self._next = loop.call_later(LINGER, self._look)

    def drop(self, size: int) -> None:
        """So many bytes came that nobody reads; after too many the client's kernel has to keep them."""
        self._dropped += size
        if self._dropped > LINGER_BYTES and not self._transport.is_closing():
            self._transport.pause_reading()

    def end(self) -> None:
        """Nothing more is to come: an ordinary close hands over what is left."""
        self._next.cancel()
        self._transport.close()

    def _look(self) -> None:
        if untaken(self._transport) and self._loop.time() < self._began + TAKEN_WITHIN:
            self._next = self._loop.call_later(LOOK_EVERY, self._look)
        else:
            self._transport.abort()


def untaken(transport: asyncio.Transport) -> int:
    """Bytes that were written and that the client's kernel has not acknowledged (SIOCOUTQ, tcp(7))."""
    waiting = transport.get_write_buffer_size()
    socket = transport.get_extra_info("socket")
    try:
        (queued,) = struct.unpack("i", fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, bytes(4)))
    except OSError:  # closed by now
        return waiting
    return waiting + queued
