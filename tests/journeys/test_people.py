"""People come, change and go."""

from __future__ import annotations

from tests.journeys.administration import DISABLED, DISTRIBUTION, ENABLED, Administration
from tests.journeys.tenant import Followed, Tenant

YESTERDAY = 133_000_000_000_000_000
"""In 2022."""
NEXT_CENTURY = 160_000_000_000_000_000
"""In 2108."""


def test_a_hire_arrives_as_a_delta_and_nobody_else_is_touched(company: Administration, job: Followed) -> None:
    boss = company.person("Ann Archer")
    assert job.run().kind == "initial"
    hire = company.person("Bob Baker", manager=boss, title="Clerk")
    cycle = job.run()
    assert (cycle.kind, cycle.exported) == ("delta", {"create": 1})
    assert job.user(hire)["jobTitle"] == "Clerk"
    assert job.user(hire)["manager"]["displayName"] == "Ann Archer"
    assert job.amiss(fresh=True) == []


def test_a_rename_and_a_renamed_unit_keep_ids(company: Administration, job: Followed) -> None:
    sales = company.unit("Sales")
    ann = company.person("Ann Archer", sales)
    team = company.group("Team", ann)
    job.run()
    before = job.user(ann)["id"]
    company.rename(ann, "Ann Bowman")
    company.set(ann, sn="Bowman", displayName="Ann Bowman")
    company.rename(sales, "Sales & Service, North")
    assert job.run().exported == {"update": 1}
    assert job.user(ann)["id"] == before
    assert job.user(ann)["onPremisesDistinguishedName"] == company.dn(ann)
    assert job.members(team) == {"Ann Bowman"}
    assert job.amiss() == []


def test_a_person_who_left_the_scope_is_in_the_bin_and_comes_back_as_the_same_with_memberships(
    company: Administration, tenant: Tenant
) -> None:
    inside, outside = company.unit("Inside"), company.unit("Outside")
    ann, bob = company.person("Ann Archer", inside), company.person("Bob Baker", inside)
    team = company.group("Team", ann, bob, within=inside)
    company.report_to(bob, ann)
    job = tenant.follow(company, containers=(inside,))
    job.run()
    before = job.user(ann)
    company.move(ann, outside)
    assert job.run().exported == {"delete": 1}
    assert tenant.shown(ann) is None
    assert tenant.binned(ann)["id"] == before["id"]
    assert job.members(team) == {"Bob Baker"}
    assert "manager" not in job.user(bob)
    company.move(ann, inside)
    job.run()
    assert job.user(ann)["id"] == before["id"]
    assert job.members(team) == {"Ann Archer", "Bob Baker"}
    assert job.user(bob)["manager"]["id"] == before["id"]
    assert job.amiss() == []


def test_a_unit_moved_out_of_scope_takes_everybody_below_along_and_back(
    company: Administration, tenant: Tenant
) -> None:
    inside, outside = company.unit("Inside"), company.unit("Outside")
    sales = company.unit("Sales", inside)
    people = company.people(5, company.unit("North", sales))
    job = tenant.follow(company, containers=(inside,))
    job.run()
    company.move(sales, outside)
    assert job.run().exported == {"delete": 5}
    assert tenant.names() == set()
    company.move(sales, inside)
    job.run()
    assert tenant.names() == {p.name for p in people}
    assert job.amiss() == []


def test_what_is_cleared_in_the_domain_is_empty_in_the_directory(company: Administration, job: Followed) -> None:
    ann = company.person(
        "Ann Archer",
        title="Clerk",
        telephoneNumber="+1 555",
        proxyAddresses=["SMTP:ann@contoso.test", "smtp:a@contoso.test"],
    )
    job.run()
    assert {"jobTitle", "businessPhones", "proxyAddresses"} <= job.user(ann).keys()
    company.set(ann, title=None, telephoneNumber=None, proxyAddresses=None)
    assert job.run().exported == {"empty": 1}
    assert not {"jobTitle", "businessPhones", "proxyAddresses"} & job.user(ann).keys()
    assert job.amiss() == []


def test_disabled_and_expired_accounts_cannot_sign_in_and_enabled_ones_can(
    company: Administration, job: Followed
) -> None:
    ann, bob, eve = company.person("Ann Archer"), company.person("Bob Baker"), company.person("Eve Evans")
    job.run()
    company.disable(ann)
    company.set(bob, accountExpires=YESTERDAY)
    company.set(eve, accountExpires=NEXT_CENTURY)
    assert job.run().exported["disable"] == 2
    assert [job.user(p)["accountEnabled"] for p in (ann, bob, eve)] == [False, False, True]
    company.set(ann, userAccountControl=ENABLED)
    company.set(bob, accountExpires=0)
    job.run()
    assert [job.user(p)["accountEnabled"] for p in (ann, bob, eve)] == [True, True, True]


