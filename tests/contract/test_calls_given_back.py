"""Calls that agents give back, where an agent's words and its channel are at different processes of the service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ropeway.agent import identity
from ropeway.agent.registering import register
from ropeway.agent.service import Service as Connection
from ropeway.agent.sessions import Line
from ropeway.agent.settings import checked
from ropeway.control.in_process import TENANT
from ropeway.model.wire.calls import Call, from_bytes
from ropeway.model.wire.sessions import Heartbeat, Pulse
from ropeway.service.gateway import channels
from ropeway.store import calls
from ropeway.store.calls import Order
from tests.fixtures.gateway import Service, a_service

DOMAIN = "contoso.test"


class Office:
    """Two services on one state, and agents that speak by hand."""

    def __init__(self, url: str, folder: Path, ending: ExitStack) -> None:
        self._folder, self._ending = folder, ending
        self.one, self.two = (self._service(url, name) for name in ("one", "two"))

    def _service(self, url: str, name: str) -> Service:
        (self._folder / name).mkdir()
        return self._ending.enter_context(a_service(url, self._folder / name))

    def agent(self, name: str) -> None:
        """One more of the domain, which was heard of just now."""
        register(self._folder / name, self.one.token(), self._said(self.one))
        self.line(name, self.one).post("/heartbeat", Heartbeat("1.0"), Pulse)

    def line(self, agent: str, service: Service) -> Line:
        """An agent that talks to a service."""
        connection = Connection(checked(self._said(service)))
        self._ending.callback(connection.close)
        return Line(self._folder / agent, connection)

    def ask(self) -> None:
        """A call for the domain."""
        with self.one.database.write() as c:
            calls.ask(c, Order(TENANT, DOMAIN, 1, "describe", b""), time.time())

    def _said(self, service: Service) -> dict[str, str]:
        return {"service": service.url, "ca_file": str(service.authority)}

    def id_of(self, name: str) -> str:
        return identity.load(self._folder / name).agent


def polled(line: Line, seconds: int) -> Call | None:
    """The call that comes within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        messages = from_bytes(line.send("GET", "/poll", query={"wait": "1"}, hold=1))
        if found := next((message for message in messages if isinstance(message, Call)), None):
            return found
    return None


def give_back(line: Line, call: Call) -> None:
    line.send("POST", f"/calls/{call.number}/{call.attempt}/back")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as ending:
        yield Office(database_url, tmp_path, ending)


def test_a_call_that_is_given_back_is_for_an_agent_at_another_service(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "LEFT_FOR", 30.0)
    for name in ("sick", "well"):
        office.agent(name)
    here, there, well = (
        office.line(name, at) for name, at in (("sick", office.one), ("sick", office.two), ("well", office.two))
    )
    office.ask()
    call = polled(here, 20)
    assert call is not None
    give_back(there, call)
    assert polled(here, 1) is None, "it said that it cannot"
    again = polled(well, 20)
    assert again is not None
    assert (again.number, again.attempt) == (call.number, 2)


def test_a_call_that_nobody_else_takes_is_for_the_agent_that_gave_it_back(office: Office) -> None:
    for name in ("sick", "busy"):
        office.agent(name)
    here, there = office.line("sick", office.one), office.line("sick", office.two)
    office.ask()
    call = polled(here, 20)
    assert call is not None
    give_back(there, call)
    again = polled(here, 20)
    assert again is not None
    assert again.attempt == 2


def test_an_agent_that_is_alone_gets_what_it_gave_back_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "LEFT_FOR", 30.0)
    office.agent("sick")
    here, there = office.line("sick", office.one), office.line("sick", office.two)
    office.ask()
    call = polled(here, 20)
    assert call is not None
    give_back(there, call)
    again = polled(here, 20)
    assert again is not None
    assert again.attempt == 2
