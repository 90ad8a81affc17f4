"""Names: cloud accounts that are taken over, domains that are not verified yet, values that two people want."""

from __future__ import annotations

from tests.journeys.administration import Administration
from tests.journeys.tenant import Followed, Tenant


def test_a_cloud_account_of_the_same_name_is_taken_over_and_the_plan_says_so_first(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    cloud = tenant.control.create_object(
        "users", {"displayName": "Ann of the cloud", "userPrincipalName": "ann.archer@contoso.test"}
    )
    ann = company.person("Ann Archer", title="Clerk")
    (planned,) = tenant.control.plan_job(job.name).changes
    assert (planned.kind, planned.target, planned.matched_by) == ("adopt", cloud["id"], "userPrincipalName")
    assert tenant.names() == {"Ann of the cloud"}
    job.run()
    assert job.user(ann)["id"] == cloud["id"]
    assert job.amiss(fresh=True) == []


def test_a_cloud_account_with_the_primary_address_is_taken_over_and_a_secondary_one_is_not(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    first = tenant.control.create_object(
        "users",
        {"displayName": "A", "userPrincipalName": "a@contoso.test", "proxyAddresses": ["SMTP:ann@contoso.test"]},
    )
    tenant.control.create_object(
        "users",
        {"displayName": "B", "userPrincipalName": "b@contoso.test",
         "proxyAddresses": ["SMTP:b@contoso.test", "smtp:bob@contoso.test"]},
    )  # fmt: skip
    ann = company.person("Ann Archer", proxyAddresses=["SMTP:ann@contoso.test"])
    bob = company.person("Bob Baker", proxyAddresses=["SMTP:bob@contoso.test"])
    job.run()
    assert job.user(ann)["id"] == first["id"]
    assert tenant.names() == {"Ann Archer", "B", "Bob Baker"}
    assert "proxyAddresses" not in job.user(bob)


def test_an_account_with_an_admin_role_is_never_taken_over(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    tenant.control.create_object(
        "users",
        {"displayName": "Root", "userPrincipalName": "ann.archer@contoso.test", "isAssignedAdminRole": True},
    )
    ann, bob = company.person("Ann Archer"), company.person("Bob Baker")
    cycle = job.run()
    assert (cycle.result, cycle.failed, job.gone(ann)) == ("completed-with-errors", 1, True)
    assert job.user(bob)
    (event,) = job.events(ann, status="failure")
    assert event.problem is not None
    assert event.problem.code == "match-admin-role"
    assert job.job.escrowed == 1


def test_names_in_an_unverified_domain_wait_for_its_verification(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    ann = company.person("Ann Archer", suffix="later.test", mail="ann@later.test")
    job.run()
    initial = next(d.name for d in tenant.control.domains() if d.initial)
    assert job.user(ann)["userPrincipalName"] == f"ann@{initial}"
    tenant.control.add_domain("later.test")
    tenant.control.verify_domain("later.test")
    assert job.user(ann)["userPrincipalName"] == "ann.archer@later.test"
    job.run()
    assert job.amiss(fresh=True) == []


def test_the_worked_cases_of_the_upn_page_hold_for_a_real_domain(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    """plan-connect-userprincipalname; without Exchange's schema there is no mailNickname to set."""
    initial = next(d.name for d in tenant.control.domains() if d.initial)
    ann = company.person(
        "Ann", userPrincipalName="user3@unverified.test", mail="user2@contoso.test",
        proxyAddresses=["SMTP:user1@contoso.test"],
    )  # fmt: skip
    job.run()
    assert job.user(ann)["userPrincipalName"] == f"user1@{initial}"
    company.set(ann, proxyAddresses=["SMTP:user9@contoso.test"], mail="user8@contoso.test")
    job.run()
    assert (job.user(ann)["userPrincipalName"], job.user(ann)["mailNickname"]) == (f"user1@{initial}", "user1")
    company.set(ann, userPrincipalName="user5@contoso.test")
    job.run()
    assert (job.user(ann)["userPrincipalName"], job.user(ann)["mailNickname"]) == ("user5@contoso.test", "user1")
    company.set(ann, userPrincipalName="user6@unverified.test")
    job.run()
    assert job.user(ann)["userPrincipalName"] == f"user1@{initial}"


def test_an_address_that_two_people_have_stays_with_the_first_until_it_is_given_up(
    company: Administration, job: Followed
) -> None:
    both = "smtp:sales@contoso.test"
    ann = company.person("Ann Archer", proxyAddresses=[both])
    job.run()
    bob = company.person("Bob Baker", proxyAddresses=[both, "SMTP:bob@contoso.test"])
    assert job.run().exported == {"create": 1}
    assert job.user(bob)["proxyAddresses"] == ["SMTP:bob@contoso.test"]
    (error,) = job.user(bob)["onPremisesProvisioningErrors"]
    assert (error["propertyCausingError"], error["value"]) == ("proxyAddresses", both)
    company.set(ann, proxyAddresses=None)
    job.run()
    assert sorted(job.user(bob)["proxyAddresses"]) == ["SMTP:bob@contoso.test", both]
    assert "onPremisesProvisioningErrors" not in job.user(bob)
    assert job.amiss(fresh=True) == []


def test_a_principal_name_that_the_cloud_has_in_use_becomes_a_placeholder(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    ann = company.person("Ann Archer")
    job.run()
    cloud = tenant.control.create_object("users", {"displayName": "Bob", "userPrincipalName": "bob@contoso.test"})
    company.set(ann, userPrincipalName="bob@contoso.test")
    job.run()
    initial = next(d.name for d in tenant.control.domains() if d.initial)
    name = job.user(ann)["userPrincipalName"]
    assert name.startswith("bob+")
    assert name.endswith(initial)
    tenant.control.delete_object("users", cloud["id"])
    job.run()
    assert job.user(ann)["userPrincipalName"] == "bob@contoso.test"


def test_a_principal_name_passes_from_a_leaver_to_a_hire_in_one_delta(
    company: Administration, job: Followed, tenant: Tenant
) -> None:
    ann = company.person("Ann Archer")
    job.run()
    company.set(ann, userPrincipalName="old.ann@contoso.test")
    other = company.person("Other Ann", userPrincipalName="ann.archer@contoso.test")
    job.run()
    assert job.user(other)["userPrincipalName"] == "ann.archer@contoso.test"
    assert job.amiss() == []