def test_a_deleted_person_is_in_the_bin_and_reanimated_the_same_again(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    ann, bob = company.person("Ann Archer"), company.person("Bob Baker")
    team = company.group("Team", ann, bob)
    job.run()
    before = job.user(ann)["id"]
    company.delete(ann)
    assert job.run().exported == {"delete": 1}
    assert tenant.binned(ann)["id"] == before
    assert job.members(team) == {"Bob Baker"}
    company.reanimate(ann, userPrincipalName="ann.archer@contoso.test", displayName="Ann Archer")
    job.run()
    assert job.user(ann)["id"] == before
    assert job.user(ann)["userPrincipalName"] == "ann.archer@contoso.test"
    assert job.members(team) == {"Bob Baker"}, "a tombstone has lost its memberships"
    assert job.amiss() == []


def test_who_is_created_again_under_the_same_name_is_somebody_else_with_the_same_principal_name(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    first = company.person("Ann Archer")
    job.run()
    before = job.user(first)["id"]
    company.delete(first)
    second = company.person("Ann Archer")
    assert job.run().exported == {"delete": 1, "create": 1}
    assert job.user(second)["id"] != before
    assert job.user(second)["userPrincipalName"] == "ann.archer@contoso.test"
    assert tenant.binned(first)["id"] == before
    assert job.amiss(fresh=True) == []


def test_a_whole_company_of_all_types_arrives_as_the_rules_say(company: Administration, job: Followed) -> None:
    ann = company.person("Ann Archer", c="de", mail="ann@contoso.test", pwdLastSet=0)
    zoe = company.person("Zoë Ünal", manager=ann, userPrincipalName="zoë@contoso.test")
    company.group("Sales", ann, zoe, managedBy=company.dn(ann), description=" People who sell ")
    company.group("News", zoe, groupType=DISTRIBUTION, mail="news@contoso.test")
    company.group("No address", zoe, groupType=DISTRIBUTION)
    company.contact("Carl Customer", manager=company.dn(zoe))
    company.contact("Nobody", mail=None)
    company.computer("PC-17", managedBy=company.dn(ann))
    company.computer("PC-18", userCertificate=None)
    company.person("Sync", sAMAccountName="MSOL_0815")
    job.run()
    assert job.amiss(fresh=True) == []
    assert job.run(full=True).exported == {}


def test_what_was_set_and_cleared_in_one_delta_is_remembered_of_both(company: Administration, job: Followed) -> None:
    ann = company.person("Ann Archer", title="Clerk")
    job.run()
    company.set(ann, title=None, department="Sales", userAccountControl=DISABLED)
    assert job.run().exported == {"update": 1, "empty": 1, "disable": 1}
    company.set(ann, department=None)
    assert job.run().exported == {"empty": 1}
    assert job.amiss() == []


def test_whoever_was_gone_and_back_between_two_reads_has_lost_the_memberships(
    company: Administration, job: Followed
) -> None:
    ann, bob = company.person("Ann Archer"), company.person("Bob Baker")
    team = company.group("Team", ann, bob)
    company.report_to(bob, ann)
    job.run()
    company.delete(ann)
    company.reanimate(ann)
    job.run()
    assert job.members(team) == {"Bob Baker"}
    assert job.amiss() == []


def test_a_group_back_from_its_tombstone_is_the_same_group_without_members(
    company: Administration, job: Followed
) -> None:
    team = company.group("Team", company.person("Ann Archer"))
    job.run()
    before = job.user(team)["id"]
    company.delete(team)
    job.run()
    for _ in range(3):
        job.run(full=True)
    company.reanimate(team, sAMAccountName="team-again")
    job.run()
    assert (job.user(team)["id"], job.members(team)) == (before, set())
    assert job.amiss() == []


def test_managers_of_each_other_and_of_themselves_are_what_the_domain_says(
    company: Administration, job: Followed
) -> None:
    ann = company.person("Ann Archer")
    bob = company.person("Bob Baker", manager=ann)
    company.report_to(ann, bob)
    eve = company.person("Eve Evans")
    company.report_to(eve, eve)
    club = company.group("Club", ann)
    company.join(club, company.group("Club of clubs", club))
    assert job.run().failed == 0
    assert [job.user(p)["manager"]["displayName"] for p in (ann, bob, eve)] == ["Bob Baker", "Ann Archer", "Eve Evans"]
    assert job.members(club) == {"Ann Archer", "Club of clubs"}
    assert job.amiss() == []
    company.report_to(eve, None)
    job.run()
    assert job.amiss() == []
