"""References that rules leave out, over departures, lost targets, cycles cut short, and beside another job."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from ropeway.control.comparing import Comparing, side
from ropeway.engine.on_demand import provision
from ropeway.engine.records import Decided
from ropeway.model.job import Guards
from ropeway.store.state import SqlState
from tests.unit.engine_company import Company, Job, Trial, company, trial
from tests.unit.test_rules_references import SCHEMAS, job, led, named
from tests.unit.test_rules_together import BASIC, clause, direct, rule, schema

__all__ = ["company", "job", "trial"]


def manages(job: Job, name: str) -> None:
    named(job, name).values["title"] = "Lead"


def cut_short(job: Job, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """A run whose process ends before something is stored of decisions about users."""
    once = getattr(SqlState, method)

    def ends(state: SqlState, *args: Any) -> None:
        if isinstance(args[0], Decided) and not any(line.entry.type == "user" for line in args[0].done):
            return once(state, *args)
        raise ConnectionAbortedError

    with monkeypatch.context() as patch:
        patch.setattr(SqlState, method, ends)
        with pytest.raises(ConnectionAbortedError):
            job.run()


def test_members_that_were_left_out_are_not_lost_when_their_group_comes_back(trial: Trial, company: Company) -> None:
    here = clause("description", "NOT EQUALS", "Gone")
    groups = rule(1, direct("displayName", "cn"), direct("mailNickname", "sAMAccountName"), clauses=[here])
    listed = rule(2, direct("members", "member"), linkType="Join", clauses=[clause("info", "EQUALS", "listed")])
    for one in (groups, listed):
        one["objectMappings"][0] |= {"sourceObjectName": "group", "targetObjectName": "group"}
    team = company.group("Team", company.people(60))
    job = trial.job(company, schema=schema(groups, listed, rule(3, *BASIC)), guards=Guards())
    job.run()
    team.values["description"] = "Gone"
    job.run()
    del team.values["description"]
    outcome = job.run()
    assert (outcome.result, outcome.exported.get("links", 0), trial.members("Team")) == ("success", 0, set())


def test_who_was_purged_before_a_reference_was_taken_back_has_it_again(job: Job) -> None:
    ann, directory = named(job, "Ann"), job.trial.directory
    ann.values["title"] = "Clerk"
    job.run(export=False)
    ann.values["department"] = "Gone"
    job.run()
    for one in directory.list_objects("users", deleted=True, limit=9):
        directory.purge_object(one["id"])
    ann.values |= {"title": "Lead", "department": "Here"}
    job.run()
    ann.values["sAMAccountName"] = "ann.other"
    job.run()
    assert led(job, "Ann") == "Bob"


def test_a_reference_that_comes_with_the_scope_comes_to_a_target_that_is_found_anew(job: Job) -> None:
    state, cid = job.state, named(job, "Cid").anchor
    state.acquire("this test", [])
    state.forget_targets_of([state.known([cid])[cid].number])
    state.release()
    job.set(schema=SCHEMAS["both"])
    job.run()
    assert led(job, "Cid") == "Bob"


@pytest.mark.parametrize("method", ["decide", "links_in_step"])
def test_a_first_cycle_that_was_cut_short_loses_nothing_that_was_left_out(
    method: str, trial: Trial, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.person("Cid", manager=company.person("Bob"), title="Clerk")
    job = trial.job(company, schema=SCHEMAS["leads"])
    cut_short(job, monkeypatch, method)
    job.run()
    manages(job, "Cid")
    job.run()
    assert led(job, "Cid") == "Bob"


@pytest.mark.parametrize("method", ["decide", "links_in_step", "keep_links_of"])
def test_a_cycle_that_was_cut_short_is_followed_by_one_that_knows_what_was_told(
    method: str, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(job, "Ann").values["title"] = "Clerk"
    if method == "keep_links_of":
        job.run(export=False)
        manages(job, "Ann")
    cut_short(job, monkeypatch, method)
    manages(job, "Ann")
    job.run()
    assert led(job, "Ann") == "Bob"
    named(job, "Ann").values["title"] = "Clerk"
    job.run()
    assert led(job, "Ann") == ""


def test_one_object_on_demand_is_taken_from_what_it_was_told_by_rules_of_before(job: Job) -> None:
    job.set(schema=SCHEMAS["delegates"])
    state = job.state
    state.acquire("this test", [])
    work = job.work(state)
    provision(work, named(job, "Ann").anchor)
    work.source.close()
    state.release()
    assert led(job, "Ann") == ""
    job.run()
    assert (led(job, "Ann"), job.run(full=True).exported) == ("", {})


def test_a_job_that_leaves_a_reference_out_differs_from_one_that_maps_it(job: Job) -> None:
    other = job.trial.job(job.company, name="Staging", schema=SCHEMAS["clerks"], staging=True)
    other.run(export=False)
    here, there = (side(job.trial.db, 1, name) for name in ("Contoso", "Staging"))
    found = {one.object.partition(",")[0]: one for one in Comparing(here, there).run(9).differences}
    assert {
        name: (one.links["manager"]["only here"], one.links["manager"]["only there"]) for name, one in found.items()
    } == {
        "CN=Ann": (1, 0),
        "CN=Cid": (0, 1),
    }


def test_links_of_a_large_group_are_gone_through_by_their_key_however_many_were_before(job: Job) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(job.trial.db.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    state = job.state
    state.acquire("this test", [])
    state.remap_links_of([1], "member", None)
    state.release()
    statement, values = next(one for one in asked if "link.other > ?" in one[0])
    with job.trial.db.read() as c:
        plan = [row[-1] for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert any("PRIMARY KEY (owner=? AND attribute=? AND other>?)" in step for step in plan), plan
