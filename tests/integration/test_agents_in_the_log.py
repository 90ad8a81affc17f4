"""What agents ask is in the service's log with the ids of agent and call, however it comes."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ropeway.agent.channels import by_websocket
from ropeway.agent.registering import register
from ropeway.agent.service import Service as Connection
from ropeway.agent.sessions import Line
from ropeway.agent.settings import checked
from ropeway.agent.ways import Idleness
from ropeway.model.problems import RopewayError
from ropeway.telemetry import logs
from tests.fixtures.gateway import a_service, wait_until


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path) as service:
        document = {"service": service.url, "ca_file": str(service.authority)}
        register(tmp_path / "agent", service.token(), document)
        connection = Connection(checked(document))
        yield Line(tmp_path / "agent", connection)
        connection.close()


@pytest.fixture
def log(line: Line) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level, stream = root.handlers[:], root.level, io.StringIO()
    logs.configure("json", stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def told(log: io.StringIO, route: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in lines if line.get("route") == route]


def test_a_part_of_an_answer_is_told_with_its_call_and_its_agent(line: Line, log: io.StringIO) -> None:
    agent = line.session().agent
    with pytest.raises(RopewayError, match="call-gone"):
        line.send("POST", "/calls/7/1/parts/1", b"")
    wait_until(lambda: told(log, "/calls/{number}/{attempt}/parts/{seq}"), "the request is told")
    (request,) = told(log, "/calls/{number}/{attempt}/parts/{seq}")
    assert (request["call"], request["agent"]) == (7, agent)


def test_a_channel_is_told_with_its_request_and_its_agent(line: Line, log: io.StringIO) -> None:
    agent, ending = line.session().agent, threading.Event()
    for _ in by_websocket(line, 1, Idleness(), ending):
        ending.set()
    wait_until(lambda: told(log, "/channel"), "the channel is told")
    (channel,) = told(log, "/channel")
    assert (channel["status"], channel["agent"], bool(channel["request"])) == (101, agent, True)
