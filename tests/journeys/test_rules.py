"""Rules of one's own against a real domain: precedence, merging, joining, membership, flow types."""

from __future__ import annotations

from typing import Any

from tests.journeys.administration import Administration
from tests.journeys.tenant import Tenant


def direct(target: str, source: str, **more: Any) -> dict[str, Any]:
    return {"targetAttributeName": target, "source": {"type": "Attribute", "name": source}, **more}


def constant(target: str, value: str) -> dict[str, Any]:
    return {"targetAttributeName": target, "source": {"type": "Constant", "name": value}}


BASIC = (
    direct("displayName", "displayName"),
    direct("userPrincipalName", "userPrincipalName"),
    direct("onPremisesImmutableId", "sourceAnchor"),
)


def rule(priority: int, *flows: dict[str, Any], clauses: Any = (), **more: Any) -> dict[str, Any]:
    scope = {"scope": {"groups": [{"clauses": list(clauses)}]}} if clauses else {}
    mapping = {
        "sourceObjectName": "user",
        "targetObjectName": "user",
        "attributeMappings": list(flows),
        **scope,
        **more,
    }
    return {
        "name": f"R{priority}",
        "priority": priority,
        "sourceDirectoryName": "Active Directory",
        "targetDirectoryName": "Ropeway",
        "objectMappings": [mapping],
    }


def schema(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"id": "ours", "synchronizationRules": list(rules)}


def test_two_rules_by_precedence_and_merged(company: Administration, tenant: Tenant) -> None:
    ann = company.person("Ann Archer", l="London", title="Analyst", mail="ann@x.test", otherMailbox=["b@x.test"])
    bob = company.person("Bob Baker", l="Oslo", title="Clerk", otherMailbox=["bob@x.test"])
    london = rule(
        50,
        constant("jobTitle", "Londoner"),
        direct("otherMails", "mail", mergeType="Merge"),
        clauses=[{"sourceOperandName": "l", "operatorName": "EQUAL", "targetOperand": {"values": ["London"]}}],
    )
    usual = rule(100, *BASIC, direct("jobTitle", "title"), direct("otherMails", "otherMailbox", mergeType="Merge"))
    job = tenant.follow(company, schema=schema(usual, london))
    job.run()
    assert (job.user(ann)["jobTitle"], job.user(ann)["otherMails"]) == ("Londoner", ["ann@x.test", "b@x.test"])
    assert (job.user(bob)["jobTitle"], job.user(bob)["otherMails"]) == ("Clerk", ["bob@x.test"])
    company.set(ann, l="Oslo")
    company.set(bob, l="London")
    assert job.run().exported == {"update": 2}
    assert (job.user(ann)["jobTitle"], job.user(bob)["jobTitle"]) == ("Analyst", "Londoner")


def test_a_job_that_joins_adds_to_whom_another_one_provides(company: Administration, tenant: Tenant) -> None:
    accounts, mailboxes = company.unit("Accounts"), company.unit("Mailboxes")
    ann = company.person("Ann Archer", accounts, mail="ann@contoso.test")
    company.person("Ann's mailbox", mailboxes, mail="ann@contoso.test", title="Analyst")
    company.person("Nobody's mailbox", mailboxes, mail="nobody@contoso.test")
    provides = schema(rule(1, *BASIC, direct("mail", "mail", matchingPriority=1)))
    joins = schema(rule(1, direct("jobTitle", "title"), direct("mail", "mail", matchingPriority=1), linkType="Join"))
    first = tenant.follow(company, containers=(accounts,), schema=provides)
    second = tenant.follow(company, containers=(mailboxes,), schema=joins, name="Mailboxes")
    first.run()
    second.run()
    assert tenant.names() == {"Ann Archer"}
    assert first.user(ann)["jobTitle"] == "Analyst"
    company.delete(ann)
    first.run()
    assert first.gone(ann)
    second.run(full=True)
    assert tenant.names() == set()


def test_members_of_a_group_by_a_clause_though_the_group_is_renamed_and_nobody_goes_with_it(
    company: Administration, tenant: Tenant
) -> None:
    ann, bob = company.person("Ann Archer"), company.person("Bob Baker")
    pilot = company.group("Pilot", ann)
    clause = {"operatorName": "ISMEMBEROF", "targetOperand": {"values": [company.dn(pilot)]}}
    job = tenant.follow(company, schema=schema(rule(1, *BASIC, clauses=[clause])))
    job.run()
    assert tenant.names() == {"Ann Archer"}
    company.rename(pilot, "Everybody")
    company.join(pilot, bob)
    job.run()
    assert tenant.names() == {"Ann Archer", "Bob Baker"}
    company.leave(pilot, ann)
    assert job.run().exported == {"delete": 1}
    company.delete(pilot)
    assert job.stopped() == "scope-base-missing"
    assert any("Pilot" in problem.object for problem in job.job.problems)
    assert tenant.names() == {"Bob Baker"}


def test_members_of_members_come_and_go(company: Administration, tenant: Tenant) -> None:
    ann = company.person("Ann Archer")
    inner = company.group("Inner", ann)
    pilot = company.group("Pilot")
    clause = {"operatorName": "IsMemberOf", "targetOperand": {"values": [pilot.guid]}, "nested": True}
    job = tenant.follow(company, schema=schema(rule(1, *BASIC, clauses=[clause])))
    job.run()
    company.join(pilot, inner)
    job.run()
    assert tenant.names() == {"Ann Archer"}
    company.delete(inner)
    job.run()
    assert tenant.names() == set()


def test_without_delete_nobody_goes(company: Administration, tenant: Tenant) -> None:
    ann, bob = company.person("Ann Archer", title="Analyst"), company.person("Bob Baker")
    job = tenant.follow(company, schema=schema(rule(1, *BASIC, direct("jobTitle", "title"), flowTypes="Add, Update")))
    job.run()
    company.delete(ann)
    company.set(bob, title="Clerk")
    assert job.run().exported == {"update": 1}
    assert tenant.names() == {"Ann Archer", "Bob Baker"}
    assert job.run(full=True).exported == {}
    assert job.user(ann)["jobTitle"] == "Analyst"


def test_what_is_only_added_stays_through_a_full_synchronization(company: Administration, tenant: Tenant) -> None:
    ann = company.person("Ann Archer", otherMailbox=["a@x.test"])
    adding = direct("otherMails", "otherMailbox", flowType="MultiValueAddOnly")
    job = tenant.follow(company, schema=schema(rule(1, *BASIC, adding)))
    job.run()
    tenant.control.update_object("users", job.user(ann)["id"], {"otherMails": ["mine@x.test"]})
    company.set(ann, otherMailbox=["b@x.test"])
    job.run()
    company.set(ann, otherMailbox=None)
    job.run(full=True)
    assert job.user(ann)["otherMails"] == ["a@x.test", "b@x.test", "mine@x.test"]
