"""Several agents and controllers of one domain: one that is behind, one that cannot be reached."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import ldap
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import ActiveDirectorySource, open_source, paging
from ropeway.control.in_process import InProcess
from ropeway.engine.ports import Source
from ropeway.lab import controller
from ropeway.lab.domain import Domain
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.pages import LinkRemoved
from ropeway.model.problems import RopewayError
from ropeway.store import calls, jobs
from tests.fixtures.gateway import (
    Service,
    a_service,
    an_agent,
    change_settings,
    domain_settings,
    running,
    wait_until,
)
from tests.fixtures.laboratory import Laboratory
from tests.fixtures.samba import NewDomain
from tests.integration.active_directory_office import WANTED, settings

pytestmark = pytest.mark.samba

NO_INBOUND_REPLICATION = b"2"
"""NTDSDSA_OPT_DISABLE_INBOUND_REPL ([MS-ADTS] 6.1.1.2.2.1.2.1.1)."""
QUIET = 5.0
"""Seconds without a word that count as quiet; what is missing is told after one."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path) as service:
        yield service


@contextmanager
def behind(domain: Domain, connection: LDAPObject) -> Generator[None]:
    """Within, a controller gets no news from the others."""
    base = f"CN=Sites,CN=Configuration,{domain.base_dn}"
    found = connection.search_s(base, ldap.SCOPE_SUBTREE, "(objectClass=nTDSDSA)", ["cn"])
    settings_ = next(dn for dn, _ in found if f"CN={domain.host}," in dn.replace(domain.host.upper(), domain.host))
    connection.modify_s(settings_, [(ldap.MOD_REPLACE, "options", [NO_INBOUND_REPLICATION])])
    try:
        yield
    finally:
        connection.modify_s(settings_, [(ldap.MOD_DELETE, "options", None)])


def test_a_change_that_the_controller_read_did_not_have_yet_is_told_until_it_is_read(
    service: Service,
    new_domain: NewDomain,
    second_controller: Callable[[Domain], Domain],
    ldap_admin: Callable[[Domain], LDAPObject],
    tmp_path: Path,
) -> None:
    first = new_domain("contoso.test")
    second = second_controller(first)
    here, there = ldap_admin(first), ldap_admin(second)
    told = service.queue.jobs

    def from_second(_settings: SourceSettings, _job: int = 0) -> Source:
        return open_source(settings(second))

    def run() -> int:
        told.clear()
        return control.run_job("Contoso").read

    def is_quiet() -> bool:
        run()
        until = time.monotonic() + QUIET
        while time.monotonic() < until and not told:
            time.sleep(0.1)
        return not told

    with closing(InProcess(service.database, from_second)) as control:
        source = SourceSettings("active-directory", {"domain": first.dns_domain}, "agents")
        control.create_job(JobSettings("Contoso", source), containers=[f"CN=Users,{first.base_dn}"])
        run()
        with running(an_agent(service, tmp_path / "agent", first)):
            wait_until(is_quiet, "all is read", 60)
            with behind(second, there):
                wait_until(is_quiet, "all is read", 60)
                here.add_s(f"CN=Ann,CN=Users,{first.base_dn}", [("objectClass", b"user"), ("sAMAccountName", b"ann")])
                for _ in range(3):
                    wait_until(lambda: told, "the change is told, and told again")
                    assert run() == 0, "a controller that is behind has it"
            wait_until(lambda: told and run(), "it is read", 60)
            wait_until(is_quiet, "it is told no more", 60)


def test_one_object_is_not_asked_of_a_controller_that_is_behind_what_another_told(
    new_domain: NewDomain, second_controller: Callable[[Domain], Domain], ldap_admin: Callable[[Domain], LDAPObject]
) -> None:
    first = new_domain("contoso.test")
    second = second_controller(first)
    here, there = ldap_admin(first), ldap_admin(second)
    ann, boss = (f"CN={name},CN=Users,{first.base_dn}" for name in ("Ann", "Boss"))
    for dn, more in ((boss, []), (ann, [("manager", boss.encode())])):
        here.add_s(dn, [("objectClass", b"user"), *more])
    wait_until(lambda: has_manager(there, ann), "the second controller has both", 60)
    with (
        closing(open_source(settings(first))) as at_first,
        closing(open_source(settings(second))) as at_second,
        closing(open_source(settings(second, servers=[second.address, first.address]))) as at_either,
    ):
        mark = list(at_first.read(None, WANTED))[-1].watermark
        with behind(second, there):
            here.modify_s(ann, [(ldap.MOD_DELETE, "manager", None)])
            news = list(at_first.read(mark, WANTED))
            assert LinkRemoved in {type(item) for page in news for item in page.items}
            for source in (at_second, at_either):
                source.remember(news[-1].watermark)
            with pytest.raises(RopewayError, match="controller-behind"):
                at_second.resolve(ann, WANTED)
            found = at_either.resolve(ann, WANTED)
            assert found is not None
            assert "manager" not in found.links
        wait_until(lambda: not has_manager(there, ann), "the second controller knows", 60)
        wait_until(lambda: answers(at_second, ann), "it is asked again", 60)


