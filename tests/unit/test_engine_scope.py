"""Who is in scope: containers, groups, groups in groups; and what happens to those who leave."""

from __future__ import annotations

import pytest

from ropeway.model.job import Departure, Scope
from tests.unit.engine_company import Company, Trial, company, people_alone, trial

__all__ = ["company", "trial"]


def test_only_people_below_the_chosen_offices_are_synchronized(trial: Trial, company: Company) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    company.person("Zoe", company.unit("Sales", berlin))
    company.person("Ann", oslo)
    trial.job(company, Scope(containers=(berlin.anchor,))).run()
    assert trial.users() == {"Zoe"}


def test_an_excluded_office_within_a_chosen_one_stays_out(trial: Trial, company: Company) -> None:
    berlin = company.unit("Berlin")
    secret = company.unit("Secret", berlin)
    company.person("Zoe", berlin)
    company.person("Spy", company.unit("Cellar", secret))
    trial.job(company, Scope(containers=(berlin.anchor,), excluded_containers=(secret.anchor,))).run()
    assert trial.users() == {"Zoe"}


def test_an_office_moved_out_of_the_scope_takes_everybody_below_with_it(trial: Trial, company: Company) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    sales = company.unit("Sales", berlin)
    company.person("Zoe", company.unit("Team A", sales))
    company.person("Ann", berlin)
    job = trial.job(company, Scope(containers=(berlin.anchor,)))
    job.run()
    sales.parent = oslo.number
    job.run()
    assert (trial.users(), trial.binned()) == ({"Ann"}, {"Zoe"})
    sales.parent = berlin.number
    job.run()
    assert trial.users() == {"Ann", "Zoe"}


def test_a_full_run_after_an_office_was_renamed_reaches_everybody_below(trial: Trial, company: Company) -> None:
    berlin = company.unit("Berlin")
    company.person("Zoe", company.unit("Sales", berlin))
    job = trial.job(company)
    job.run()
    berlin.name = "Potsdam"
    job.run(full=True)
    zoe = trial.user("Zoe")
    assert zoe
    assert zoe["onPremisesDistinguishedName"] == "CN=Zoe,OU=Sales,OU=Potsdam,DC=contoso,DC=test"


def test_only_members_of_the_chosen_group_are_synchronized_and_the_group(trial: Trial, company: Company) -> None:
    zoe, ann = company.person("Zoe"), company.person("Ann")
    pilots = company.group("Pilots", [zoe])
    job = trial.job(company, Scope(groups=(pilots.anchor,)))
    job.run()
    assert (trial.users(), trial.members("Pilots")) == ({"Zoe"}, {"Zoe"})
    pilots.links["member"] = [ann.number]
    job.run()
    assert (trial.users(), trial.members("Pilots")) == ({"Ann"}, {"Ann"})


def test_members_of_members_count_only_where_nesting_is_chosen(trial: Trial, company: Company) -> None:
    zoe = company.person("Zoe")
    pilots = company.group("Pilots", [company.group("Oslo pilots", [zoe])])
    job = trial.job(company, Scope(groups=(pilots.anchor,)))
    job.run()
    assert trial.users() == set()
    job.set(scope=Scope(groups=(pilots.anchor,), nested_groups=True))
    job.run()
    assert trial.users() == {"Zoe"}


def test_a_group_put_into_the_scopes_group_brings_its_members_and_theirs(trial: Trial, company: Company) -> None:
    zoe, ann = company.person("Zoe"), company.person("Ann")
    inner = company.group("Inner", [ann])
    outer = company.group("Outer", [zoe, inner])
    pilots = company.group("Pilots")
    job = trial.job(company, Scope(groups=(pilots.anchor,), nested_groups=True))
    job.run()
    assert trial.users() == set()
    pilots.links["member"] = [outer.number]
    job.run()
    assert trial.users() == {"Zoe", "Ann"}
    outer.links["member"] = [zoe.number]
    job.run()
    assert trial.users() == {"Zoe"}


def test_a_group_filled_and_put_into_the_scope_at_once_brings_its_members(trial: Trial, company: Company) -> None:
    zoe = company.person("Zoe")
    outer, pilots = company.group("Outer"), company.group("Pilots")
    job = trial.job(company, Scope(groups=(pilots.anchor,), nested_groups=True))
    job.run()
    outer.links["member"], pilots.links["member"] = [zoe.number], [outer.number]
    job.run()
    assert trial.users() == {"Zoe"}


def test_groups_that_contain_each_other_are_no_trouble(trial: Trial, company: Company) -> None:
    zoe = company.person("Zoe")
    one, two = company.group("One", [zoe]), company.group("Two")
    one.links["member"].append(two.number)
    two.links["member"] = [one.number]
    job = trial.job(company, Scope(groups=(two.anchor,), nested_groups=True))
    job.run()
    assert trial.users() == {"Zoe"}
    two.links["member"] = []
    job.run()
    assert trial.users() == set()


def test_a_nested_group_that_is_deleted_takes_its_members_out(trial: Trial, company: Company) -> None:
    zoe, ann = company.person("Zoe"), company.person("Ann")
    outer = company.group("Outer", [zoe])
    pilots = company.group("Pilots", [outer, ann])
    job = trial.job(company, Scope(groups=(pilots.anchor,), nested_groups=True))
    job.run()
    company.remove(outer)
    job.run()
    assert trial.users() == {"Ann"}


