"""What a job does not do: while staging, paused, planned, in trouble, or after its memory was lost."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import delete, update

from ropeway.model.job import Departure
from ropeway.store import tables
from tests.journeys.administration import Administration
from tests.journeys.tenant import Followed, Tenant


def test_a_staging_job_plans_and_never_exports(company: Administration, tenant: Tenant) -> None:
    job = tenant.follow(company, staging=True)
    company.people(3)
    assert job.run().exported == {}
    assert tenant.names() == set()
    assert tenant.control.plan_job(job.name).counts == {"create user": 3}


def test_a_plan_writes_nothing_and_comes_true(company: Administration, job: Followed, tenant: Tenant) -> None:
    ann, bob = company.person("Ann Archer", title="Clerk"), company.person("Bob Baker")
    team = company.group("Team", ann)
    job.run()
    company.set(ann, title="Boss")
    company.delete(bob)
    company.person("Eve Evans")
    company.join(team, job.company.person("Fay Field"))
    plan = tenant.control.plan_job(job.name)
    assert plan.counts == {"create user": 2, "delete user": 1, "update user": 1, "links group": 1}
    (changed,) = [c for c in plan.changes if c.kind == "update"]
    assert (changed.attributes, changed.before) == ({"jobTitle": "Boss"}, {"jobTitle": "Clerk"})
    assert tenant.names() == {"Ann Archer", "Bob Baker"}
    assert job.run().exported == {"create": 2, "delete": 1, "update": 1, "links": 1}
    assert tenant.control.plan_job(job.name).counts == {}


def test_a_paused_job_does_not_run_until_it_is_resumed(company: Administration, job: Followed, tenant: Tenant) -> None:
    tenant.control.pause_job(job.name)
    company.person("Ann Archer")
    assert job.stopped() == "job-paused"
    tenant.control.resume_job(job.name)
    assert job.run().exported == {"create": 1}


@pytest.mark.parametrize("policy", [Departure.KEEP, Departure.DISABLE])
def test_leavers_are_kept_or_disabled_where_the_job_says_so(
    policy: Departure, company: Administration, tenant: Tenant
) -> None:
    job = tenant.follow(company, departure={"user": policy})
    ann = company.person("Ann Archer")
    job.run()
    company.delete(ann)
    job.run()
    assert job.user(ann)["accountEnabled"] is (policy is Departure.KEEP)


def test_another_domains_watermark_stops_the_job_and_touches_nobody(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    ann = company.person("Ann Archer")
    job.run()
    _edit_watermark(tenant, domain="11111111-2222-3333-4444-555555555555")
    company.delete(ann)
    assert job.stopped() == "watermark-of-another-domain"
    assert not job.gone(ann)


def test_a_watermark_ahead_of_its_controller_is_answered_by_a_full_read(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    ann, bob = company.person("Ann Archer"), company.person("Bob Baker")
    job.run()
    _edit_watermark(tenant, usn=10**9)
    company.delete(ann)
    company.set(bob, title="Boss")
    job.run()
    assert job.user(bob)["jobTitle"] == "Boss"
    assert not job.gone(ann), "a controller that is behind proves no absence"
    job.run(full=True)
    assert job.amiss() == []


def test_a_damaged_watermark_is_answered_by_a_full_read(company: Administration, job: Followed, tenant: Tenant) -> None:
    ann = company.person("Ann Archer")
    job.run()
    _edit_watermark(tenant, opaque=b"\x93\xc4")
    company.delete(ann)
    job.run()
    assert job.amiss() == []


def test_a_lost_memory_creates_nobody_twice_and_forgets_no_departure(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    ann, bob, eve = (
        company.person("Ann Archer", title="Clerk"),
        company.person("Bob Baker"),
        company.person("Eve Evans"),
    )
    team = company.group("Team", ann, bob, eve)
    job.run()
    before = {p: job.user(p)["id"] for p in (ann, team)}
    _lose_memory(tenant)
    company.delete(bob)
    company.leave(team, eve)
    company.set(ann, title=None)
    cycle = job.run()
    assert cycle.kind == "initial"
    assert {p: job.user(p)["id"] for p in (ann, team)} == before
    assert job.gone(bob)
    assert job.members(team) == {"Ann Archer"}
    assert "jobTitle" not in job.user(ann)
    assert job.amiss() == []


def test_a_job_deleted_and_made_anew_takes_over_what_the_first_one_left(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    ann = company.person("Ann Archer")
    team = company.group("Team", ann)
    job.run()
    before = job.user(ann)["id"], job.user(team)["id"]
    tenant.control.delete_job(job.name, keep=True)
    again = tenant.follow(company, name="Again")
    again.run()
    assert (again.user(ann)["id"], again.user(team)["id"]) == before
    assert again.amiss() == []


def test_what_the_directory_refuses_is_set_aside_alone_and_returns_when_its_source_is_mended(
    company: Administration, job: Followed
) -> None:
    ann, bob = company.person("Ann Archer", title="Clerk"), company.person("Bob Baker")
    job.run()
    company.set(ann, proxyAddresses=["SMTP:not an address"], title="Boss")
    company.set(bob, title="Boss")
    cycle = job.run()
    assert (cycle.result, cycle.failed, cycle.exported) == ("completed-with-errors", 1, {"update": 1})
    assert job.user(ann)["jobTitle"] == "Clerk"
    (problem,) = [e.problem for e in job.events(ann, status="failure") if e.problem]
    assert ("Ann Archer" in problem.object, problem.attribute) == (True, "proxyAddresses")
    assert "not an address" in problem.value
    assert job.run().exported == {}
    company.set(ann, proxyAddresses=["SMTP:ann@contoso.test"])
    assert job.run().result == "success"
    assert job.job.escrowed == 0
    assert job.amiss() == []


@pytest.mark.parametrize(
    ("attribute", "value", "becomes"),
    [
        ("displayName", "<b>Ann</b> & \u202ecirk'", "<b>Ann</b> & \u202ecirk'"),
        ("title", "a\x01b", None),
        ("department", "-" * 64, "-" * 64),
        ("info", "not read", None),
        ("mail", "no address", None),
    ],
)
def test_odd_values_that_a_domain_stores_arrive_or_concern_one_person_alone(
    attribute: str, value: str, becomes: str | None, company: Administration, job: Followed
) -> None:
    ann, bob = company.person("Ann Archer"), company.person("Bob Baker")
    job.run()
    company.set(ann, **{attribute: value})
    company.set(bob, title="Boss")
    cycle = job.run()
    shown = {"displayName": "displayName", "title": "jobTitle"}.get(attribute, attribute)
    assert job.user(bob)["jobTitle"] == "Boss"
    assert job.user(ann).get(shown) == becomes
    assert cycle.failed == (1 if becomes is None and attribute != "info" else 0)
    if cycle.failed:
        (problem,) = [e.problem for e in job.events(ann, status="failure") if e.problem]
        assert "Ann Archer" in problem.object
        assert problem.attribute == shown
        assert str(problem).count("\x01") == 0


def test_every_character_that_a_name_can_hold_arrives(company: Administration, job: Followed) -> None:
    odd = company.unit('Ends with space\\, + "quoted" <x> ;=#')
    names = ["# leading", " leading blank", 'a, b + c "d" <e> ;f=g', "back\\slash", "ünïcødé 東京 😀", "x" * 64, "a/b"]
    people = [company.person(n, odd, sAMAccountName=f"odd{i}", userPrincipalName=f"odd{i}@contoso.test")
              for i, n in enumerate(names)]  # fmt: skip
    company.group("All", *people, within=odd)
    job.run()
    company.rename(odd, "Plain")
    job.run()
    assert job.amiss() == []


def _edit_watermark(tenant: Tenant, **changes: object) -> None:
    with tenant.control._db.write() as c:
        from ropeway.model.watermark import Watermark

        raw = c.execute(tables.job.select()).one().watermark
        mark = msgspec.structs.replace(msgspec.msgpack.decode(raw, type=Watermark), **changes)
        c.execute(update(tables.job).values(watermark=msgspec.msgpack.encode(mark)))


def _lose_memory(tenant: Tenant) -> None:
    with tenant.control._db.write() as c:
        for table in (tables.entry, tables.link, tables.due, tables.later, tables.change, tables.hold, tables.escrow,
                      tables.provisioning_event, tables.cycle):  # fmt: skip
            c.execute(delete(table))
        c.execute(update(tables.job).values(watermark=None, generation=0, decided_by="", last_comparison=None))
