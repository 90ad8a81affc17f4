"""The same company by other ways: from an export, in PostgreSQL, with fewer rights."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from ropeway.lab import accounts
from ropeway.model.job import Guard, Guards, SourceSettings
from ropeway.store import tables
from tests.journeys.administration import DISTRIBUTION, Administration, Thing
from tests.journeys.tenant import Followed, Tenant, source_of

EARLY = Guard(most=500, percent=10, at_least=5)


@pytest.fixture
def in_postgresql(postgres_url: str) -> Iterator[Tenant]:
    """An empty directory on PostgreSQL."""
    made = Tenant(postgres_url)
    yield made
    made.control.close()


def furnished(company: Administration) -> tuple[Thing, Thing]:
    """A small company with something of everything; its chief and its largest group."""
    north = company.unit("North, East")
    chief = company.person("Ann Archer", north, title="Chief", c="DE", telephoneNumber="+49 30 1")
    people = company.people(15, north, manager=chief, department="Sales", description="Verkäufer")
    everybody = company.group("Everybody", chief, *people, mail="all@contoso.test", managedBy=company.dn(chief))
    company.group("News", everybody, groupType=DISTRIBUTION, mail="news@contoso.test")
    company.contact("Carl Customer", manager=company.dn(chief))
    company.computer("PC-1", north, managedBy=company.dn(people[0]))
    company.disable(people[3])
    return chief, everybody


def export(company: Administration, file: Path) -> None:
    """What an administrator gets from ldapsearch."""
    domain = company.domain
    bind = ["-x", "-H", domain.ldaps_url, "-D", domain.administrator, "-y", str(domain.administrator_password_file)]
    command = ["ldapsearch", "-LLL", *bind, "-b", domain.base_dn, "-E", "pr=500/noprompt"]
    environment = {**os.environ, "LDAPTLS_CACERT": str(domain.ca_file)}
    file.write_bytes(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)


def test_an_export_gives_the_directory_that_the_domain_itself_gives(
    company: Administration, tenant: Tenant, tmp_path: Path
) -> None:
    chief, everybody = furnished(company)
    file = tmp_path / "contoso.ldif"
    export(company, file)
    job = tenant.follow(company, source=SourceSettings("ldif", {"path": str(file)}))
    assert job.run().result == "success"
    assert job.amiss(fresh=True) == []
    company.set(chief, title=None, department="Board")
    company.leave(everybody, chief)
    company.delete(company.person("Late Larry"))
    export(company, file)
    assert job.run().exported == {"update": 1, "empty": 1, "links": 1}
    assert job.amiss() == []


@pytest.mark.postgres
def test_a_company_lives_in_postgresql_as_in_a_file(company: Administration, in_postgresql: Tenant) -> None:
    chief, everybody = furnished(company)
    job = in_postgresql.follow(company, guards=Guards(EARLY, EARLY, EARLY, EARLY))
    job.run()
    assert job.amiss(fresh=True) == []
    leavers = company.people(3, name="Leaver")
    job.run()
    company.delete(*leavers)
    company.rename(company.unit_of_ours, "Renamed by the journey")
    company.set(chief, title=None, department="Board")
    company.leave(everybody, chief)
    company.join(everybody, company.person("Émile Hire"))
    job.run()
    assert job.amiss() == []
    company.delete(everybody)
    job.run()
    company.reanimate(everybody, sAMAccountName="everybody-again")
    job.run(full=True)
    (hold,) = job.holds()
    assert hold.what == "members"
    job.control.approve(job.name, hold.number)
    job.run()
    assert job.amiss() == []


@pytest.mark.parametrize("how", [{"method": "usn"}, {"object_security": True}], ids=["uSNChanged", "object security"])
def test_changes_arrive_by_every_way_of_finding_them(
    how: dict[str, object], company: Administration, tenant: Tenant
) -> None:
    chief, everybody = furnished(company)
    leaver = company.person("Late Larry")
    job = tenant.follow(company, source=source_of(company.domain, **how))
    job.run()
    company.delete(leaver)
    company.set(chief, title=None, department="Board")
    company.leave(everybody, chief)
    company.rename(company.unit_of_ours, f"Renamed {len(str(how))}")
    cycle = job.run()
    assert cycle.kind == "delta"
    assert job.gone(leaver)
    assert job.amiss() == []


def _compared(tenant: Tenant, ago: float) -> None:
    """The last comparison of anchors was that long ago."""
    with tenant.control._db.write() as c:
        c.execute(update(tables.job).values(last_comparison=time.time() - ago))


def test_who_sees_no_tombstones_notices_a_departure_by_the_comparison_of_an_hour_later(
    company: Administration, tenant: Tenant
) -> None:
    reader = accounts.add(company.domain, "tombstone-blind", rights=("get-changes",))
    leaver, ann = company.person("Late Larry"), company.person("Ann Archer")
    team = company.group("Team", leaver, ann)
    few = {"user": reader.user, "password_file": str(reader.password_file)}
    job = tenant.follow(company, source=source_of(company.domain, **few))
    job.run()
    company.delete(leaver)
    job.run()
    assert not job.gone(leaver)
    _compared(tenant, 3500)
    job.run()
    assert not job.gone(leaver)
    _compared(tenant, 3601)
    job.run()
    assert job.gone(leaver)
    assert job.members(team) == {"Ann Archer"}
    assert job.amiss() == []


def test_a_departure_that_no_change_told_of_is_noticed_within_seven_days(
    company: Administration, tenant: Tenant
) -> None:
    leaver, ann = company.person("Late Larry"), company.person("Ann Archer")
    job = tenant.follow(company)
    job.run()
    company.delete(leaver)
    _missed(tenant, tenant.follow(company, name="Later", staging=True))
    job.run()
    assert not job.gone(leaver)
    _compared(tenant, 7 * 86400.0 - 60)
    job.run()
    assert not job.gone(leaver)
    _compared(tenant, 7 * 86400.0 + 1)
    job.run()
    assert job.gone(leaver)
    assert job.user(ann)


def _missed(tenant: Tenant, later: Followed) -> None:
    """Every job goes on from where a later one is, as if it had been told of everything."""
    later.run()
    row = tables.job
    with tenant.control._db.write() as c:
        mark = c.scalar(select(row.c.watermark).where(row.c.name == later.name))
        c.execute(update(row).values(watermark=mark))
