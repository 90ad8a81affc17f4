"""Agents behind proxies of every temper."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ropeway.agent.channels import OPENING
from ropeway.agent.outgoing import Outgoing
from ropeway.agent.registering import register
from ropeway.agent.service import Service as Connection
from ropeway.agent.sessions import Line
from ropeway.agent.settings import checked
from ropeway.agent.ways import FAILURES
from ropeway.lab.domain import Domain
from ropeway.model.problems import RopewayError
from ropeway.model.wire.calls import Call
from ropeway.model.wire.parts import ENOUGH
from ropeway.store import calls
from ropeway.store.calls import Order
from ropeway.store.service_tables import answer
from tests.fixtures.certificates import Served, served
from tests.fixtures.gateway import Beside, Service, a_service, an_agent, running, wait_until
from tests.fixtures.proxy import Proxy, a_proxy
from tests.integration.active_directory_office import WANTED, read_all


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path) as service:
        yield service


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with a_proxy() as proxy:
        yield proxy


@pytest.fixture
def strangers(tmp_path: Path) -> Served:
    """A certificate of an authority that agents have no reason to trust."""
    (tmp_path / "stranger").mkdir()
    return served(tmp_path / "stranger", authority_name="Authority of a proxy")


def registering(service: Service, proxy: Proxy, folder: Path, **more: str) -> None:
    document = {"service": service.url, "ca_file": str(service.authority), "proxy": {"url": proxy.url, **more}}
    register(folder / "agent", service.token(), document)


def refused(code: str):
    return pytest.raises(RopewayError, match=f"\\({code}\\)")


def password(folder: Path, text: str) -> str:
    file = folder / "proxy-password"
    file.touch(mode=0o600)
    file.write_text(text)
    return str(file)


def test_a_proxy_that_wants_a_name_says_so(service: Service, proxy: Proxy, tmp_path: Path) -> None:
    proxy.login = ("ropeway", "Zürich 1")
    with refused("agent-proxy-credentials"):
        registering(service, proxy, tmp_path)
    with refused("agent-proxy-credentials") as wrong:
        registering(service, proxy, tmp_path, user="ropeway", password_file=password(tmp_path, "Zurich 2"))
    assert "Zurich 2" not in str(wrong.value)
    assert not service.control.agents()


def test_a_proxy_that_refuses_says_so(service: Service, proxy: Proxy, tmp_path: Path) -> None:
    proxy.refuses = True
    with refused("agent-proxy-refused") as error:
        registering(service, proxy, tmp_path)
    assert "403" in str(error.value)


def test_a_proxy_that_is_not_there_is_named(service: Service, tmp_path: Path) -> None:
    with refused("agent-proxy-unreachable"):
        registering(service, Proxy(1), tmp_path)


def test_a_proxy_with_a_certificate_of_its_own_hears_nothing(
    service: Service, proxy: Proxy, strangers: Served, tmp_path: Path
) -> None:
    proxy.opens_tls = strangers
    with refused("agent-service-not-trusted"):
        registering(service, proxy, tmp_path)
    proxy.opens_tls = None
    registering(service, proxy, tmp_path)


@pytest.fixture
def beside(service: Service, contoso: Domain, proxy: Proxy, tmp_path: Path) -> Beside:
    """An agent that reaches the service through the proxy, with a name and a password."""
    proxy.login = ("ropeway", "a:b@c/Zürich")
    way = {"url": proxy.url, "user": "ropeway", "password_file": password(tmp_path, "a:b@c/Zürich")}
    return an_agent(service, tmp_path / "agent", contoso, proxy=way)


@pytest.mark.samba
def test_a_domain_is_read_through_a_proxy_that_wants_a_name(service: Service, beside: Beside, proxy: Proxy) -> None:
    with running(beside), closing(service.source()) as source:
        found, _ = read_all(source, WANTED)
    assert len(found) > 60
    assert proxy.connects >= 3
    assert "Zürich" not in beside.log()


@pytest.mark.samba
def test_a_proxy_that_drops_what_is_idle_costs_nothing_but_more_signs_of_life(
    service: Service, beside: Beside, proxy: Proxy
) -> None:
    proxy.idle = 6.0
    with running(beside), closing(service.source()) as source:
        wait_until(lambda: "idle for at most 3 s" in beside.log(), "it learns", 60)
        wait_until(beside.is_active, "it is back")
        assert len(read_all(source, WANTED)[0]) > 60


@pytest.mark.samba
def test_a_proxy_that_drops_what_is_idle_for_two_seconds_drops_nothing_any_more(
    service: Service, contoso: Domain, proxy: Proxy, tmp_path: Path
) -> None:
    agent = an_agent(service, tmp_path / "agent", contoso, proxy={"url": proxy.url})
    proxy.idle = 2.0
    with running(agent), closing(service.source()) as source:
        wait_until(lambda: "by poll, idle for at most 2 s" in agent.log(), "it learns", 60)
        wait_until(agent.is_active, "it is back")
        cuts = agent.log().count("agent-service-unreachable")
        until = time.monotonic() + 5 * proxy.idle
        while time.monotonic() < until:
            assert len(read_all(source, WANTED)[0]) > 60
        assert agent.log().count("agent-service-unreachable") == cuts


def test_an_answer_is_held_back_for_no_longer_than_a_line_may_be_idle(
    service: Service, proxy: Proxy, tmp_path: Path
) -> None:
    document = {"service": service.url, "ca_file": str(service.authority), "proxy": {"url": proxy.url}}
    made = register(tmp_path / "agent", service.token(), document)
    with service.database.write() as c:
        number = calls.ask(c, Order(1, made.domain, 1, "read", b""), service.clock())
        calls.take(c, number, made.agent, service.clock())
    with closing(Connection(checked(document))) as connection:
        line = Line(tmp_path / "agent", connection)
        line.idleness.seconds, proxy.idle = 2.0, 3.0
        outgoing = Outgoing(line, Call(number, 1, made.domain, "read", b"", ""), threading.Event())
        for _ in range(calls.WINDOW + 1):
            outgoing.add(os.urandom(ENOUGH), "")
        wait_until(lambda: parts(service) == calls.WINDOW, "nobody reads, and the agent is as far ahead as it may be")
        dropped = proxy.dropped
        time.sleep(3 * proxy.idle)  # that nothing is dropped shows only where the time has passed
        assert (proxy.dropped, parts(service)) == (dropped, calls.WINDOW)
        outgoing.drop()


def parts(service: Service) -> int:
    """What was sent and not read yet."""
    with service.database.read() as c:
        return c.scalar(select(func.count()).select_from(answer)) or 0


@pytest.mark.samba
def test_what_a_proxy_cuts_in_the_middle_is_sent_again(service: Service, beside: Beside, proxy: Proxy) -> None:
    with running(beside), closing(service.source()) as source:
        expected, _ = read_all(source, WANTED)
        proxy.cut_after, proxy.cuts = 5000, 2
        proxy.cut()
        wait_until(beside.is_active, "it is back")
        assert read_all(source, WANTED)[0] == expected
        assert proxy.dropped


@pytest.mark.samba
def test_where_no_websocket_passes_calls_come_by_long_poll(
    service: Service, contoso: Domain, proxy: Proxy, strangers: Served, tmp_path: Path
) -> None:
    proxy.opens_tls, proxy.trusts, proxy.lets_websockets = strangers, service.authority, False
    both = tmp_path / "both.pem"
    both.write_bytes(service.authority.read_bytes() + strangers.authority.read_bytes())
    agent = an_agent(service, tmp_path / "agent", contoso, proxy={"url": proxy.url}, ca_file=str(both))
    given_up = FAILURES * OPENING + 30  # each attempt may take its time
    with running(agent, within=given_up), closing(service.source()) as source:
        assert len(read_all(source, WANTED)[0]) > 60
    assert "waiting for calls by poll" in agent.log()