def test_people_taken_out_of_a_large_group_of_the_scope_leave(trial: Trial, company: Company) -> None:
    staff = company.people(700)
    pilots = company.group("Pilots", staff)
    job = trial.job(company, Scope(groups=(pilots.anchor,)))
    job.run()
    pilots.links["member"] = pilots.links["member"][5:]
    job.run()
    assert trial.binned() == {person.name for person in staff[:5]}


def test_a_scope_whose_office_is_gone_stops_the_job_and_removes_nobody(trial: Trial, company: Company) -> None:
    berlin = company.unit("Berlin")
    zoe = company.person("Zoe", berlin)
    job = trial.job(company, Scope(containers=(berlin.anchor,)))
    job.run()
    company.remove(zoe)
    company.remove(berlin)
    assert job.stopped() == "scope-base-missing"
    assert trial.users() == {"Zoe"}


def test_an_empty_export_stops_at_a_hold_and_removes_nobody(trial: Trial, company: Company) -> None:
    people = company.people(30)
    job = trial.job(company)
    job.run()
    for person in people:
        company.remove(person)
    outcome = job.run()
    assert (outcome.result, outcome.held, len(trial.users())) == ("held", 30, 30)


@pytest.mark.parametrize(
    ("policy", "enabled"), [(Departure.DELETE, None), (Departure.DISABLE, False), (Departure.KEEP, True)]
)
def test_who_leaves_is_deleted_disabled_or_kept_as_the_job_says(
    trial: Trial, company: Company, policy: Departure, enabled: bool | None
) -> None:
    company.person("Abel")
    zoe = company.person("Zoe")
    job = trial.job(company, departure={"user": policy})
    job.run()
    company.remove(zoe)
    job.run()
    user = trial.user("Zoe")
    assert (user["accountEnabled"] if user else None) is enabled


def test_who_was_disabled_for_leaving_is_enabled_again_on_coming_back(trial: Trial, company: Company) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    zoe = company.person("Zoe", berlin)
    job = trial.job(company, Scope(containers=(berlin.anchor,)), departure={"user": Departure.DISABLE})
    for office, enabled in ((berlin, True), (oslo, False), (berlin, True)):
        zoe.parent = office.number
        job.run()
        user = trial.user("Zoe")
        assert user
        assert user["accountEnabled"] is enabled


def test_who_leaves_is_disabled_where_no_rule_says_that_the_account_is_enabled(trial: Trial, company: Company) -> None:
    zoe = company.person("Zoe")
    job = trial.job(company, schema=people_alone(), departure={"user": Departure.DISABLE})
    job.run()
    zoe.values["description"] = "Gone"
    schema = people_alone()
    leaving = {"clauses": [{"sourceOperandName": "description", "operatorName": "IS NULL"}]}
    schema["synchronizationRules"][0]["objectMappings"][0]["scope"] = {"groups": [leaving]}
    for gone in (schema, schema, people_alone()):
        job.set(schema=gone)
        job.run()
        user = trial.user("Zoe")
        assert user
        assert user["accountEnabled"] is (gone is not schema)


def test_a_type_that_is_no_longer_mapped_leaves(trial: Trial, company: Company) -> None:
    import msgspec

    from ropeway.rules import default_schema

    company.group("Team", [company.person("Zoe")])
    job = trial.job(company)
    job.run()
    schema = msgspec.to_builtins(default_schema("ldif"))
    for rule in schema["synchronizationRules"]:
        rule["objectMappings"] = [m for m in rule["objectMappings"] if m["sourceObjectName"] != "group"]
    job.set(schema=schema)
    job.run()
    assert (trial.group("Team"), trial.users()) == (None, {"Zoe"})


def test_two_jobs_into_one_directory_join_what_each_says_of_a_group(trial: Trial, company: Company, tmp_path) -> None:
    zoe = company.person("Zoe")
    trial.job(company).run()
    fabrikam = Company(tmp_path / "fabrikam.ldif")
    fabrikam.last = 500
    fabrikam.group("Friends", [fabrikam.person("Bob")]).links["member"].append(zoe.number)
    fabrikam.things[zoe.number] = zoe
    other = trial.job(fabrikam, name="Fabrikam", departure={"user": Departure.KEEP})
    other.run()
    assert trial.members("Friends") == {"Bob", "Zoe"}


def test_of_who_left_long_ago_nothing_is_kept_but_the_bin(trial: Trial, company: Company) -> None:
    zoe, team = company.person("Zoe"), company.people(30)
    job = trial.job(company)
    job.run()
    company.remove(zoe)
    for person in team[:5]:
        job.run()
        person.values["title"] = "Engineer"
    assert (job.state.known([zoe.anchor]), trial.binned()) == ({}, {"Zoe"})


def test_the_chosen_group_counts_where_the_rules_map_no_groups(trial: Trial, company: Company) -> None:
    zoe, ann = company.person("Zoe"), company.person("Ann")
    pilots = company.group("Pilots", [zoe])
    job = trial.job(company, Scope(groups=(pilots.anchor,)), schema=people_alone())
    job.run()
    assert trial.users() == {"Zoe"}
    pilots.links["member"] = [ann.number]
    job.run()
    assert trial.users() == {"Ann"}
