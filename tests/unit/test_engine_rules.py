"""The nine rules of the engine, each told as a story about people."""

from __future__ import annotations

from typing import Any

import pytest

from ropeway.engine.intake import entry_of
from ropeway.engine.mapping import Setting, source_attributes
from ropeway.model.anchors import Anchor
from ropeway.model.job import Scope
from ropeway.store import looking
from tests.unit.engine_company import HOUR, Company, Trial, company, trial

__all__ = ["company", "trial"]


# 1 Identity is the anchor


def test_identity_is_the_anchor_a_person_who_is_renamed_and_moved_stays_the_same_user(
    trial: Trial, company: Company
) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    zoe = company.person("Zoe", berlin, displayName="Zoe")
    job = trial.job(company)
    job.run()
    before = trial.user("Zoe")
    zoe.name, zoe.parent = "Zoe Berg", oslo.number
    zoe.values.update(cn="Zoe Berg", userPrincipalName="zoe.berg@contoso.test", sAMAccountName="zberg")
    job.run()
    after = trial.user("Zoe")
    assert before
    assert after
    assert before["id"] == after["id"]
    assert after["onPremisesDistinguishedName"] == "CN=Zoe Berg,OU=Oslo,DC=contoso,DC=test"


def test_somebody_new_under_an_old_name_is_somebody_else(trial: Trial, company: Company) -> None:
    zoe = company.person("Zoe")
    job = trial.job(company)
    job.run()
    before = trial.user("Zoe")
    company.remove(zoe)
    company.person("Zoe")
    job.run()
    after = trial.user("Zoe")
    assert before
    assert after
    assert before["id"] != after["id"]
    assert trial.binned() == {"Zoe"}


def test_containers_in_a_scope_are_held_by_guid_so_a_renamed_office_changes_paths_alone(
    trial: Trial, company: Company
) -> None:
    berlin = company.unit("Berlin")
    company.person("Zoe", company.unit("Sales", company.unit("Floor 1", berlin)))
    job = trial.job(company, Scope(containers=(berlin.anchor,)))
    job.run()
    berlin.name = "Potsdam"
    outcome = job.run()
    zoe = trial.user("Zoe")
    assert zoe
    assert zoe["onPremisesDistinguishedName"] == "CN=Zoe,OU=Sales,OU=Floor 1,OU=Potsdam,DC=contoso,DC=test"
    assert outcome.exported == {"update": 1}


# 2 Cost follows change


def test_a_full_read_of_the_same_company_has_nothing_to_do(trial: Trial, company: Company) -> None:
    company.group("Team", company.people(5))
    job = trial.job(company)
    job.run()
    outcome = job.run(full=True)
    assert outcome.exported == {}
    assert outcome.decided == 0


def test_one_new_member_of_a_large_group_is_one_value_sent(trial: Trial, company: Company) -> None:
    staff = company.people(1200)
    group = company.group("Everybody", staff[:-1])
    job = trial.job(company)
    job.run()
    group.links["member"].append(staff[-1].number)
    job.run()
    assert last_event(trial, "links").modified == {"+members": [staff[-1].anchor]}
    assert len(trial.members("Everybody")) >= 100


def last_event(trial: Trial, action: str) -> Any:
    import msgspec

    from ropeway.model.values import unpack

    with trial.db.read() as c:
        found = looking.events(c, 1, action=action, limit=1)[0]
    return msgspec.structs.replace(found, modified=unpack(found.modified))


# 4 Failing is not vanishing


def test_failing_is_not_vanishing_who_cannot_be_read_keeps_their_account(trial: Trial, company: Company) -> None:
    zoe = company.person("Zoe")
    job = trial.job(company)
    job.run()
    zoe.values["userAccountControl"] = "not a number"
    job.run()
    assert trial.users() == {"Zoe"}


def test_an_export_without_its_end_proves_nobodys_absence(trial: Trial, company: Company) -> None:
    company.people(3)
    job = trial.job(company)
    job.run()
    people = trial.users()
    company.write()
    text = company.path.read_text()
    company.path.write_text(text[: text.index("dn: CN=Person 3")] + "dn: CN=Person 3,DC=contoso,DC=test\nobjectCl")
    run_without_writing(job)
    assert trial.users() == people


def run_without_writing(job: Any) -> None:
    job.company.write = lambda: None
    job.run()


