"""Who is a member without being listed: primary groups, and the creator of a computer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ropeway.engine.cycle import Cycle
from ropeway.rules.defaults import written_out
from ropeway.rules.extensions import extension_name
from tests.unit.engine_company import Company, Job, Trial

DOMAIN_SID = "S-1-5-21-1-2-3"


def with_primary_groups() -> dict[str, Any]:
    """The default schema with primary groups switched on."""
    schema = written_out("active_directory")
    users = schema["synchronizationRules"][0]["objectMappings"][0]
    source = {"type": "Attribute", "name": "primaryGroup"}
    users["attributeMappings"].append({"targetAttributeName": extension_name("primaryGroup"), "source": source})
    return schema


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    made = Trial(f"sqlite:///{tmp_path}/ropeway.sqlite")
    yield made
    made.db.close()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Two groups, and Ann, whose primary group is Staff."""
    made = Company(tmp_path / "company.ldif")
    for number, name in (("1200", "Staff"), ("1201", "Guests")):
        made.group(name).values["objectSid"] = f"{DOMAIN_SID}-{number}"
    made.person("Ann Archer", objectSid=f"{DOMAIN_SID}-1101", primaryGroupID="1200")
    return made


def job(trial: Trial, company: Company, schema: dict[str, Any] | None = None) -> Job:
    made = trial.job(company, schema=schema)
    made.run()
    return made


def ann(company: Company) -> Any:
    return next(t for t in company.things.values() if t.name == "Ann Archer")


def test_by_default_a_primary_group_has_only_the_members_it_lists(trial: Trial, company: Company) -> None:
    job(trial, company)
    assert trial.members("Staff") == set()


def test_switched_on_the_primary_group_has_its_people(trial: Trial, company: Company) -> None:
    job(trial, company, with_primary_groups())
    assert trial.members("Staff") == {"Ann Archer"}
    assert [g["displayName"] for g in trial.user("Ann Archer")["memberOf"]] == ["Staff"]


def test_another_primary_group_is_left_for(trial: Trial, company: Company) -> None:
    running = job(trial, company, with_primary_groups())
    ann(company).values["primaryGroupID"] = "1201"
    running.run()
    assert (trial.members("Staff"), trial.members("Guests")) == (set(), {"Ann Archer"})


def test_whoever_is_listed_too_is_a_member_once(trial: Trial, company: Company) -> None:
    staff = next(t for t in company.things.values() if t.name == "Staff")
    staff.links["member"] = [ann(company).number]
    running = job(trial, company, with_primary_groups())
    assert trial.group("Staff")["membersCount"] == 1
    staff.links["member"] = []
    running.run()
    assert trial.members("Staff") == {"Ann Archer"}


def test_whoever_leaves_is_no_member_any_more(trial: Trial, company: Company) -> None:
    company.person("Bob Baker")
    running = job(trial, company, with_primary_groups())
    company.remove(ann(company))
    running.run()
    assert trial.members("Staff") == set()


def run_with(running: Job, most_members: int) -> int:
    """A full run in a cloud that takes no larger groups; how many objects were set aside."""
    running.company.write()
    state = running.state
    state.acquire("this test", [])
    work = running.work(state)
    work.most_members = most_members
    try:
        return Cycle(work, full=True).run().failed
    finally:
        work.source.close()
        state.release()


def test_a_group_of_too_many_is_set_aside_as_it_was_until_it_is_smaller(trial: Trial, company: Company) -> None:
    staff = next(t for t in company.things.values() if t.name == "Staff")
    people = [ann(company), company.person("Bob Baker"), company.person("Eve Evans")]
    running = trial.job(company)
    staff.links["member"] = [p.number for p in people[:2]]
    assert run_with(running, 2) == 0
    staff.links["member"] = [p.number for p in people]
    assert run_with(running, 2) == 1
    assert trial.members("Staff") == {"Ann Archer", "Bob Baker"}
    (escrow,) = running.state.escrowed([staff.anchor]).values()
    assert escrow.problem.code == "group-too-large"
    staff.links["member"] = [p.number for p in people[1:]]
    assert run_with(running, 2) == 0
    assert trial.members("Staff") == {"Bob Baker", "Eve Evans"}


def test_a_new_group_of_too_many_is_not_created(trial: Trial, company: Company) -> None:
    running = trial.job(company)
    company.group("Everybody", [ann(company), company.person("Bob Baker")])
    assert run_with(running, 1) == 1
    assert trial.group("Everybody") is None


def test_a_computer_belongs_to_whoever_joined_it_to_the_domain(trial: Trial, company: Company) -> None:
    certificate = "MIIB"
    company.things[99] = type(ann(company))(99, "computer", "PC-1", 1, {
        "sAMAccountName": "PC-1$", "userCertificate": certificate, "userAccountControl": "4096",
        "mS-DS-CreatorSID": f"{DOMAIN_SID}-1101",
    })  # fmt: skip
    job(trial, company)
    (device,) = trial.directory.list_objects("devices")
    owners = trial.directory.show_object("devices", device["id"])["registeredOwners"]
    assert [o["displayName"] for o in owners] == ["Ann Archer"]
