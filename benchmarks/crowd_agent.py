"""An agent of the crowd: a WebSocket, a heartbeat every 30 s, and the answer of a small file to every call."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import connect

from ropeway.agent.answering import answer
from ropeway.connectors.ldif import open_source
from ropeway.model.wire.calls import Arguments, Call, from_bytes
from ropeway.model.wire.parts import encoded, packed
from ropeway.model.wire.sessions import HEARTBEAT, PATH, Heartbeat

PATIENCE = 60.0
"""Seconds for a connection: a thousand begin at once, and a busy machine is no failure."""


@dataclass(slots=True)
class Place:
    """Where all of them are: the service, and the file that stands for every domain."""

    url: str
    trust: ssl.SSLContext
    file: Path
    answers: dict[tuple[str, bool], bytes] = field(default_factory=dict)
    """By method, and whether it goes on from a watermark: everybody says the same."""

    def said(self, call: Call) -> bytes:
        """A whole answer in one part."""
        arguments = msgspec.msgpack.decode(call.arguments, type=Arguments)
        key = (call.method, arguments.watermark is not None)
        if key not in self.answers:
            source = open_source({"path": str(self.file)})
            frames = [encoded(frame) for frame in answer(source, call.method, arguments)]
            self.answers[key] = packed(1, source.describe().id, frames)
        return self.answers[key]


class CrowdAgent:
    """One of them."""

    def __init__(self, place: Place, token: str) -> None:
        self._place, self._token = place, token
        self._host, self._port = urlsplit(place.url).hostname or "", urlsplit(place.url).port
        self._lock = asyncio.Lock()

    async def live(self, share: float) -> None:
        """From a moment of its own on, until it is cancelled."""
        await asyncio.sleep(share * HEARTBEAT)
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, ssl=self._place.trust)
        uri = f"wss://{self._host}:{self._port}{PATH}/channel?room=4"
        headers = {"Authorization": f"Bearer {self._token}"}
        known: dict[str, Any] = {"ssl": self._place.trust, "additional_headers": headers, "open_timeout": PATIENCE}
        async with connect(uri, **known, ping_interval=25, compression=None) as channel:
            beating = asyncio.create_task(self._beat())
            try:
                async for raw in channel:
                    assert isinstance(raw, bytes)
                    for message in from_bytes(raw):
                        if isinstance(message, Call):
                            path = f"/calls/{message.number}/{message.attempt}/parts/1?last=true"
                            await self._post(path, self._place.said(message))
            finally:
                beating.cancel()

    async def _beat(self) -> None:
        while True:
            await self._post("/heartbeat", msgspec.json.encode(Heartbeat("1.0")))
            await asyncio.sleep(HEARTBEAT)

    async def _post(self, path: str, body: bytes) -> None:
        head = f"POST {PATH}{path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {self._token}\r\n"
        async with self._lock:
            self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            said = await self._reader.readuntil(b"\r\n\r\n")
            length = next(int(x[15:]) for x in said.lower().split(b"\r\n") if x.startswith(b"content-length:"))
            await self._reader.readexactly(length)
            if not said.startswith(b"HTTP/1.1 20"):
                raise RuntimeError(f"the service said {said[:60]!r}")