def test_absence_from_a_complete_read_is_a_deletion(trial: Trial, company: Company) -> None:
    people = company.people(3)
    job = trial.job(company)
    job.run()
    company.remove(people[0])
    job.run()
    assert trial.binned() == {people[0].name}


# 6 Nothing is lost or done twice


def test_a_run_that_lost_its_state_creates_nobody_twice_and_loses_no_deletion(trial: Trial, company: Company) -> None:
    people = company.people(4)
    job = trial.job(company)
    job.run()
    ids = {o["id"] for o in trial.directory.list_objects("users")}
    forget_state(trial)
    company.remove(people[0])
    job.run()
    assert {o["id"] for o in trial.directory.list_objects("users")} < ids
    assert trial.binned() == {people[0].name}


def test_after_a_lost_state_mass_disabling_is_held_all_the_same(trial: Trial, company: Company) -> None:
    people = company.people(60)
    job = trial.job(company)
    job.run()
    forget_state(trial)
    for person in people[:40]:
        person.values["userAccountControl"] = "514"
    outcome = job.run()
    assert (outcome.held, trial.user(people[0].name)["accountEnabled"]) == (40, True)  # pyright: ignore


def test_after_a_lost_state_what_was_taken_away_is_taken_away(trial: Trial, company: Company) -> None:
    zoe, ann = company.person("Zoe", department="Sales"), company.person("Ann")
    team = company.group("Team", [zoe, ann])
    job = trial.job(company)
    job.run()
    forget_state(trial)
    del zoe.values["department"]
    team.links["member"] = [ann.number]
    outcome = job.run()
    zoe_now = trial.user("Zoe") or {"department": "nobody is there"}
    assert (zoe_now.get("department"), trial.members("Team")) == (None, {"Ann"})
    assert outcome.exported == {"empty": 1, "links": 1}


def forget_state(trial: Trial) -> None:
    """The tables of the job are as if it had never run."""
    from sqlalchemy import delete, update

    from ropeway.store import tables

    with trial.db.write() as c:
        for table in (tables.entry, tables.link, tables.due, tables.later, tables.change, tables.provisioning_event):
            c.execute(delete(table))
        c.execute(update(tables.job).values(watermark=None, decided_by="", last_comparison=None, generation=0))


# 7 Ownership is explicit


def test_attributes_nobody_maps_stay_as_an_administrator_set_them(trial: Trial, company: Company) -> None:
    company.person("Zoe", department="Sales")
    job = trial.job(company)
    job.run()
    zoe = trial.user("Zoe")
    assert zoe
    trial.directory.update_object("users", zoe["id"], {"usageLocation": "NO"})
    company.things[2].values["department"] = "Law"
    job.run()
    after = trial.user("Zoe")
    assert after
    assert (after["department"], after["usageLocation"]) == ("Law", "NO")


# 8 Every decision is on record


def test_every_change_is_in_the_log_with_what_it_set(trial: Trial, company: Company) -> None:
    zoe = company.person("Zoe", department="Sales")
    job = trial.job(company)
    job.run()
    zoe.values["department"] = "Law"
    job.run()
    event = last_event(trial, "update")
    assert (event.object, event.status) == ("CN=Zoe,DC=contoso,DC=test", "success")
    assert event.modified == {"department": "Law", "@before": {"department": "Sales"}}


# 9 Work is a list, not an event


def test_rules_that_changed_decide_everybody_anew(trial: Trial, company: Company) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    company.person("Zoe", berlin)
    company.person("Ann", oslo)
    job = trial.job(company)
    job.run()
    job.set(scope=Scope(containers=(berlin.anchor,)))
    job.run()
    assert trial.users() == {"Zoe"}
    job.set(scope=Scope())
    job.run()
    assert trial.users() == {"Zoe", "Ann"}


def test_a_link_to_somebody_not_yet_there_is_made_when_they_come(trial: Trial, company: Company) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    boss = company.person("Boss", oslo)
    company.person("Zoe", berlin, manager=boss)
    job = trial.job(company, Scope(containers=(berlin.anchor,)))
    job.run()
    zoe = trial.user("Zoe")
    assert zoe
    assert "manager" not in zoe
    boss.parent = berlin.number
    job.run()
    zoe = trial.user("Zoe")
    assert zoe
    assert zoe["manager"]["displayName"] == "Boss"


