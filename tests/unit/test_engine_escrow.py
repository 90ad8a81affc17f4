"""Objects set aside: tried again after 6, 12 and every 24 hours, and at once when their source changes."""

from __future__ import annotations

import pytest

from ropeway.engine.records import Escrow
from ropeway.engine.work import next_attempt
from tests.unit.engine_company import HOUR, Company, Job, Thing, Trial, company, trial

__all__ = ["company", "trial"]


@pytest.mark.parametrize(("attempt", "hours"), [(1, 6), (2, 12), (3, 24), (4, 24), (28, 24)])
def test_retries_come_after_6_12_and_every_24_hours(attempt: int, hours: int) -> None:
    assert next_attempt(attempt, 1000.0, 1000.0) == 1000.0 + hours * HOUR


@pytest.fixture
def zoe(company: Company) -> Thing:
    """Somebody whose department has a name that is too long for the directory."""
    return company.person("Zoe", department="x" * 300)


def escrow(job: Job, thing: Thing) -> Escrow | None:
    return job.state.escrowed([thing.anchor]).get(thing.anchor)


def test_who_cannot_be_exported_is_set_aside_and_the_others_go_on(trial: Trial, company: Company, zoe: Thing) -> None:
    company.person("Ann")
    job = trial.job(company)
    outcome = job.run()
    assert (outcome.result, outcome.failed, trial.users()) == ("completed-with-errors", 1, {"Ann"})


def test_who_cannot_even_be_read_counts_as_failed_and_is_tried_again(trial: Trial, company: Company) -> None:
    company.person("Ann")
    bob = company.person("Bob", displayName=["Bob", "Robert"])
    job = trial.job(company)
    first = job.run()
    assert (first.result, first.failed, trial.users()) == ("completed-with-errors", 1, {"Ann"})
    trial.now += 6 * HOUR
    assert (job.run().failed, escrow(job, bob).attempts) == (1, 2)  # pyright: ignore


def test_who_was_set_aside_is_tried_again_when_the_time_has_come(trial: Trial, company: Company, zoe: Thing) -> None:
    job = trial.job(company)
    job.run()
    tried: list[int] = []
    for hours in (5, 1, 11, 1, 23, 1, 23, 1):
        trial.now += hours * HOUR
        job.run()
        found = escrow(job, zoe)
        tried.append(found.attempts if found else 0)
    assert tried == [1, 2, 2, 3, 3, 4, 4, 5]


def test_who_was_put_right_at_the_source_is_tried_at_once(trial: Trial, company: Company, zoe: Thing) -> None:
    job = trial.job(company)
    job.run()
    zoe.values["department"] = "Sales"
    job.run()
    assert (trial.users(), escrow(job, zoe)) == ({"Zoe"}, None)


def test_a_failing_update_keeps_the_account_as_it_was(trial: Trial, company: Company) -> None:
    ann = company.person("Ann", department="Sales")
    job = trial.job(company)
    job.run()
    ann.values.update(title="Boss", department="x" * 300)
    assert job.run().failed == 1
    user = trial.user("Ann")
    assert user
    assert (user["department"], user.get("jobTitle")) == ("Sales", None)


def test_who_was_set_aside_and_left_is_in_escrow_no_more(trial: Trial, company: Company, zoe: Thing) -> None:
    job = trial.job(company)
    job.run()
    company.remove(zoe)
    job.run()
    assert escrow(job, zoe) is None
    trial.now += 7 * HOUR
    assert job.run().exported == {}
