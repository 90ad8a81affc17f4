"""Accidents are held, and everything harmless flows on."""

from __future__ import annotations

import pytest

from ropeway.model.job import Guard, Guards
from ropeway.model.problems import RopewayError
from tests.journeys.administration import ENABLED, Administration
from tests.journeys.tenant import Followed, Tenant

EARLY = Guard(most=500, percent=10, at_least=5)
"""As by default, but it counts from five on, so that a test needs no hundred people."""


@pytest.fixture
def job(company: Administration, tenant: Tenant) -> Followed:
    return tenant.follow(company, guards=Guards(EARLY, EARLY, EARLY, EARLY))


def test_a_third_of_the_people_deleted_is_held_while_a_hire_flows_on(company: Administration, job: Followed) -> None:
    people = company.people(20)
    job.run()
    company.delete(*people[:6])
    hire = company.person("Bob Baker")
    cycle = job.run()
    assert (cycle.result, cycle.held, cycle.exported) == ("held", 6, {"create": 1})
    assert not any(map(job.gone, [hire, *people]))
    (hold,) = job.holds()
    assert (hold.what, hold.type, hold.count) == ("deletes", "user", 6)
    assert "6" in str(hold.cause)


def test_approval_lets_exactly_the_named_go_and_a_later_one_needs_another(
    company: Administration, job: Followed
) -> None:
    people = company.people(20)
    job.run()
    company.delete(*people[:6])
    job.run()
    job.control.approve(job.name, job.holds()[0].number, job.holds()[0].digest)
    company.delete(*people[6:12])
    cycle = job.run()
    assert (cycle.exported, cycle.held) == ({"delete": 6}, 6)
    assert [job.gone(p) for p in people] == [True] * 6 + [False] * 14
    (hold,) = [h for h in job.holds() if h.approved is None]
    job.control.approve(job.name, hold.number)
    assert job.run().exported == {"delete": 6}
    assert job.amiss() == []


def test_an_approval_of_what_has_changed_meanwhile_is_refused_by_its_digest(
    company: Administration, job: Followed
) -> None:
    people = company.people(20)
    job.run()
    company.delete(*people[:6])
    job.run()
    (seen,) = job.holds()
    company.delete(people[6])
    job.run()
    with pytest.raises(RopewayError, match="hold-changed"):
        job.control.approve(job.name, seen.number, seen.digest)


def test_who_comes_back_meanwhile_drops_out_of_the_hold(company: Administration, tenant: Tenant) -> None:
    inside, outside = company.unit("Inside"), company.unit("Outside")
    people = company.people(20, inside)
    job = tenant.follow(company, containers=(inside,), guards=Guards(EARLY, EARLY, EARLY, EARLY))
    job.run()
    for person in people[:6]:
        company.move(person, outside)
    job.run()
    company.move(people[0], inside)
    company.move(people[1], inside)
    job.run()
    assert [h.count for h in job.holds()] == [4] or job.holds() == []
    for hold in job.holds():
        job.control.approve(job.name, hold.number)
    job.run()
    assert job.amiss() == []
    assert len(tenant.names()) == 16


def test_many_disabled_accounts_are_held(company: Administration, job: Followed) -> None:
    people = company.people(20)
    job.run()
    company.disable(*people[:6])
    company.set(people[10], title="Clerk")
    cycle = job.run()
    assert (cycle.held, cycle.exported) == (6, {"update": 1})
    assert all(job.user(p)["accountEnabled"] for p in people)
    company.set(people[0], userAccountControl=ENABLED)
    job.run()
    assert [h.count for h in job.holds()] in ([5], [])
    for hold in job.holds():
        job.control.approve(job.name, hold.number)
    job.run()
    assert job.amiss() == []


