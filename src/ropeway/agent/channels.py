"""Calls come down: by WebSocket, or by one long poll after the other. Both are an iterator of messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from urllib.parse import quote

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ropeway.agent.failures import Failure, told
from ropeway.agent.service import ProxyWay
from ropeway.agent.sessions import Line
from ropeway.agent.ways import Idleness
from ropeway.model.problems import RopewayError
from ropeway.model.wire.calls import MOST_BYTES, Message, from_bytes
from ropeway.model.wire.sessions import PATH

LOOK = 0.5
"""Seconds between two looks whether the agent is to end."""
OPENING = 20.0
ANSWER = 10.0
"""Seconds for the answer to a ping."""


def by_websocket(line: Line, room: int, idleness: Idleness, ending: threading.Event) -> Iterator[list[Message]]:
    """Messages until the line breaks, which is no error; RopewayError where it cannot be opened."""
    with _connected(line, room, idleness) as connection:
        yield []
        while not ending.is_set():
            try:
                raw = connection.recv(timeout=LOOK)
            except TimeoutError:
                continue
            except ConnectionClosed:
                return
            yield _messages(raw, line)


def by_poll(line: Line, room: int, idleness: Idleness, ending: threading.Event) -> Iterator[list[Message]]:
    """Messages poll by poll; RopewayError where one fails."""
    while not ending.is_set():
        seconds = int(idleness.seconds)
        began = time.monotonic()
        query = {"room": str(room), "wait": str(seconds)}
        try:
            raw = line.send("GET", "/poll", query=query, hold=seconds)
        except RopewayError:
            if time.monotonic() - began > 1.0:
                idleness.was_cut()
            raise
        yield _messages(raw, line)


def _connected(line: Line, room: int, idleness: Idleness) -> ClientConnection:
    service = line.service
    token, place = line.token(), service.address
    address = f"wss://{place.removeprefix('https://')}{PATH}/channel?room={room}"
    try:
        return connect(
            address,
            ssl=service.trust,
            additional_headers={"Authorization": f"Bearer {token.reveal()}"},
            proxy=_with_password(service.proxy),
            compression=None,
            open_timeout=OPENING,
            ping_interval=idleness.seconds,
            ping_timeout=ANSWER,
            close_timeout=2.0,
            max_size=MOST_BYTES,
            user_agent_header="ropeway-agent",
            legacy=True,
        )
    except InvalidStatus as error:
        problem = service.told(error.response.status_code, bytes(error.response.body), place)
        if line.is_over(problem):
            line.over()
        raise problem from None
    except Failure as error:
        raise service.failed(error, place) from None


def _with_password(way: ProxyWay | None) -> str | None:
    """A proxy's address as websockets wants it; it is shown to nobody."""
    if way is None or way.password is None:
        return way.url if way else None
    scheme, _, rest = way.url.partition("://")
    return f"{scheme}://{quote(way.user or '', safe='')}:{quote(way.password.reveal(), safe='')}@{rest}"


def _messages(raw: str | bytes, line: Line) -> list[Message]:
    try:
        return from_bytes(raw if isinstance(raw, bytes) else raw.encode())
    except ValueError:
        raise told(200, b"", line.service.address) from None
