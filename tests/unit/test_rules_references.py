"""References of several rules for one type: each flows for those in the scope of a rule that maps it."""

from __future__ import annotations

from typing import Any

import pytest

from ropeway.model.job import Guards
from tests.unit.engine_company import HOUR, Company, Job, Thing, Trial, company, trial
from tests.unit.test_default_schema_members import run_with
from tests.unit.test_rules_together import BASIC, UNGUARDED, clause, direct, rule, schema

__all__ = ["company", "trial"]

LED = direct("manager", "manager")
EVERYBODY = rule(1, *BASIC, clauses=[clause("department", "NOT EQUALS", "Gone")])
LEADING = rule(2, LED, linkType="Join", clauses=[clause("title", "EQUALS", "Lead")])
CLERKS = rule(3, LED, linkType="Join", clauses=[clause("title", "EQUALS", "Clerk")])
DELEGATES = "extension_d7a1f3b2c4e64c0f9a58b6e1207f4d93_publicDelegates"
DELEGATING = rule(5, direct(DELEGATES, "manager"), linkType="Join", clauses=[clause("title", "EQUALS", "Clerk")])
ALL = rule(4, LED, linkType="Join")
SCHEMAS = {
    "leads": schema(EVERYBODY, LEADING),
    "clerks": schema(EVERYBODY, CLERKS),
    "both": schema(EVERYBODY, LEADING, CLERKS),
    "all": schema(EVERYBODY, LEADING, ALL),
    "nobody": schema(EVERYBODY),
    "delegates": schema(EVERYBODY, DELEGATING),
}
TITLES = {
    "leads": {"Lead"},
    "clerks": {"Clerk"},
    "both": {"Lead", "Clerk"},
    "all": {"Lead", "Clerk", "Guest"},
    "nobody": set[str](),
    "delegates": {"Clerk"},
}
"""Whose manager flows, in the last to another attribute."""


def led(job: Job, name: str) -> str:
    """The manager that the directory shows, or nothing."""
    found: dict[str, Any] = job.trial.user(name) or {}
    manager: dict[str, str] = found.get("manager") or {}
    return manager.get("displayName", "")


@pytest.fixture
def job(trial: Trial, company: Company) -> Job:
    """Bob leads Ann, who is a lead herself, and Cid, who is none."""
    bob = company.person("Bob")
    company.person("Ann", manager=bob, title="Lead")
    company.person("Cid", manager=bob, title="Clerk")
    made = trial.job(company, schema=SCHEMAS["leads"], guards=UNGUARDED)
    made.run()
    return made


def named(job: Job, name: str) -> Thing:
    return next(thing for thing in job.company.things.values() if thing.name == name)


def forget(job: Job, *, targets: bool) -> None:
    """As after a restart of the job: read everything, and perhaps find every target object anew."""
    state = job.state
    state.acquire("this test", [])
    if targets:
        state.forget_targets()
    state.forget_watermark()
    state.release()


def test_a_reference_flows_for_those_alone_whom_a_rule_that_maps_it_is_about(job: Job) -> None:
    assert (led(job, "Ann"), led(job, "Cid")) == ("Bob", "")


def test_a_reference_comes_with_the_scope_and_goes_with_it(job: Job) -> None:
    named(job, "Cid").values["title"] = "Lead"
    named(job, "Ann").values["title"] = "Clerk"
    assert job.run().exported == {"links": 2}
    assert (led(job, "Ann"), led(job, "Cid")) == ("", "Bob")
    assert job.run(full=True).exported == {}


def test_what_changes_of_a_reference_that_does_not_flow_is_no_change(job: Job) -> None:
    named(job, "Cid").links["manager"] = [named(job, "Ann").number]
    outcome = job.run()
    assert (outcome.exported, job.state.any_sendable()) == ({}, False)
    del named(job, "Cid").links["manager"]
    assert job.run().exported == {}
    named(job, "Cid").values["title"] = "Lead"
    named(job, "Cid").links["manager"] = [named(job, "Ann").number]
    assert job.run().exported == {"links": 1}
    assert led(job, "Cid") == "Ann"


def test_a_rule_that_no_longer_maps_a_reference_takes_it_from_those_it_alone_was_about(job: Job) -> None:
    job.set(schema=SCHEMAS["both"])
    job.run()
    assert (led(job, "Ann"), led(job, "Cid")) == ("Bob", "Bob")
    job.set(schema=SCHEMAS["clerks"])
    assert job.run().exported == {"links": 1}
    assert (led(job, "Ann"), led(job, "Cid")) == ("", "Bob")


def test_the_last_reference_that_is_no_longer_mapped_takes_its_links_along(job: Job) -> None:
    job.set(schema=SCHEMAS["nobody"])
    assert job.run().exported == {"links": 1}
    assert led(job, "Ann") == ""


def test_too_many_who_would_lose_their_reference_wait_for_approval(trial: Trial, company: Company) -> None:
    bob = company.person("Bob")
    for number in range(60):
        company.person(f"Lead {number}", manager=bob, title="Lead")
    job = trial.job(company, schema=SCHEMAS["leads"], guards=Guards())
    job.run()
    job.set(schema=SCHEMAS["clerks"])
    outcome = job.run()
    assert (outcome.result, outcome.exported) == ("held", {})
    assert led(job, "Lead 7") == "Bob"
    job.set(schema=SCHEMAS["leads"])
    assert (job.run().exported, job.state.held(), led(job, "Lead 7")) == ({}, 0, "Bob")


def test_a_state_that_was_lost_still_takes_back_what_no_longer_flows(job: Job) -> None:
    named(job, "Ann").values["title"] = "Clerk"
    forget(job, targets=True)
    job.run()
    assert led(job, "Ann") == ""


def test_a_group_whose_members_do_not_flow_is_not_too_large(trial: Trial, company: Company) -> None:
    members = rule(2, direct("members", "member"), linkType="Join", clauses=[clause("info", "EQUALS", "listed")])
    groups = rule(1, direct("displayName", "cn"))
    for one in (members, groups):
        one["objectMappings"][0] |= {"sourceObjectName": "group", "targetObjectName": "group"}
    people = rule(3, *BASIC)
    team = company.group("Team", company.people(3))
    job = trial.job(company, schema=schema(groups, members, people), guards=UNGUARDED)
    assert (run_with(job, 2), trial.members("Team")) == (0, set())
    team.values["info"] = "listed"
    assert (run_with(job, 2), trial.members("Team")) == (1, set())
    trial.now += 24 * HOUR
    assert (run_with(job, 3), len(trial.members("Team"))) == (0, 3)
