"""What a thousand connected agents cost a service: heartbeats every 30 s, WebSockets, and 200 calls a minute.

    python -m benchmarks.agents_crowd [AGENTS] [SECONDS]

The agents are simulated by one process; what is measured is the processor time of the service's own process.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import msgspec
from websockets.asyncio.client import connect

from ropeway.control.in_process import TENANT, open_database
from ropeway.model.wire.calls import Arguments, Call, from_bytes
from ropeway.model.wire.frames import DoneFrame
from ropeway.model.wire.parts import encoded, packed
from ropeway.model.wire.sessions import HEARTBEAT, PATH, Heartbeat
from ropeway.service.gateway.reading import Reader
from ropeway.store import agents, tokens
from ropeway.store.agents import AgentRow
from ropeway.store.database import Database
from tests.fixtures.gateway import a_service

DOMAINS = 100
CALLS_A_MINUTE = 200
ANSWER = packed(1, "guid", [encoded(DoneFrame())])


def serve() -> None:
    """A service alone, until standard input ends."""
    with a_service(sys.argv[2], Path(sys.argv[3])) as service:
        print(service.url, flush=True)
        sys.stdin.read()


def main() -> None:
    """Connect everybody, then measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    with tempfile.TemporaryDirectory(prefix="ropeway-bench-") as folder:
        url = f"sqlite:///{folder}/service.db"
        command = [sys.executable, "-m", "benchmarks.agents_crowd", "serve", url, folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            database = open_database(url)
            sessions = _agents(database, count)
            asyncio.run(_crowd(address, Path(folder) / "authority.pem", sessions, (process.pid, seconds, database)))
            database.close()
            process.communicate()


def _agents(database: Database, count: int) -> list[str]:
    """Registered agents, each with a session."""
    made, now = list[str](), time.time()
    for number in range(count):
        domain = f"domain{number % DOMAINS}.test"
        with database.write() as c:
            row = AgentRow(
                str(uuid4()), TENANT, f"vm{number}", domain, "", uuid4().hex, now + 9e6, None, "", "", "info", now, now
            )
            agents.add(c, row)
            token = tokens.issue(c, TENANT, "agent-session", row.subject, now=now, lifetime=3600)
        made.append(token.reveal())
    return made


async def _crowd(address: str, authority: Path, sessions: Sequence[str], measured: tuple[int, float, Database]) -> None:
    trust = ssl.create_default_context(cafile=authority)
    work = [asyncio.create_task(_agent(address, trust, token, n / len(sessions))) for n, token in enumerate(sessions)]
    process, seconds, database = measured
    await asyncio.sleep(HEARTBEAT + 10)
    for asks in (False, True):
        stop = threading.Event()
        asking = [threading.Thread(target=_ask, args=(database, n, stop)) for n in range(4 if asks else 0)]
        for thread in asking:
            thread.start()
        before, began = _used(process), time.monotonic()
        await asyncio.sleep(seconds)
        share = (_used(process) - before) / (time.monotonic() - began)
        stop.set()
        for thread in asking:
            await asyncio.to_thread(thread.join)
        what = f" and {CALLS_A_MINUTE} calls a minute" if asks else ""
        print(f"{len(sessions):,} agents{what}: {share * 100:.1f} % of one core", flush=True)
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


async def _agent(address: str, trust: ssl.SSLContext, token: str, share: float) -> None:
    """A WebSocket, a heartbeat every 30 s, and an answer to every call."""
    await asyncio.sleep(share * HEARTBEAT)
    host, port = address.removeprefix("https://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=trust)
    lock = asyncio.Lock()

    async def post(path: str, body: bytes) -> None:
        head = f"POST {PATH}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        async with lock:
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(int(x[15:]) for x in answer.lower().split(b"\r\n") if x.startswith(b"content-length:"))
            await reader.readexactly(length)
            assert answer.startswith(b"HTTP/1.1 20"), answer

    async def beat() -> None:
        while True:
            await post("/heartbeat", msgspec.json.encode(Heartbeat("1.0")))
            await asyncio.sleep(HEARTBEAT)

    headers = {"Authorization": f"Bearer {token}"}
    uri = f"wss://{host}:{port}{PATH}/channel?room=4"
    async with connect(uri, ssl=trust, additional_headers=headers, ping_interval=25, compression=None) as channel:
        beating = asyncio.create_task(beat())
        try:
            async for raw in channel:
                assert isinstance(raw, bytes)
                for message in from_bytes(raw):
                    if isinstance(message, Call):
                        await post(f"/calls/{message.number}/{message.attempt}/parts/1?last=true", ANSWER)
        finally:
            beating.cancel()


def _ask(database: Database, number: int, stop: threading.Event) -> None:
    """A quarter of the calls that are due."""
    every, turn = 60.0 / CALLS_A_MINUTE * 4, 0
    with closing(Reader(database, TENANT, "", 1)) as reader:
        while not stop.wait(every):
            turn += 1
            reader.domain = f"domain{(turn * 4 + number) % DOMAINS}.test"
            reader.guid = None
            list(reader.frames("read", Arguments()))


def _used(process: int) -> float:
    """Seconds of processor time (proc(5): utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    serve() if sys.argv[1:2] == ["serve"] else main()
