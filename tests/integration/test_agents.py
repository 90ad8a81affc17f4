"""A domain read through agents: real HTTPS, real Samba, agents that are processes of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TypeGuard

import ldap
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.cli.exits import Code
from ropeway.connectors.active_directory import open_source
from ropeway.control.in_process import InProcess, open_database
from ropeway.control.sources import FromHere
from ropeway.lab.company import Size
from ropeway.lab.domain import Domain
from ropeway.lab.load import populate
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.pages import Gone, Page, Whole
from ropeway.model.problems import RopewayError
from ropeway.service.gateway.dispatcher import WATCHES_EVERY
from ropeway.service.gateway.source import ThroughAgents
from ropeway.store import calls, jobs
from ropeway.store.calls import LEASE
from tests.fixtures.gateway import Beside, Service, a_service, an_agent, running, wait_until
from tests.fixtures.samba import NewDomain
from tests.integration.active_directory_office import WANTED, read_all, settings

pytestmark = pytest.mark.samba


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path) as service:
        yield service


@pytest.fixture
def agent(service: Service, contoso: Domain, tmp_path: Path) -> Iterator[Beside]:
    agent = an_agent(service, tmp_path / "agent", contoso)
    with running(agent):
        yield agent


def test_what_an_agent_reads_is_what_the_domain_says(service: Service, agent: Beside, contoso: Domain) -> None:
    with closing(open_source(settings(contoso))) as direct, closing(service.source()) as through:
        expected, _ = read_all(direct, WANTED)
        found, mark = read_all(through, WANTED)
        assert found == expected
        assert mark.domain == direct.describe().id
        assert through.describe() == direct.describe()
        assert list(through.read(mark, WANTED)) == []
        assert through.reports_deletions() == direct.reports_deletions()
        anna = next(iter(found))
        assert through.read_one(anna, WANTED) == direct.read_one(anna, WANTED)
        assert {a for p in through.anchors(WANTED) for a in p.anchors} == set(found)


def test_a_job_through_agents_fills_the_directory_as_one_from_here(
    service: Service, agent: Beside, contoso: Domain
) -> None:
    sources = ThroughAgents(service.database, 1, FromHere())
    here = SourceSettings("active-directory", settings(contoso))
    there = SourceSettings("active-directory", {"domain": contoso.dns_domain}, "agents")
    found: list[dict[str, int]] = []
    for number, source in enumerate((here, there)):
        state = open_database(f"sqlite:///{agent.folder}/{number}.db")
        with closing(InProcess(state, sources)) as control:
            control.create_job(JobSettings("Contoso", source), containers=[f"CN=Users,{contoso.base_dn}"])
            assert control.run_job("Contoso").result in ("success", "completed-with-errors")
            found.append(control.job("Contoso").linked)
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.postgres
def test_a_service_on_postgresql_reads_through_agents_too(postgres_url: str, contoso: Domain, tmp_path: Path) -> None:
    with a_service(postgres_url, tmp_path) as service:
        agent = an_agent(service, tmp_path / "agent", contoso)
        with running(agent), closing(service.source()) as through, closing(open_source(settings(contoso))) as direct:
            assert read_all(through, WANTED)[0] == read_all(direct, WANTED)[0]


CROWD = Size(people=4000, groups=40, contacts=10, computers=10)


@pytest.fixture(scope="module")
def crowd(new_domain: NewDomain) -> Domain:
    """A company whose full read takes long enough to be disturbed."""
    domain = new_domain()
    populate(domain, CROWD, seed=2)
    return domain


@pytest.fixture
def pair(service: Service, crowd: Domain, tmp_path: Path) -> Iterator[dict[str, Beside]]:
    """Two agents of one domain, by their ids."""
    agents = [an_agent(service, tmp_path / name, crowd) for name in ("one", "two")]
    with running(*agents):
        yield {agent.id: agent for agent in agents}


def holder(service: Service, pair: dict[str, Beside], method: str) -> Beside:
    """Who has the call of this method."""

    def taken() -> list[str]:
        with service.database.read() as c:
            return [row.agent for row in calls.all_calls(c, 1) if row.method == method and row.agent]

    wait_until(taken, f"{method} is taken")
    return pair[taken()[0]]


def polling(service: Service, domain: Domain, name: str = "Contoso") -> int:
    """A job that asks the domain all the time."""
    settings_ = JobSettings(name, SourceSettings("active-directory", {"domain": domain.dns_domain}, "agents"))
    with service.database.write() as c:
        return jobs.create(c, service.database, 1, settings_, service.clock()).number


def put_together(pages: Iterable[Page]) -> dict[Anchor, Whole]:
    """What pages say in the end, links included; later ones count."""
    source = SimpleNamespace(read=lambda _mark, _wanted: pages)
    return read_all(source, WANTED)[0]  # type: ignore[arg-type]


def is_staff(item: object) -> TypeGuard[Whole]:
    """Whether it is somebody whom the domain can do without: not one of those that every domain begins with."""
    return isinstance(item, Whole) and item.type == "user" and ",CN=Users," not in item.dn


def test_an_agent_killed_in_the_middle_of_a_full_read_is_not_missed(
    service: Service, pair: dict[str, Beside], crowd: Domain, ldap_admin: Callable[[Domain], LDAPObject]
) -> None:
    with closing(open_source(settings(crowd))) as direct, closing(service.source()) as through:
        pages = through.read(None, WANTED)
        leaver = next(item for page in pages for item in page.items if is_staff(item))
        holder(service, pair, "read").kill()
        ldap_admin(crowd).delete_s(leaver.dn)
        rest = list(pages)
        mark = rest[-1].watermark
        assert mark is not None
        assert rest[-1].complete
        found = put_together([*rest])
        expected, _ = read_all(direct, WANTED)
        assert found == expected
        news = [item for page in through.read(mark, WANTED) for item in page.items]
        assert Gone(leaver.anchor) in news, "whom the first agent showed, and who left before the second began"


def test_an_agent_killed_while_it_watches_is_followed_by_another(
    service: Service, pair: dict[str, Beside], crowd: Domain, ldap_admin: Callable[[Domain], LDAPObject]
) -> None:
    job = polling(service, crowd)
    wait_until(lambda: service.queue.jobs, "the watch begins")
    holder(service, pair, "watch").kill()
    service.queue.jobs.clear()
    wait_until(lambda: service.queue.jobs, "the other one watches", 40)
    service.queue.jobs.clear()
    began = time.monotonic()
    ldap_admin(crowd).modify_s(f"CN=Users,{crowd.base_dn}", [(ldap.MOD_REPLACE, "description", [b"changed"])])
    wait_until(lambda: job in service.queue.jobs, "the change is told")
    assert time.monotonic() - began < 2


def test_a_job_is_watched_as_soon_as_it_is_there(service: Service, pair: dict[str, Beside], crowd: Domain) -> None:
    for name in ("First", "Second"):  # the first may come as the round does; the second then does not
        began = time.monotonic()
        job = polling(service, crowd, name)
        wait_until(lambda job=job: job in service.queue.jobs, "the watch says that it begins")
        assert time.monotonic() - began < WATCHES_EVERY / 2


def test_an_agent_that_is_told_to_end_gives_its_work_to_the_other_at_once(
    service: Service, pair: dict[str, Beside], crowd: Domain
) -> None:
    polling(service, crowd)
    first = holder(service, pair, "watch")
    began = time.monotonic()
    assert first.end() == 0
    wait_until(lambda: holder(service, pair, "watch") is not first, "the other one has it")
    assert time.monotonic() - began < LEASE


def test_a_service_that_was_away_finds_its_agents_again(contoso: Domain, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/ropeway.db"
    with a_service(database, tmp_path) as service:
        agent = an_agent(service, tmp_path / "agent", contoso)
        agent.start()
        wait_until(agent.is_active, "the agent waits")
        port = int(service.url.rpartition(":")[2])
    try:
        with a_service(database, tmp_path, port=port) as again, closing(again.source()) as source:
            assert len(read_all(source, WANTED)[0]) > 60
    finally:
        agent.end()


def test_an_agent_renews_its_certificate_by_itself(contoso: Domain, tmp_path: Path) -> None:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path, lifetime=30.0) as service:
        agent = an_agent(service, tmp_path / "agent", contoso)
        before = (agent.folder / "identity.pem").read_bytes()
        with running(agent):
            service.clock.ahead = 25.0
            wait_until(lambda: (agent.folder / "identity.pem").read_bytes() != before, "it is renewed", 45)
            service.clock.ahead = 45.0
            with closing(service.source()) as source:
                assert source.describe()


def test_a_removed_agent_ends_and_says_why(service: Service, agent: Beside) -> None:
    service.control.remove_agent(agent.id)
    assert agent.process is not None
    assert agent.process.wait(20) == Code.BEYOND_WAITING
    assert "An administrator removed agent" in agent.log()


def test_a_job_cannot_have_the_domains_password_sent_elsewhere(service: Service, contoso: Domain) -> None:
    sources = ThroughAgents(service.database, 1, FromHere())
    with pytest.raises(RopewayError, match=r"agent\.yaml"):
        sources(SourceSettings("active-directory", {"domain": contoso.dns_domain, "servers": ["evil"]}, "agents"))


def test_nothing_of_a_password_leaves_the_agent(service: Service, agent: Beside, contoso: Domain) -> None:
    with closing(service.source()) as source:
        source.describe()
    secret = contoso.administrator_password().reveal()
    assert secret not in agent.log()
    state = b"".join(path.read_bytes() for path in agent.folder.parent.glob("ropeway.db*"))
    assert secret.encode() not in state
