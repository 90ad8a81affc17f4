"""Yesterday's backup put back over today: a real domain brings everything again that happened since."""

from __future__ import annotations

from pathlib import Path

import pytest

from ropeway.service.operating.backup.restoring import restore
from ropeway.service.operating.backup.taking import to_file
from ropeway.store.database import Database
from tests.journeys.administration import Administration, Thing
from tests.journeys.tenant import Followed, Tenant

pytestmark = pytest.mark.samba


def a_day(company: Administration, people: list[Thing], group: Thing) -> Thing:
    """A hire who leaves again, another who stays, a leaver, a new name, a transfer, changed members."""
    brief = company.person("Brief Visitor")
    company.delete(brief)
    company.delete(people[0])
    company.rename(people[1], "Zoë Müller")
    company.move(people[2], company.unit("Abroad"))
    company.leave(group, people[3])
    company.join(group, people[9])
    company.report_to(people[5], people[6])
    company.disable(people[4])
    return company.person("Bob Baker")


def test_nothing_of_a_day_is_lost_when_yesterdays_backup_is_put_back(
    company: Administration, job: Followed, tenant: Tenant, tmp_path: Path
) -> None:
    people = company.people(12)
    group = company.group("Sales", *people[:6])
    job.run()
    database = Database(f"sqlite:///{tmp_path}/ropeway.sqlite")
    to_file(database, tmp_path / "yesterday.backup")
    hire = a_day(company, people, group)
    job.run()
    assert job.amiss() == []
    restore(database, tmp_path / "yesterday.backup", replace=True)
    assert not job.gone(people[0])
    cycle = job.run()
    assert cycle.kind == "delta"
    assert job.amiss() == []
    assert job.gone(people[0])
    assert tenant.shown(hire)
    database.close()


@pytest.mark.postgres
def test_a_state_moved_to_postgresql_goes_on_with_the_same_watermark(
    company: Administration, job: Followed, tmp_path: Path, empty_postgres_url: str
) -> None:
    people = company.people(12)
    group = company.group("Sales", *people[:6])
    job.run()
    old, new = Database(f"sqlite:///{tmp_path}/ropeway.sqlite"), Database(empty_postgres_url)
    to_file(old, tmp_path / "move.backup")
    restore(new, tmp_path / "move.backup")
    a_day(company, people, group)
    moved = Followed(Tenant(empty_postgres_url), company, job.name, job.scope)
    assert moved.run().kind == "delta"
    assert moved.amiss() == []
    moved.control.close()
    for database in (old, new):
        database.close()
