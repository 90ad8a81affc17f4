"""Who is synchronized: base containers and groups, held by GUID."""

from __future__ import annotations

from tests.journeys.administration import Administration
from tests.journeys.tenant import Tenant


def test_only_members_of_the_scope_group_are_synchronized_and_members_of_members_are_not(
    company: Administration, tenant: Tenant
) -> None:
    ann, bob, eve = company.person("Ann Archer"), company.person("Bob Baker"), company.person("Eve Evans")
    inner = company.group("Inner", bob)
    pilot = company.group("Pilot", ann, inner)
    job = tenant.follow(company, groups=(pilot,))
    job.run()
    assert tenant.names() == {"Ann Archer"}
    company.join(pilot, eve)
    company.leave(pilot, ann)
    assert job.run().exported == {"create": 1, "delete": 1, "links": 1}
    assert tenant.names() == {"Eve Evans"}
    assert job.amiss() == []


def test_a_nested_scope_group_lets_members_of_members_in_and_out(company: Administration, tenant: Tenant) -> None:
    ann, bob, eve = company.person("Ann Archer"), company.person("Bob Baker"), company.person("Eve Evans")
    innermost = company.group("Innermost", ann, bob)
    inner = company.group("Inner", innermost)
    pilot = company.group("Pilot", inner)
    job = tenant.follow(company, groups=(pilot,), nested=True)
    job.run()
    assert tenant.names() == {"Ann Archer", "Bob Baker"}
    company.join(innermost, eve)
    company.leave(innermost, bob)
    job.run()
    assert tenant.names() == {"Ann Archer", "Eve Evans"}
    company.leave(pilot, inner)
    job.run()
    assert tenant.names() == set()
    company.join(pilot, innermost)
    job.run()
    assert tenant.names() == {"Ann Archer", "Eve Evans"}
    assert job.amiss() == []


def test_groups_that_contain_each_other_are_followed_once(company: Administration, tenant: Tenant) -> None:
    ann = company.person("Ann Archer")
    first = company.group("First", ann)
    second = company.group("Second", first)
    company.join(first, second)
    job = tenant.follow(company, groups=(first,), nested=True)
    job.run()
    assert job.amiss(fresh=True) == []
    company.leave(first, second)
    job.run()
    assert job.amiss() == []


def test_a_renamed_and_moved_scope_group_and_base_change_nothing(company: Administration, tenant: Tenant) -> None:
    base = company.unit("Staff")
    ann = company.person("Ann Archer", base)
    pilot = company.group("Pilot", ann, within=base)
    job = tenant.follow(company, containers=(base,), groups=(pilot,))
    job.run()
    company.rename(pilot, "Everybody")
    company.rename(base, "People")
    company.move(base, company.unit("Europe"))
    assert job.run().exported == {"update": 2}
    assert tenant.names() == {"Ann Archer"}
    assert job.amiss() == []


def test_a_deleted_scope_base_stops_the_job_with_its_name_and_removes_nobody(
    company: Administration, tenant: Tenant
) -> None:
    base = company.unit("Staff")
    ann = company.person("Ann Archer", base)
    job = tenant.follow(company, containers=(base,))
    job.run()
    company.delete(base)
    assert job.stopped() == "scope-base-missing"
    assert any("Staff" in p.object for p in job.job.problems)
    assert not job.gone(ann)
    assert job.stopped() == "scope-base-missing"


def test_a_deleted_scope_group_stops_the_job_and_removes_nobody(company: Administration, tenant: Tenant) -> None:
    ann = company.person("Ann Archer")
    pilot = company.group("Pilot", ann)
    job = tenant.follow(company, groups=(pilot,))
    job.run()
    company.delete(pilot)
    assert job.stopped() == "scope-base-missing"
    assert not job.gone(ann)


def test_an_object_that_the_rules_exclude_later_leaves_and_one_they_let_in_comes(
    company: Administration, tenant: Tenant
) -> None:
    job = tenant.follow(company)
    sync, carl = company.person("Sync Account"), company.contact("Carl Customer", mail=None)
    job.run()
    company.set(sync, sAMAccountName="MSOL_1234")
    company.set(carl, mail="carl@partner.test")
    assert job.run().exported == {"delete": 1, "create": 1}
    assert job.amiss() == []
