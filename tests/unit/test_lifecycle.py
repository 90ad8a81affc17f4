"""The policy of a job's life, on tables of counts and clocks."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.engine.lifecycle.quarantine import FOUR_WEEKS, Finding, Tally, after_cycle, lifted, of_stop, verdict, wait
from ropeway.engine.lifecycle.restarts import AS_PORTAL, FULL, Scope, scope_of, told
from ropeway.engine.lifecycle.schedule import is_too_late_for_delta, next_run
from ropeway.engine.lifecycle.standing import Reason, Standing
from ropeway.engine.records import Escrow
from ropeway.engine.work import failed_again, next_attempt
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings, Schedule, SourceSettings
from ropeway.model.problems import Problem, RopewayError

HOUR, DAY = 3600.0, 86400.0
WRONG_PASSWORD = Problem("password-wrong")


@pytest.mark.parametrize(
    ("failures", "references", "successes", "reason"),
    [
        (4_000, 0, 0, None),
        (4_999, 0, 0, None),
        (5_000, 0, 7_500, None),
        (5_000, 0, 7_499, Reason.PROPORTION),
        (45_000, 0, 1_000_000, Reason.BASE),
        (40_000, 0, 1_000_000, None),
        (30_000, 0, 5_000, Reason.PROPORTION),
        (20_000, 0, 100_000, None),
        (40_000, 21_000, 1_000_000, Reason.TOTAL),
        (0, 60_000, 0, None),
        (0, 60_001, 0, Reason.TOTAL),
        (4_000, 30_000, 0, None),
    ],
)
def test_quarantine_comes_by_the_published_figures(
    failures: int, references: int, successes: int, reason: Reason | None
) -> None:
    assert verdict(Tally(failures, references, successes)) is reason


def test_attempts_in_quarantine_become_rarer_until_there_is_one_a_day() -> None:
    waits = [wait(count, 0.5) for count in range(1, 13)]
    assert waits == [120, 240, 480, 960, 1920, 3840, 7680, 15360, 30720, 61440, DAY, DAY]
    assert wait(1, 30 * 60) == 30 * 60
    assert wait(1, 3 * DAY) == 3 * DAY


def test_a_wrong_password_is_a_quarantine_at_once_and_a_dead_controller_is_none() -> None:
    wrong = after_cycle(Standing(), of_stop(WRONG_PASSWORD), 1000.0, 0.5)
    assert wrong.quarantine
    assert (wrong.quarantine.reason, wrong.quarantine.next_attempt) == (Reason.EXCEPTION, 1120.0)
    dead = after_cycle(Standing(), of_stop(Problem("controller-unreachable")), 1000.0, 0.5)
    assert (dead.quarantine, dead.failures_in_row) == (None, 1)


def test_another_reason_begins_anew_within_the_same_series() -> None:
    first = after_cycle(Standing(), Finding(Reason.PROPORTION), 1000.0, 0.5)
    second = after_cycle(first, Finding(Reason.BASE), 2000.0, 0.5).quarantine
    assert second
    assert (second.current_began, second.series_began, second.series_count) == (2000.0, 1000.0, 2)


def test_trouble_on_the_way_does_not_lift_a_quarantine_and_a_good_cycle_does() -> None:
    quarantined = after_cycle(Standing(), of_stop(WRONG_PASSWORD), 1000.0, 0.5)
    unreachable = after_cycle(quarantined, of_stop(Problem("controller-unreachable")), 1120.0, 0.5)
    assert unreachable.quarantine
    assert (unreachable.quarantine.reason, unreachable.failures_in_row) == (Reason.EXCEPTION, 2)
    assert after_cycle(unreachable, Finding(), 1360.0, 0.5) == Standing()


def test_a_job_is_disabled_after_four_weeks_of_quarantine_and_its_attempts_are_counted() -> None:
    settings, standing, now, attempts = job(), Standing(), 0.0, 0
    while standing.disabled is None:
        standing, attempts = after_cycle(standing, of_stop(WRONG_PASSWORD), now, 0.5), attempts + 1
        now = next_run(settings, "Quarantine", standing, now) or now
    assert standing.disabled > FOUR_WEEKS
    assert standing.disabled <= FOUR_WEEKS + DAY
    assert 28 <= attempts <= 28 + 11
    assert next_run(settings, "Paused", standing, now) is None
    assert lifted(standing) == Standing(run_now=True)


def test_an_object_is_tried_after_6_12_24_hours_and_daily_until_28_days_are_over() -> None:
    first, now, tried = 0.0, 0.0, [0.0]
    while (again := next_attempt(len(tried), now, first)) is not None:
        now = again
        tried.append(now)
    hours = [t / HOUR for t in tried]
    assert hours[:5] == [0, 6, 18, 42, 66]
    assert {b - a for a, b in pairwise(hours[3:])} == {24}
    assert 28 * 24 <= hours[-1] < 29 * 24


def test_after_the_last_retry_only_a_change_leads_to_a_new_series() -> None:
    over = Escrow(Anchor("zoe"), "map", WRONG_PASSWORD, 30, first=0.0, last=28 * DAY)
    assert failed_again(over, 90 * DAY) == (1, 90 * DAY)
    assert failed_again(msgspec.structs.replace(over, last=3 * DAY), 4 * DAY) == (31, 0.0)


def job(**schedule: object) -> JobSettings:
    return JobSettings("Contoso", SourceSettings("ldif"), schedule=Schedule(**schedule))  # type: ignore[arg-type]


def read_by_agents() -> JobSettings:
    return JobSettings("Contoso", SourceSettings("active-directory", through="agents"))


@pytest.mark.parametrize(
    ("settings", "status", "standing", "due"),
    [
        (job(), "Active", Standing(last_run=900.0), 1000.0),
        (job(every=120.0), "NotRun", Standing(), 1000.0),
        (job(every=120.0), "Active", Standing(last_run=900.0), 1020.0),
        (job(every=120.0), "Active", Standing(last_run=100.0), 1000.0),
        (job(every=120.0), "Active", Standing(last_run=5000.0), 1000.0),
        (job(every=120.0), "Active", Standing(last_run=900.0, run_now=True), 1000.0),
        (job(every=120.0), "Active", Standing(last_run=900.0, restart=4), 1000.0),
        (job(every=120.0), "Paused", Standing(last_run=100.0, run_now=True), None),
        (read_by_agents(), "Active", Standing(last_run=900.0), 1020.0),
        (read_by_agents(), "Active", Standing(last_run=900.0, look_again=1010.0), 1010.0),
        (read_by_agents(), "Active", Standing(last_run=900.0, look_again=890.0), 1020.0),
        (read_by_agents(), "Active", Standing(last_run=995.0, look_again=996.0), 1005.0),
        (read_by_agents(), "Active", Standing(last_run=900.0, look_again=9000.0), 1020.0),
        (job(every=120.0), "Active", Standing(last_run=900.0, look_again=1010.0), 1020.0),
        (job(off=True), "Active", Standing(), None),
        (job(off=True), "Active", Standing(run_now=True), 1000.0),
        (job(), "Paused", Standing(disabled=500.0), None),
    ],
)
def test_the_next_run_is_when_schedule_status_and_requests_say(
    settings: JobSettings, status: str, standing: Standing, due: float | None
) -> None:
    assert next_run(settings, status, standing, 1000.0) == due


def test_a_delta_after_more_than_seven_days_is_a_full_read() -> None:
    assert not is_too_late_for_delta(None, 1e9)
    assert not is_too_late_for_delta(0.0, 7 * DAY)
    assert is_too_late_for_delta(0.0, 7 * DAY + 1)


def test_a_restart_without_a_scope_is_the_portals() -> None:
    assert scope_of([]) == AS_PORTAL == Scope.QUARANTINE_STATE | Scope.WATERMARK | Scope.ESCROWS


def test_scopes_are_named_as_graph_does_in_any_case_and_with_commas() -> None:
    assert scope_of(["watermark, Escrows", "QuarantineState"]) == AS_PORTAL
    assert scope_of(["Full"]) == FULL == Scope(15)
    assert scope_of(["ForceDeletes"]) == Scope(32)
    assert scope_of(["ConnectorDataStore"]) == Scope.CONNECTOR_DATA_STORE | Scope.WATERMARK
    assert told(AS_PORTAL) == "Escrows, Watermark, QuarantineState"


@pytest.mark.parametrize("name", ["None", "Bogus", ""])
def test_a_scope_that_graph_does_not_have_or_that_is_not_to_be_used_is_refused(name: str) -> None:
    with pytest.raises(RopewayError) as refused:
        scope_of([name])
    assert refused.value.problem.code == "restart-scope-unknown"


findings = st.sampled_from(
    [Finding(), Finding(Reason.BASE), of_stop(WRONG_PASSWORD), of_stop(Problem("controller-unreachable"))]
)


@given(st.lists(st.tuples(findings, st.floats(1, 10 * DAY)), max_size=60), st.sampled_from([0.5, 120.0, 1800.0]))
def test_in_quarantine_there_is_always_a_next_attempt_and_a_good_cycle_always_ends_it(
    course: list[tuple[Finding, float]], interval: float
) -> None:
    standing, now = Standing(), 0.0
    for found, later in course:
        now += later
        standing = after_cycle(standing, found, now, interval)
        if standing.quarantine:
            assert now < standing.quarantine.next_attempt <= now + DAY
            assert standing.quarantine.series_began <= standing.quarantine.current_began <= now
        assert (standing.disabled is None) or standing.quarantine
    assert after_cycle(standing, Finding(), now, interval) == Standing()
