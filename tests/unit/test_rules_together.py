"""Several rules for one type, link types, flow types and memberships, as a company that is synchronized by them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ropeway.model.job import Guard, Guards
from ropeway.model.problems import RopewayError
from ropeway.model.values import unpack
from tests.unit.engine_company import Company, Job, Trial, company, trial

__all__ = ["company", "trial"]

UNGUARDED = Guards(Guard(9999, 100, 9999), Guard(9999, 100, 9999), Guard(9999, 100, 9999), Guard(9999, 100, 9999))


def direct(target: str, source: str, **more: Any) -> dict[str, Any]:
    return {"targetAttributeName": target, "source": {"type": "Attribute", "name": source}, **more}


def constant(target: str, value: str, **more: Any) -> dict[str, Any]:
    return {"targetAttributeName": target, "source": {"type": "Constant", "name": value}, **more}


def computed(target: str, expression: str, **more: Any) -> dict[str, Any]:
    return {"targetAttributeName": target, "source": {"type": "Function", "expression": expression}, **more}


BASIC = (
    direct("displayName", "cn"),
    direct("userPrincipalName", "userPrincipalName", matchingPriority=1),
    direct("mailNickname", "sAMAccountName"),
)
GROUPS = {
    "sourceObjectName": "group",
    "targetObjectName": "group",
    "attributeMappings": [direct("displayName", "cn"), direct("members", "member")],
}


def clause(name: str, operator: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"sourceOperandName": name, "operatorName": operator, "targetOperand": {"values": list(values)}, **more}


def rule(priority: int, *flows: dict[str, Any], clauses: Any = (), **more: Any) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        "sourceObjectName": "user",
        "targetObjectName": "user",
        "attributeMappings": list(flows),
        **{key: more.pop(key) for key in ("flowTypes", "linkType") if key in more},
    }
    if clauses:
        mapping["scope"] = {"groups": [{"clauses": list(clauses)}]}
    names = {"sourceDirectoryName": "Active Directory", "targetDirectoryName": "Ropeway"}
    return {"name": f"R{priority}", "priority": priority, **names, "objectMappings": [mapping], **more}


def schema(*rules: dict[str, Any], groups: bool = False) -> dict[str, Any]:
    if groups:
        rules[-1]["objectMappings"].append(GROUPS)
    return {"synchronizationRules": list(rules)}


def job_by(trial: Trial, company: Company, *rules: dict[str, Any], groups: bool = False, **settings: Any) -> Job:
    return trial.job(company, schema=schema(*rules, groups=groups), guards=UNGUARDED, **settings)


def member_of(*groups: str, **more: Any) -> dict[str, Any]:
    return clause("", "ISMEMBEROF", *groups, **more)


def test_the_rule_of_higher_precedence_wins_where_it_has_a_value(trial: Trial, company: Company) -> None:
    company.person("Ada", title="Analyst", department="Mathematics")
    company.person("Bob", title="Clerk")
    special = rule(50, direct("jobTitle", "department"))
    job_by(trial, company, rule(100, *BASIC, direct("jobTitle", "title")), special).run()
    assert trial.user("Ada")["jobTitle"] == "Mathematics"
    assert trial.user("Bob")["jobTitle"] == "Clerk"


def test_a_rule_only_counts_for_those_in_its_scope(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", title="Analyst", l="London")
    london = rule(50, constant("jobTitle", "Londoner"), clauses=[clause("l", "EQUALS", "London")])
    job = job_by(trial, company, london, rule(100, *BASIC, direct("jobTitle", "title")))
    job.run()
    assert trial.user("Ada")["jobTitle"] == "Londoner"
    ada.values["l"] = "Oslo"
    job.run()
    assert trial.user("Ada")["jobTitle"] == "Analyst"


def test_values_of_several_rules_are_merged_without_doubles(trial: Trial, company: Company) -> None:
    company.person("Ada", mail="ada@x.test", otherMailbox=["ADA@X.test", "b@x.test"])
    merge = {"mergeType": "MergeCaseInsensitive"}
    first, second = direct("otherMails", "mail", **merge), direct("otherMails", "otherMailbox", **merge)
    job_by(trial, company, rule(50, first), rule(100, *BASIC, second)).run()
    assert trial.user("Ada")["otherMails"] == ["ada@x.test", "b@x.test"]


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [("NULL", "Analyst"), ("AuthoritativeNull", None), ("IgnoreThisFlow", "Analyst"), ('"Boss"', "Boss")],
)
def test_what_the_words_for_no_value_leave_to_the_next_rule(
    trial: Trial, company: Company, expression: str, outcome: str | None
) -> None:
    company.person("Ada", title="Analyst")
    job_by(
        trial, company, rule(50, computed("jobTitle", expression)), rule(100, *BASIC, direct("jobTitle", "title"))
    ).run()
    assert trial.user("Ada").get("jobTitle") == outcome


def test_an_ignored_flow_leaves_what_the_directory_has(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", title="Analyst")
    job = job_by(
        trial, company, rule(1, *BASIC, computed("jobTitle", "IIF(IsPresent([title]), [title], IgnoreThisFlow)"))
    )
    job.run()
    del ada.values["title"]
    ada.values["department"] = "Mathematics"
    job.run()
    assert trial.user("Ada")["jobTitle"] == "Analyst"


def test_a_rule_that_joins_creates_nobody(trial: Trial, company: Company) -> None:
    company.person("Ada")
    job_by(trial, company, rule(1, *BASIC, linkType="Join")).run()
    assert trial.users() == set()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Company:
    """Another forest."""
    return Company(tmp_path / "fabrikam.ldif")


def test_a_joining_rule_finds_a_person_that_another_job_brings_later(
    trial: Trial, company: Company, elsewhere: Company
) -> None:
    company.person("Ada")
    elsewhere.person("Ada", title="Analyst").number = 99
    elsewhere.things = {99 if n != 1 else 1: t for n, t in elsewhere.things.items()}
    other = job_by(trial, elsewhere, rule(1, *BASIC, direct("jobTitle", "title"), linkType="Join"), name="Fabrikam")
    other.run()
    job = job_by(trial, company, rule(1, *BASIC))
    job.run()
    trial.now += 3600
    other.run()
    assert trial.user("Ada")["jobTitle"] == "Analyst"
    company.person("Zoe")
    company.remove(company.things[2])
    job.run()
    assert trial.binned() == {"Ada"}


def test_of_rules_that_join_the_one_that_finds_people_says_what_becomes_of_leavers(
    trial: Trial, company: Company, elsewhere: Company
) -> None:
    company.person("Ada")
    ada = elsewhere.person("Ada", title="Analyst")
    ada.number = 99
    elsewhere.things = {99 if n != 1 else 1: t for n, t in elsewhere.things.items()}
    job_by(trial, company, rule(1, *BASIC)).run()
    adds = rule(1, constant("department", "Sums"), linkType="Join")
    finds = rule(2, *BASIC, direct("jobTitle", "title"), linkType="Join", flowTypes="Add, Update")
    other = job_by(trial, elsewhere, adds, finds, name="Fabrikam")
    other.run()
    elsewhere.remove(ada)
    elsewhere.person("Zoe").number = 98
    elsewhere.things = {98 if n != 1 else 1: t for n, t in elsewhere.things.items()}
    other.run()
    found = trial.user("Ada")
    assert found
    assert (found["jobTitle"], found["department"]) == ("Analyst", "Sums")


def test_whoever_is_only_joined_any_more_gives_up_the_account_and_adds_to_that_of_others(
    trial: Trial, company: Company
) -> None:
    ada = company.person("Ada", l="London", title="Analyst")
    provision = rule(50, *BASIC, clauses=[clause("l", "EQUALS", "London")])
    job = job_by(trial, company, provision, rule(100, *BASIC, direct("jobTitle", "title"), linkType="Join"))
    job.run()
    ada.values["l"] = "Oslo"
    job.run()
    job.run()
    assert (trial.users(), trial.binned()) == (set(), {"Ada"})
    ada.values["l"] = "London"
    job.run()
    assert trial.users() == {"Ada"}


def test_a_sticky_rule_keeps_alive_whom_the_other_rule_lets_go(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", l="London", title="Analyst")
    provision = rule(50, *BASIC, clauses=[clause("l", "EQUALS", "London")])
    job = job_by(trial, company, provision, rule(100, *BASIC, direct("jobTitle", "title"), linkType="StickyJoin"))
    job.run()
    ada.values["l"] = "Oslo"
    ada.values["title"] = "Countess"
    job.run()
    assert trial.user("Ada")["jobTitle"] == "Countess"
    company.remove(ada)
    company.person("Zoe", l="London")
    job.run()
    assert trial.users() == {"Zoe"}


def test_without_delete_whoever_leaves_stays_as_they_are(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", title="Analyst")
    job = job_by(trial, company, rule(1, *BASIC, direct("jobTitle", "title"), flowTypes="Add, Update"))
    job.run()
    company.remove(ada)
    outcome = job.run()
    assert trial.users() == {"Ada"}
    assert outcome.exported == {}


def test_without_add_nobody_is_created(trial: Trial, company: Company) -> None:
    company.person("Ada", title="Analyst")
    company.person("Bob")
    trial.directory.create_object("users", {"displayName": "Ada", "userPrincipalName": "ada@contoso.test"})
    job_by(trial, company, rule(1, *BASIC, direct("jobTitle", "title"), flowTypes="Update, Delete")).run()
    assert trial.users() == {"Ada"}
    assert trial.user("Ada")["jobTitle"] == "Analyst"


def test_without_update_whoever_is_there_stays_as_they_are(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", title="Analyst")
    job = job_by(trial, company, rule(1, *BASIC, direct("jobTitle", "title"), flowTypes="Add, Delete"))
    job.run()
    ada.values["title"] = "Countess"
    del ada.values["sAMAccountName"]
    job.run()
    assert trial.user("Ada")["jobTitle"] == "Analyst"
    company.remove(ada)
    company.person("Zoe")
    job.run()
    assert trial.users() == {"Zoe"}


def test_values_are_only_added_through_a_full_synchronization_too(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", otherMailbox=["a@x.test", "b@x.test"])
    job = job_by(trial, company, rule(1, *BASIC, direct("otherMails", "otherMailbox", flowType="MultiValueAddOnly")))
    job.run()
    ada.values["otherMailbox"] = ["c@x.test"]
    job.run()
    del ada.values["otherMailbox"]
    job.run(full=True)
    assert trial.user("Ada")["otherMails"] == ["a@x.test", "b@x.test", "c@x.test"]


def test_an_attribute_that_only_fills_a_gap_is_written_once(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", title="Analyst")
    job = job_by(trial, company, rule(1, *BASIC, direct("jobTitle", "title", flowType="AttributeAddOnly")))
    job.run()
    ada.values["title"] = "Countess"
    job.run()
    del ada.values["title"]
    job.run(full=True)
    assert trial.user("Ada")["jobTitle"] == "Analyst"


def test_a_new_account_gets_the_first_free_name(trial: Trial, company: Company) -> None:
    company.person("Ada")
    company.person("Ada Byron", givenName="ada", sn="byron", userPrincipalName="x@contoso.test")
    name = 'SelectUniqueValue([givenName] & "@contoso.test", [givenName] & "." & [sn] & "@contoso.test")'
    own = rule(1, *BASIC, clauses=[clause("givenName", "IS NULL")])
    named = [f for f in BASIC if f["targetAttributeName"] != "userPrincipalName"]
    others = rule(
        2,
        *named,
        computed("userPrincipalName", name, flowType="ObjectAddOnly"),
        clauses=[clause("givenName", "IS NOT NULL")],
    )
    job = job_by(trial, company, own, others)
    job.run()
    job.run(full=True)
    assert trial.user("Ada Byron")["userPrincipalName"] == "ada.byron@contoso.test"


def test_membership_decides_and_a_renamed_group_changes_nothing(trial: Trial, company: Company) -> None:
    ada, bob = company.person("Ada"), company.person("Bob")
    staff = company.group("Staff", [ada])
    job = job_by(trial, company, rule(1, *BASIC, clauses=[member_of(f"<GUID={staff.anchor}>;CN=Staff,DC=x")]))
    job.run()
    assert trial.users() == {"Ada"}
    staff.name = "Everybody"
    staff.links["member"].append(bob.number)
    job.run()
    assert trial.users() == {"Ada", "Bob"}
    staff.links["member"].remove(ada.number)
    job.run()
    assert trial.users() == {"Bob"}


def test_nobody_who_is_a_member_is_let_in_by_the_opposite(trial: Trial, company: Company) -> None:
    ada = company.person("Ada")
    company.person("Bob")
    staff = company.group("Staff", [ada])
    job_by(trial, company, rule(1, *BASIC, clauses=[clause("dn", "IsNotMemberOf", staff.anchor)])).run()
    assert trial.users() == {"Bob"}


def test_members_of_groups_in_the_group_come_and_go_with_it(trial: Trial, company: Company) -> None:
    ada = company.person("Ada")
    team = company.group("Team", [ada])
    branch = company.group("Branch", [team])
    staff = company.group("Staff", [])
    job = job_by(trial, company, rule(1, *BASIC, clauses=[member_of(staff.anchor, nested=True)]))
    job.run()
    assert trial.users() == set()
    staff.links["member"] = [branch.number]
    job.run()
    assert trial.users() == {"Ada"}
    branch.links["member"] = []
    job.run()
    assert trial.users() == set()
    branch.links["member"] = [team.number]
    job.run()
    company.remove(team)
    job.run()
    assert trial.users() == set()


def test_a_deleted_group_stops_the_job_and_removes_nobody(trial: Trial, company: Company) -> None:
    staff = company.group("Staff", [company.person("Ada")])
    job = job_by(trial, company, rule(1, *BASIC, clauses=[member_of(f"<GUID={staff.anchor}>;CN=Staff,DC=x")]))
    job.run()
    company.remove(staff)
    with pytest.raises(RopewayError) as stopped:
        job.run()
    assert (stopped.value.problem.code, stopped.value.problem.object) == ("scope-base-missing", "CN=Staff,DC=x")
    assert trial.users() == {"Ada"}


def test_a_group_that_was_never_looked_up_stops_the_job(trial: Trial, company: Company) -> None:
    company.person("Ada")
    job = job_by(trial, company, rule(1, *BASIC, clauses=[member_of("CN=Staff,DC=contoso,DC=test")]))
    assert job.stopped() == "scope-base-missing"


def test_a_rule_for_an_office_follows_whoever_moves(trial: Trial, company: Company) -> None:
    berlin, oslo = company.unit("Berlin"), company.unit("Oslo")
    sales = company.unit("Sales", berlin)
    company.person("Ada", sales, title="Analyst")
    office = rule(1, constant("jobTitle", "Berliner"), containerFilter={"includedContainers": [berlin.anchor]})
    job = job_by(trial, company, office, rule(2, *BASIC, direct("jobTitle", "title")))
    job.run()
    assert trial.user("Ada")["jobTitle"] == "Berliner"
    sales.parent = oslo.number
    job.run()
    assert trial.user("Ada")["jobTitle"] == "Analyst"


def test_a_rule_for_the_members_of_a_group(trial: Trial, company: Company) -> None:
    staff = company.group("Staff", [company.person("Ada")])
    company.person("Bob")
    members = rule(1, constant("jobTitle", "Staff"), groupFilter={"includedGroups": [staff.anchor]})
    job_by(trial, company, members, rule(2, *BASIC)).run()
    assert trial.user("Ada")["jobTitle"] == "Staff"
    assert "jobTitle" not in trial.user("Bob")


def test_members_of_mapped_groups_flow_beside_several_rules_for_people(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", title="Analyst")
    company.group("Staff", [ada])
    job = job_by(trial, company, rule(1, direct("jobTitle", "title")), rule(2, *BASIC), groups=True)
    job.run()
    assert trial.members("Staff") == {"Ada"}


def test_an_account_that_expires_is_disabled_in_time_by_composed_rules_too(trial: Trial, company: Company) -> None:
    later = int((trial.now + 7200 + 11_644_473_600) * 10_000_000)
    company.person("Ada", accountExpires=str(later))
    enabled = computed("accountEnabled", "IsNull([accountExpires]) OR [accountExpires] > [now]")
    job = job_by(trial, company, rule(1, enabled), rule(2, *BASIC))
    job.run()
    assert trial.user("Ada")["accountEnabled"] is True
    trial.now += 7300
    job.run()
    assert trial.user("Ada")["accountEnabled"] is False


def test_a_clause_about_the_time_is_looked_at_again_when_it_comes(trial: Trial, company: Company) -> None:
    later = int((trial.now + 7200 + 11_644_473_600) * 10_000_000)
    company.person("Ada", accountExpires=str(later))
    job = job_by(trial, company, rule(1, *BASIC, clauses=[{"expression": "[accountExpires] > [now]"}]))
    job.run()
    assert trial.users() == {"Ada"}
    trial.now += 7300
    job.run()
    assert trial.users() == set()


def test_what_flows_always_is_sent_whenever_the_object_is_looked_at(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", title="Analyst")
    once_more = direct("jobTitle", "title", flowBehavior="FlowAlways")
    job = job_by(trial, company, rule(1, *BASIC, direct("department", "department"), once_more))
    job.run()
    assert job.run().exported == {}
    ada.values["department"] = "Mathematics"
    job.run(export=False)
    (row,) = job.state.plan_rows(10)
    assert unpack(row.planned.attributes) == {"department": "Mathematics", "jobTitle": "Analyst"}


def test_a_type_that_changes_with_its_rule_is_another_object(trial: Trial, company: Company) -> None:
    ada = company.person("Ada", mail="ada@contoso.test", employeeType="guest")
    contact = {
        "sourceObjectName": "user",
        "targetObjectName": "contact",
        "attributeMappings": [direct("displayName", "cn"), direct("mail", "mail")],
    }
    contacts = rule(1, clauses=[clause("employeeType", "EQUALS", "guest")])
    contacts["objectMappings"][0] |= contact
    job = job_by(trial, company, contacts, rule(2, *BASIC))
    job.run()
    assert trial.users() == set()
    del ada.values["employeeType"]
    job.run()
    job.run()
    assert trial.users() == {"Ada"}


def test_whom_a_job_only_joined_and_lets_go_is_none_that_it_deleted(
    trial: Trial, company: Company, elsewhere: Company
) -> None:
    company.person("Ada")
    ada = elsewhere.person("Ada", title="Analyst")
    ada.number = 99
    elsewhere.things = {99 if n != 1 else 1: t for n, t in elsewhere.things.items()}
    job_by(trial, company, rule(1, *BASIC)).run()
    other = job_by(trial, elsewhere, rule(1, *BASIC, direct("jobTitle", "title"), linkType="Join"), name="Fabrikam")
    other.run()
    assert trial.user("Ada")["jobTitle"] == "Analyst"
    elsewhere.remove(ada)
    elsewhere.person("Zoe").number = 98
    elsewhere.things = {98 if n != 1 else 1: t for n, t in elsewhere.things.items()}
    other.run()
    entry = other.state.known([ada.anchor])[ada.anchor]
    assert "jobTitle" not in trial.user("Ada"), "what it said is taken back"
    assert (entry.live, entry.target, entry.target_type) == (False, None, None)