def test_between_two_pages_of_a_delta_too_no_controller_is_asked_that_is_behind_the_first(
    new_domain: NewDomain,
    second_controller: Callable[[Domain], Domain],
    ldap_admin: Callable[[Domain], LDAPObject],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "PAGE_VALUES", 1)
    first = new_domain("contoso.test")
    second = second_controller(first)
    here, there = ldap_admin(first), ldap_admin(second)
    people = [f"CN={name},CN=Users,{first.base_dn}" for name in ("Bea", "Cem")]
    for dn in people:
        here.add_s(dn, [("objectClass", b"user")])
    wait_until(lambda: all(is_there(there, dn) for dn in people), "the second controller has both", 60)
    with closing(open_source(settings(first))) as at_first, closing(open_source(settings(second))) as at_second:
        mark = list(at_first.read(None, WANTED))[-1].watermark
        with behind(second, there):
            for dn in people:
                here.modify_s(dn, [(ldap.MOD_REPLACE, "title", b"Pilot")])
            at_second.remember(mark)
            assert at_second.resolve(people[0], WANTED) is not None
            page = next(iter(at_first.read(mark, WANTED)))
            assert page.items
            assert page.watermark is None, "it is not the last one"
            at_second.remember(page.known)
            with pytest.raises(RopewayError, match="controller-behind"):
                at_second.resolve(people[0], WANTED)
        wait_until(lambda: answers(at_second, people[0]), "it is asked again", 60)


def is_there(connection: LDAPObject, dn: str) -> bool:
    """Whether a controller has somebody."""
    try:
        return bool(connection.search_s(dn, ldap.SCOPE_BASE, "(objectClass=*)", ["cn"]))
    except ldap.NO_SUCH_OBJECT:
        return False


def has_manager(connection: LDAPObject, dn: str) -> bool:
    """Whether somebody is there, and has one."""
    try:
        return "manager" in connection.search_s(dn, ldap.SCOPE_BASE, "(objectClass=*)", ["manager"])[0][1]
    except ldap.NO_SUCH_OBJECT:
        return False


def answers(source: ActiveDirectorySource, dn: str) -> bool:
    """Whether it finds somebody, and does not say that its controller is behind."""
    try:
        return source.resolve(dn, WANTED) is not None
    except RopewayError:
        return False


def test_a_refused_password_is_found_by_the_watch_and_the_job_is_run_at_once_to_say_so(
    service: Service, contoso: Domain, tmp_path: Path
) -> None:
    agent = an_agent(service, tmp_path / "agent", contoso)
    (tmp_path / "wrong").write_text("wrong\n")
    (tmp_path / "wrong").chmod(0o600)
    account = domain_settings(contoso) | {"password_file": str(tmp_path / "wrong")}
    change_settings(agent, domains={contoso.dns_domain: account})
    with running(agent):
        settings_ = JobSettings("Contoso", SourceSettings("active-directory", {"domain": contoso.dns_domain}, "agents"))
        with service.database.write() as c:
            jobs.create(c, service.database, 1, settings_, service.clock())
        wait_until(lambda: service.queue.jobs, "the job is run, long before its next cycle is due")


def test_an_agent_that_does_not_reach_its_controller_leaves_the_watch_to_another(
    service: Service,
    new_domain: NewDomain,
    second_controller: Callable[[Domain], Domain],
    laboratory: Laboratory,
    tmp_path: Path,
) -> None:
    first = new_domain("contoso.test")
    both = (first, second_controller(first))
    agents = [an_agent(service, tmp_path / one.host, one) for one in both]

    def watcher() -> str:
        with service.database.read() as c:
            return next((row.agent for row in calls.all_calls(c, 1) if row.method == "watch"), "")

    with running(*agents):
        settings_ = JobSettings("Contoso", SourceSettings("active-directory", {"domain": first.dns_domain}, "agents"))
        with service.database.write() as c:
            jobs.create(c, service.database, 1, settings_, service.clock())
        wait_until(watcher, "the domain is watched")
        before = watcher()
        broken = both[[agent.id for agent in agents].index(before)]
        service.queue.jobs.clear()
        began = time.monotonic()
        controller.kill(broken)
        wait_until(lambda: watcher() not in ("", before), "the other one watches")
        wait_until(lambda: service.queue.jobs, "what changed meanwhile is read")
        assert time.monotonic() - began < calls.LEASE
        laboratory.start(broken)


@pytest.mark.parametrize("code", ["certificate-not-trusted", "agent-domain-unset"])
def test_an_agent_that_cannot_do_it_leaves_its_calls_to_another(
    service: Service, contoso: Domain, tmp_path: Path, code: str
) -> None:
    sick, well = (an_agent(service, tmp_path / name, contoso) for name in ("sick", "well"))
    account = domain_settings(contoso) | {"ca_file": str(service.authority)}
    domain = contoso.dns_domain if code == "certificate-not-trusted" else "misspelt.test"
    change_settings(sick, domains={domain: account})
    with closing(service.source()) as through, running(sick):
        with running(well):
            for _ in range(4):
                through.describe()
            assert "is given back" in sick.log()
        with pytest.raises(RopewayError, match=code):
            through.describe()
