"""An agent that knows several processes of its service: what fails at one is tried at the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ropeway.agent.registering import register
from ropeway.agent.service import Service as Connection
from ropeway.agent.sessions import Line
from ropeway.agent.settings import checked
from ropeway.model.problems import RopewayError
from ropeway.model.wire.sessions import Heartbeat, Pulse
from tests.crash.large_form import free_port
from tests.fixtures.gateway import Service, a_service

BEAT = Heartbeat("1.0")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path) as service:
        document = {"service": service.url, "ca_file": str(service.authority)}
        register(tmp_path / "agent", service.token(), document)
        yield service


@pytest.mark.parametrize(
    ("place", "problem"), [("127.0.0.1", "agent-service-unreachable"), ("localhost", "agent-other-address")]
)
def test_an_agent_goes_on_at_the_next_service(service: Service, tmp_path: Path, place: str, problem: str) -> None:
    """The first is dead, or does not know itself by that address."""
    port = free_port() if place == "127.0.0.1" else service.url.rpartition(":")[2]
    first = f"https://{place}:{port}"
    document = {"service": first, "services": [service.url], "ca_file": str(service.authority)}
    with closing(Connection(checked(document))) as connection:
        line = Line(tmp_path / "agent", connection)
        with pytest.raises(RopewayError, match=problem):
            line.post("/heartbeat", BEAT, Pulse)
        line.post("/heartbeat", BEAT, Pulse)
        assert connection.address == service.url
