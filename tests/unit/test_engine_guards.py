"""How much may go in a day, what is kept back, and what an approval lets go."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from ropeway.model.job import Guard, Guards
from ropeway.store import holding, looking
from ropeway.store.looking import Hold
from ropeway.store.tables import hold
from tests.unit.engine_company import HOUR, Company, Job, Trial, company, people_alone, trial

__all__ = ["company", "trial"]


@pytest.mark.parametrize(
    ("count", "total", "trips"),
    [
        (0, 0, False),
        (1, 1, False),
        (19, 19, False),
        (20, 100, True),
        (20, 200, False),
        (21, 200, True),
        (500, 5000, False),
        (500, 100_000, False),
        (501, 100_000, True),
        (20, 0, True),
    ],
)
def test_more_than_500_or_more_than_a_tenth_and_at_least_20_is_too_much(count: int, total: int, trips: bool) -> None:
    assert Guard().trips(count, total) is trips


def holds(job: Job) -> list[Hold]:
    with job.trial.db.read() as c:
        return looking.holds(c, {"tenant": 1, "job": job.number})


def approve(job: Job, number: int) -> None:
    with job.trial.db.write() as c:
        holding.recount(c, {"tenant": 1, "job": job.number}, number)
        c.execute(update(hold).where(hold.c.number == number).values(approved=job.trial.now))


def test_twenty_leavers_of_a_hundred_are_kept_and_everything_harmless_flows_on(trial: Trial, company: Company) -> None:
    people = company.people(100)
    job = trial.job(company)
    job.run()
    for person in people[:20]:
        company.remove(person)
    people[50].values["department"] = "Law"
    company.person("Newcomer")
    outcome = job.run()
    assert (outcome.result, outcome.held, outcome.exported) == ("held", 20, {"update": 1, "create": 1})
    assert len(trial.users()) == 101


def test_a_hold_that_grows_says_how_many_it_is_about_by_now(trial: Trial, company: Company) -> None:
    people = company.people(100)
    job = trial.job(company)
    job.run()
    for leavers in (people[:20], people[20:30]):
        for person in leavers:
            company.remove(person)
        job.run()
    (one,) = holds(job)
    assert (one.count, one.cause.details["count"], one.cause.details["total"]) == (30, "30", "100")


def test_nineteen_and_then_one_more_within_a_day_are_too_many(trial: Trial, company: Company) -> None:
    people = company.people(100)
    job = trial.job(company)
    job.run()
    for person in people[:19]:
        company.remove(person)
    assert job.run().held == 0
    company.remove(people[20])
    assert job.run().held == 1


def test_nineteen_today_and_nineteen_the_day_after_tomorrow_are_not(trial: Trial, company: Company) -> None:
    people = company.people(100)
    job = trial.job(company)
    job.run()
    for day in (0, 1):
        for person in people[day * 19 : day * 19 + 19]:
            company.remove(person)
        assert job.run().held == 0
        trial.now += 25 * HOUR


def test_who_comes_back_drops_out_of_the_hold(trial: Trial, company: Company) -> None:
    people = company.people(60)
    job = trial.job(company)
    job.run()
    for person in people[:30]:
        company.remove(person)
    job.run()
    before = holds(job)
    company.things[people[0].number] = people[0]
    job.run()
    after = holds(job)
    assert (before[0].count, after[0].count) == (30, 29)
    assert before[0].digest != after[0].digest


def test_an_approval_lets_go_exactly_what_it_named(trial: Trial, company: Company) -> None:
    people = company.people(100)
    job = trial.job(company)
    job.run()
    for person in people[:30]:
        company.remove(person)
    job.run()
    approve(job, holds(job)[0].number)
    for person in people[30:60]:
        company.remove(person)
    outcome = job.run()
    assert (outcome.exported["delete"], outcome.held) == (30, 30)
    assert trial.binned() == {person.name for person in people[:30]}


def test_what_was_approved_does_not_count_against_the_next(trial: Trial, company: Company) -> None:
    people = company.people(100)
    job = trial.job(company)
    job.run()
    for person in people[:30]:
        company.remove(person)
    job.run()
    approve(job, holds(job)[0].number)
    job.run()
    company.remove(people[40])
    outcome = job.run()
    assert (outcome.held, outcome.exported["delete"], holds(job)) == (0, 1, [])


def test_many_disabled_at_once_are_kept_enabled(trial: Trial, company: Company) -> None:
    people = company.people(100)
    job = trial.job(company)
    job.run()
    for person in people[:25]:
        person.values["userAccountControl"] = "514"
    outcome = job.run()
    assert (outcome.held, holds(job)[0].what) == (25, "disables")


def test_many_who_are_disabled_by_a_new_mapping_are_kept_enabled(trial: Trial, company: Company) -> None:
    company.people(25)
    job = trial.job(company, schema=people_alone())
    job.run()
    schema = people_alone()
    disabled = {"targetAttributeName": "accountEnabled", "source": {"type": "Constant", "name": "False"}}
    schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"].append(disabled)
    job.set(schema=schema)
    outcome = job.run()
    assert (outcome.held, holds(job)[0].what) == (25, "disables")


def test_one_attribute_emptied_for_many_is_kept_and_named(trial: Trial, company: Company) -> None:
    people = company.people(100)
    for person in people:
        person.values["department"] = "Sales"
    job = trial.job(company)
    job.run()
    for person in people[:25]:
        del person.values["department"]
    outcome = job.run()
    found = holds(job)[0]
    assert (outcome.held, found.what, found.subject) == (25, "emptied", "department")
    user = trial.user(people[0].name)
    assert user
    assert user["department"] == "Sales"


def test_a_group_that_loses_many_members_keeps_them_and_wins_new_ones(trial: Trial, company: Company) -> None:
    people = company.people(61)
    group = company.group("Team", people[:60])
    job = trial.job(company)
    job.run()
    group.links["member"] = [person.number for person in people[30:]]
    outcome = job.run()
    team = trial.group("Team")
    assert (outcome.held, holds(job)[0].what) == (30, "members")
    assert team
    assert team["membersCount"] == 61
    approve(job, holds(job)[0].number)
    job.run()
    team = trial.group("Team")
    assert team
    assert team["membersCount"] == 31


def test_a_group_that_loses_ten_members_an_hour_is_noticed_at_the_twentieth(trial: Trial, company: Company) -> None:
    people = company.people(100)
    group = company.group("Team", people)
    job = trial.job(company)
    job.run()
    held: list[int] = []
    for _ in range(3):
        group.links["member"] = group.links["member"][10:]
        trial.now += HOUR
        held.append(job.run().held)
    assert held == [0, 10, 20]


def test_members_held_back_count_with_those_that_go_next(trial: Trial, company: Company) -> None:
    people = company.people(100)
    group = company.group("Team", people)
    job = trial.job(company)
    job.run()
    group.links["member"] = group.links["member"][30:]
    job.run()
    group.links["member"] = group.links["member"][5:]
    assert job.run().held == 35


def test_approved_members_do_not_count_against_the_next(trial: Trial, company: Company) -> None:
    people = company.people(100)
    group = company.group("Team", people)
    job = trial.job(company)
    job.run()
    group.links["member"] = group.links["member"][30:]
    job.run()
    approve(job, holds(job)[0].number)
    job.run()
    group.links["member"] = group.links["member"][5:]
    assert job.run().held == 0


def test_guards_can_be_set_for_each_job_and_type(trial: Trial, company: Company) -> None:
    people = company.people(5)
    job = trial.job(company, guards=Guards(by_type={"user": {"deletes": Guard(most=1)}}))
    job.run()
    company.remove(people[0])
    company.remove(people[1])
    assert job.run().held == 2


@pytest.mark.parametrize("cause", ["hold-empty-source", "hold-rules-changed", "hold-many-changes"])
def test_a_hold_names_its_likeliest_cause(trial: Trial, company: Company, cause: str) -> None:
    from ropeway.model.job import Scope

    people = company.people(40)
    oslo = company.unit("Oslo")
    job = trial.job(company)
    job.run()
    match cause:
        case "hold-empty-source":
            for person in people:
                company.remove(person)
        case "hold-rules-changed":
            job.set(scope=Scope(containers=(oslo.anchor,)))
        case _:
            for person in people[:30]:
                company.remove(person)
    job.run()
    assert holds(job)[0].cause.code == cause


def test_a_job_in_staging_plans_and_never_exports(trial: Trial, company: Company) -> None:
    company.people(3)
    job = trial.job(company, staging=True)
    assert job.run().exported == {}
    assert (trial.users(), job.state.plan_counts()) == (set(), {"create user": 3})