def test_a_group_that_loses_many_members_keeps_them_until_somebody_approves(
    company: Administration, job: Followed
) -> None:
    people = company.people(20)
    team, other = company.group("Team", *people), company.group("Other", *people[:3])
    job.run()
    company.leave(team, *people[:7])
    company.leave(other, people[0])
    company.join(other, people[9])
    assert job.run().held == 7
    assert len(job.members(team)) == 20
    assert job.members(other) == {p.name for p in (people[1], people[2], people[9])}
    (hold,) = job.holds()
    assert (hold.what, hold.count) == ("members", 7)
    assert "Team" in str(hold.cause)
    job.control.approve(job.name, hold.number)
    job.run()
    assert job.amiss() == []


def test_an_attribute_emptied_on_many_is_held(company: Administration, job: Followed) -> None:
    people = company.people(20, department="Sales", title="Clerk")
    job.run()
    for person in people[:8]:
        company.set(person, department=None)
    company.set(people[9], title="Boss")
    cycle = job.run()
    assert (cycle.held, cycle.exported) == (8, {"update": 1})
    assert all(job.user(p)["department"] == "Sales" for p in people)
    (hold,) = job.holds()
    assert "department" in str(hold.cause)
    job.control.approve(job.name, hold.number)
    job.run()
    assert job.amiss() == []


def test_deletes_spread_over_many_runs_of_one_day_trip_the_guard_too(company: Administration, job: Followed) -> None:
    people = company.people(30)
    job.run()
    for person in people[:4]:
        company.delete(person)
        assert job.run().exported == {"delete": 1}
    company.delete(people[4])
    assert job.run().held == 1


def test_a_base_that_was_emptied_by_one_move_is_held_and_forgotten_when_it_was_a_mistake(
    company: Administration, tenant: Tenant
) -> None:
    inside, outside = company.unit("Inside"), company.unit("Outside")
    sales = company.unit("Sales", inside)
    people = company.people(20, sales)
    job = tenant.follow(company, containers=(inside,), guards=Guards(EARLY))
    job.run()
    company.move(sales, outside)
    assert job.run().held == 20
    company.move(sales, inside)
    cycle = job.run()
    assert (cycle.held, job.holds()) == (0, [])
    assert not any(map(job.gone, people))
    assert job.amiss() == []


def test_a_hold_survives_a_full_read(company: Administration, job: Followed) -> None:
    people = company.people(20)
    job.run()
    company.delete(*people[:6])
    job.run()
    job.control.approve(job.name, job.holds()[0].number)
    assert job.run(full=True).exported == {"delete": 6}
    assert job.amiss() == []


def test_force_deletes_lets_what_is_held_go_and_nothing_that_comes_later(
    company: Administration, job: Followed
) -> None:
    people = company.people(20)
    job.run()
    company.delete(*people[:6])
    job.run()
    job.control.restart_job(job.name, ["ForceDeletes"])
    company.delete(*people[6:12])
    assert job.run().exported == {"delete": 6}
    assert [job.gone(p) for p in people] == [True] * 6 + [False] * 14


def test_force_deletes_with_a_new_reading_of_everything_lets_the_same_go(
    company: Administration, job: Followed
) -> None:
    people = company.people(20)
    job.run()
    company.delete(*people[:6])
    job.run()
    job.control.restart_job(job.name, ["Watermark", "QuarantineState", "ForceDeletes"])
    cycle = job.run()
    assert (cycle.kind, cycle.exported, cycle.held) == ("initial", {"delete": 6}, 0)


def test_after_a_full_restart_deletes_are_found_anew_and_held_anew(company: Administration, job: Followed) -> None:
    """Full forgets which account is whose; approval named rows that are gone with that."""
    people = company.people(20)
    job.run()
    company.delete(*people[:6])
    job.run()
    job.control.restart_job(job.name, ["Full", "ForceDeletes"])
    assert job.run().held == 6
    assert not any(map(job.gone, people))
    job.control.restart_job(job.name, ["ForceDeletes"])
    assert job.run().exported == {"delete": 6}