def test_an_account_that_expires_at_noon_is_disabled_at_noon(trial: Trial, company: Company) -> None:
    noon = int((trial.now + 3 * HOUR + 11_644_473_600) * 10_000_000)
    company.person("Zoe", accountExpires=str(noon))
    job = trial.job(company)
    job.run()
    zoe = trial.user("Zoe")
    assert zoe
    assert zoe["accountEnabled"] is True
    trial.now += 3 * HOUR
    job.run()
    zoe = trial.user("Zoe")
    assert zoe
    assert zoe["accountEnabled"] is False


def test_who_comes_back_has_the_same_id_manager_and_groups(trial: Trial, company: Company) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    boss = company.person("Boss", berlin)
    zoe = company.person("Zoe", berlin, manager=boss)
    company.group("Team", [zoe], berlin)
    job = trial.job(company, Scope(containers=(berlin.anchor,)))
    job.run()
    before = trial.user("Zoe")
    zoe.parent = oslo.number
    job.run()
    assert (trial.users(), trial.members("Team")) == ({"Boss"}, set())
    zoe.parent = berlin.number
    job.run()
    after = trial.user("Zoe")
    assert before
    assert after
    assert before["id"] == after["id"]
    assert (after["manager"]["displayName"], trial.members("Team")) == ("Boss", {"Zoe"})


def test_who_comes_back_after_the_bin_was_emptied_has_their_manager(trial: Trial, company: Company) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    boss = company.person("Boss", berlin)
    zoe = company.person("Zoe", berlin, manager=boss)
    team = company.group("Team", [zoe, boss], berlin)
    job = trial.job(company, Scope(containers=(berlin.anchor,)))
    job.run()
    zoe.parent = team.parent = oslo.number
    job.run()
    trial.now += 31 * 24 * HOUR
    trial.directory.purge(trial.now)
    zoe.parent = team.parent = berlin.number
    job.run()
    after = trial.user("Zoe")
    assert after
    assert after["manager"]["displayName"] == "Boss"
    assert trial.members("Team") == {"Zoe", "Boss"}


def test_a_large_group_that_lost_its_owner_and_is_read_again_in_parts_has_no_owner(
    trial: Trial, company: Company
) -> None:
    staff = company.people(700)
    group = company.group("Everybody", staff)
    group.links["managedBy"] = [staff[0].number]
    job = trial.job(company)
    job.run()
    everybody = trial.group("Everybody")
    assert everybody
    assert everybody["ownersCount"] == 1
    group.links.pop("managedBy")
    job.run(full=True)
    everybody = trial.group("Everybody")
    assert everybody
    assert everybody["ownersCount"] == 0


@pytest.mark.parametrize("size", [3, 700])
def test_members_missing_from_a_full_read_are_taken_out(trial: Trial, company: Company, size: int) -> None:
    staff = company.people(size)
    group = company.group("Team", staff)
    job = trial.job(company)
    job.run()
    group.links["member"] = group.links["member"][1:]
    job.run()
    team = trial.group("Team")
    assert team
    assert team["membersCount"] == size - 1


# what no server sends of an object


@pytest.mark.parametrize(("told", "forest", "expected"), [
    ({}, "", ("EMEA", "EMEA")),
    ({}, "DC=contoso,DC=test", ("EMEA", "CONTOSO")),
    ({"domainNetBios": "RHEIN"}, "", ("RHEIN", "RHEIN")),
    ({"domainNetBios": "RHEIN"}, "DC=contoso,DC=test", ("RHEIN", "CONTOSO")),
    ({"domainNetBios": "RHEIN", "forestNetBios": "GOLD"}, "DC=contoso,DC=test", ("RHEIN", "GOLD")),
])  # fmt: skip
def test_short_names_of_domain_and_forest_are_what_the_source_told_and_else_first_labels(
    told: dict[str, Any], forest: str, expected: tuple[str, str]
) -> None:
    category = {"objectCategory": f"CN=Person,CN=Schema,CN=Configuration,{forest}"} if forest else {}
    dn = "CN=Zoe,DC=emea,DC=contoso,DC=test"
    entry = entry_of(Anchor("0" * 32), "user", None, dn, told | category)
    found = source_attributes(entry, dn, Setting(0))
    assert (found["domainNetBios"], found["forestNetBios"]) == expected
