"""Whole cycles under the policy: what 28 days, a restart and an emptied source do to a job. No test waits."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ropeway.connectors.ldif import open_source
from ropeway.engine import course
from ropeway.engine.lifecycle.restarts import Scope, scope_of
from ropeway.engine.lifecycle.schedule import next_run
from ropeway.engine.lifecycle.standing import Quarantine, Reason, Standing
from ropeway.engine.records import Outcome
from ropeway.engine.work import Work
from ropeway.model.job import Retention, Schedule
from ropeway.model.problems import Problem, RopewayError
from ropeway.rules import compile_rules, load_schema
from ropeway.store import holding, jobs, lifecycle, looking, trail
from ropeway.store.rows import Key
from tests.unit.engine_company import HOUR, Company, Job, Thing, Trial, company, trial

__all__ = ["company", "trial"]
DAY, MINUTE = 24 * HOUR, HOUR / 60
RULES = compile_rules(load_schema(None, "ldif"))


def live(job: Job) -> Outcome:
    """One cycle with everything that belongs to it; a second later."""
    job.company.write()
    job.trial.now += 1
    state = job.state
    state.acquire("this test", [])
    target = job.trial.directory.target(job.number, precedence=job.settings.precedence)
    source = open_source(job.settings.source.settings)
    try:
        return course.cycle(Work(job.settings, RULES, source, target, state, clock=lambda: job.trial.now))
    finally:
        source.close()
        state.release()


def standing(job: Job) -> Standing:
    return job.state.record().standing


def ask_for(job: Job, *names: str) -> None:
    """What `ropeway job restart` leaves for the next cycle."""
    scope = scope_of(names)
    with job.trial.db.write() as c:
        lifecycle.change_standing(c, job.number, lambda now: Standing(now.quarantine, restart=scope, run_now=True), 0.0)


def status(job: Job) -> str:
    return job.state.record().status


@pytest.fixture
def zoe(company: Company) -> Thing:
    """Somebody whose department has a name that is too long for the directory."""
    return company.person("Zoe", department="x" * 300)


def test_a_new_job_that_ran_is_active_and_knows_when(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    assert status(job) == "NotRun"
    live(job)
    assert (status(job), standing(job).last_run) == ("Active", trial.now)


def test_an_idle_pass_changes_nothing_until_an_hour_is_over(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    live(job)
    first = standing(job)
    live(job)
    assert standing(job) == first
    trial.now += HOUR
    live(job)
    assert standing(job).last_run == trial.now


def test_a_schedule_counts_from_the_beginning_of_each_cycle(trial: Trial, company: Company) -> None:
    job = trial.job(company, schedule=Schedule(every=120.0))
    live(job)
    assert next_run(job.settings, status(job), standing(job), trial.now) == trial.now + 120
    trial.now += 119
    live(job)
    assert standing(job).last_run == trial.now


def test_who_cannot_be_brought_into_step_for_28_days_is_tried_daily_and_then_left_alone(
    trial: Trial, company: Company, zoe: Thing
) -> None:
    job = trial.job(company)
    tries = live(job).failed
    for hours in (6, 12, *[24] * 32):
        trial.now += hours * HOUR
        tries += live(job).failed
    assert tries == escrow(job, zoe) == 1 + 2 + 28
    with trial.db.read() as c:
        assert lifecycle.retries_ended(c, Key(tenant=1, job=job.number), 28 * DAY) == 1
    assert (status(job), standing(job).disabled) == ("Active", None)


def escrow(job: Job, thing: Thing) -> int:
    found = job.state.escrowed([thing.anchor]).get(thing.anchor)
    return found.attempts if found else 0


def test_after_28_days_a_change_at_the_source_is_tried_at_once_and_begins_a_new_series(
    trial: Trial, company: Company, zoe: Thing
) -> None:
    job = trial.job(company)
    live(job)
    trial.now += 28 * DAY
    assert live(job).failed == 1
    trial.now += 28 * DAY
    assert live(job).failed == 0
    zoe.values["department"] = "y" * 300
    assert live(job).failed == 1
    assert escrow(job, zoe) == 1
    trial.now += 6 * HOUR
    assert live(job).failed == 1
    zoe.values["department"] = "Sales"
    live(job)
    assert (trial.users(), escrow(job, zoe)) == ({"Zoe"}, 0)


def test_a_restart_of_escrows_tries_now_what_was_set_aside(trial: Trial, company: Company, zoe: Thing) -> None:
    job = trial.job(company)
    live(job)
    trial.directory.add_domain("later.test")
    assert live(job).failed == 0
    ask_for(job, "Escrows")
    outcome = live(job)
    assert (outcome.kind, outcome.failed, escrow(job, zoe), standing(job).restart) == ("delta", 1, 1, 0)


def test_a_restart_of_the_watermark_reads_and_decides_everything_again(trial: Trial, company: Company) -> None:
    company.people(3)
    job = trial.job(company)
    live(job)
    ask_for(job, "Watermark")
    outcome = live(job)
    assert (outcome.kind, outcome.exported, outcome.decided >= 3) == ("initial", {}, True)
    assert live(job).result == "nothing-to-do"


def test_a_full_restart_finds_every_account_again_and_changes_nobody(trial: Trial, company: Company) -> None:
    ann = company.person("Ann")
    bob = company.person("Bob", manager=ann)
    company.group("Sales", [ann, bob])
    job = trial.job(company)
    live(job)
    before = {name: trial.user(name) for name in ("Ann", "Bob")}
    ask_for(job, "Full")
    live(job)
    assert {name: identity(trial.user(name)) for name in before} == {n: identity(u) for n, u in before.items()}
    assert (trial.users(), trial.binned(), trial.members("Sales")) == ({"Ann", "Bob"}, set(), {"Ann", "Bob"})
    assert live(job).result == "nothing-to-do"


def identity(user: dict[str, Any] | None) -> Any:
    return user and (user["id"], user["userPrincipalName"], user.get("manager"))


def test_whoever_left_before_a_full_restart_still_leaves_the_directory_and_the_group(
    trial: Trial, company: Company
) -> None:
    ann, bob = company.person("Ann"), company.person("Bob")
    company.group("Sales", [ann, bob])
    job = trial.job(company)
    live(job)
    company.remove(bob)
    ask_for(job, "Full")
    live(job)
    assert (trial.users(), trial.binned(), trial.members("Sales")) == ({"Ann"}, {"Bob"}, {"Ann"})


def test_an_emptied_source_is_a_quarantine_that_ends_when_people_are_back(trial: Trial, company: Company) -> None:
    people = company.people(3)
    job = trial.job(company)
    live(job)
    kept = dict(company.things)
    for person in people:
        company.remove(person)
    live(job)
    quarantine = standing(job).quarantine
    assert quarantine
    assert (status(job), quarantine.reason) == ("Quarantine", Reason.TOO_MANY_DELETES)
    company.things = kept
    live(job)
    assert (status(job), standing(job).quarantine, len(trial.users())) == ("Active", None, 3)
    assert acts(trial) == [
        ("quarantine_job", {"reason": "TooManyDeletes", "problem": "hold-empty-source"}),
        ("release_job", {}),
    ]


def acts(trial: Trial) -> list[tuple[str, Any]]:
    """What the audit trail says that Ropeway did by itself."""
    with trial.db.read() as c:
        return [(act.action, act.details) for act in trail.latest(c, 1, who="Ropeway", since=None, limit=9)]


def test_deletes_that_are_approved_end_the_quarantine_they_caused(trial: Trial, company: Company) -> None:
    people = company.people(3)
    job = trial.job(company)
    live(job)
    for person in people:
        company.remove(person)
    live(job)
    with trial.db.write() as c:
        key = Key(tenant=1, job=job.number)
        for hold in looking.holds(c, key):
            holding.approve(c, key, hold.number, trial.now)
    live(job)
    assert (status(job), len(trial.users())) == ("Active", 0)


def test_a_job_that_is_refused_for_four_weeks_is_disabled(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    live(job)
    state = job.state
    state.acquire("this test", [])
    attempts = 0
    while standing(job).disabled is None:
        course.note_refusal(state, job.settings, Problem("password-wrong"), trial.now)
        quarantine, attempts = standing(job).quarantine, attempts + 1
        assert quarantine
        trial.now = quarantine.next_attempt
    assert (status(job), attempts < 40) == ("Paused", True)
    assert [action for action, _ in acts(trial)] == ["quarantine_job", "disable_job"]


class Refusing:
    """A source whose account is refused."""

    def __getattr__(self, name: str) -> Any:
        raise RopewayError(Problem("password-wrong"))


@pytest.mark.parametrize("scopes", [("Escrows",), ("Watermark",)])
def test_a_cycle_that_was_asked_for_and_ends_in_quarantine_is_not_tried_again_at_once(
    trial: Trial, company: Company, scopes: tuple[str, ...]
) -> None:
    """Each attempt is a wrong password more, and domains lock accounts after a few."""
    job = trial.job(company)
    live(job)
    ask_for(job, *scopes)
    state = job.state
    state.acquire("this test", [])
    target = trial.directory.target(job.number, precedence=job.settings.precedence)
    source: Any = Refusing()
    with pytest.raises(RopewayError, match="password-wrong"):
        course.cycle(Work(job.settings, RULES, source, target, state, clock=lambda: trial.now))
    assert status(job) == "Quarantine"
    assert next_run(job.settings, status(job), standing(job), trial.now) == trial.now + 2 * MINUTE


def test_a_restart_whose_source_cannot_be_opened_waits_in_quarantine_and_is_done_afterwards(
    trial: Trial, company: Company
) -> None:
    job = trial.job(company)
    live(job)
    ask_for(job, "Watermark")
    state = job.state
    state.acquire("this test", [])
    course.note_refusal(state, job.settings, Problem("password-wrong"), trial.now)
    state.release()
    assert next_run(job.settings, status(job), standing(job), trial.now) == trial.now + 2 * MINUTE
    trial.now += 2 * MINUTE
    assert live(job).kind == "initial"
    assert (status(job), standing(job).restart) == ("Active", 0)


def test_trouble_of_this_process_is_not_the_jobs(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    before = standing(job)
    course.note_refusal(job.state, job.settings, Problem("lease-lost"), trial.now)
    assert standing(job) == before


def test_a_delta_that_comes_after_more_than_seven_days_reads_everything(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    live(job)
    trial.now += 8 * DAY
    assert live(job).kind == "initial"
    assert live(job).kind == "delta"


def test_somebody_who_pauses_is_not_overruled_by_a_quarantine(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    with trial.db.write() as c:
        jobs.set_status(c, job.number, jobs.JobStatus.PAUSED)
        found = Quarantine(Reason.BASE, 1.0, 1.0, 1, 2.0)
        lifecycle.change_standing(c, job.number, lambda _: Standing(found), 0.0)
    assert status(job) == "Paused"


def test_the_log_and_the_cycles_of_each_job_are_kept_as_long_as_it_says(trial: Trial, company: Company) -> None:
    job = trial.job(company, retention=Retention(log=2, cycles=5))
    for day in range(8):
        company.person(f"Person {day}")
        live(job)
        trial.now += DAY
    with trial.db.read() as c:
        found = looking.events(c, 1, jobs=[job.number], limit=100)
        assert {int((trial.now - e.time) / DAY) for e in found} == {1, 2}
        cycles = c.exec_driver_sql("SELECT count(*) FROM cycle").scalar()
    assert cycles == 5


def test_a_stop_is_counted_and_a_good_cycle_forgets_it(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    state = job.state
    state.acquire("this test", [])
    course.note_refusal(state, job.settings, Problem("controller-unreachable"), trial.now)
    assert standing(job).failures_in_row == 1
    live(job)
    assert standing(job).failures_in_row == 0


def test_scopes_that_were_asked_for_meanwhile_stay_for_the_next_cycle(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    live(job)
    ask_for(job, "Escrows")
    state = job.state
    state.acquire("this test", [])
    state.stand(lambda now: Standing(restart=now.restart | Scope.WATERMARK, run_now=True))
    state.release()
    assert live(job).kind == "initial"


def test_a_cycle_began_when_its_reading_began(trial: Trial, company: Company) -> None:
    company.person("Zoe")
    company.write()
    job, began = trial.job(company), trial.now
    state = job.state
    state.acquire("this test", [])
    work = job.work(state)
    trial.now += 10 * 60  # a large domain is read for minutes before the first decision
    course.cycle(work)
    work.source.close()
    with trial.db.read() as c:
        [(started, ended, _)] = jobs.last_cycles(c, job.number, 5)
    assert (started, ended) == (began, began + 10 * 60)


def test_a_job_that_agents_watch_runs_at_the_moment_at_which_an_object_is_to_be_decided_again(
    trial: Trial, company: Company, zoe: Thing
) -> None:
    job = trial.job(company)
    job.set(source=msgspec.structs.replace(job.settings.source, through="agents"))
    live(job)
    began, again = trial.now, standing(job).look_again
    assert again == began + 6 * HOUR, "zoe is set aside, and tried again then"
    assert next_run(job.settings, status(job), standing(job), began) == began + 2 * MINUTE
    trial.now = again - MINUTE
    live(job)
    assert next_run(job.settings, status(job), standing(job), trial.now) == again
