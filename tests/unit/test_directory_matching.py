"""Which object a person from on premises is, and which object must not be taken over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ropeway.directory import Features
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Change, Kind, MatchKey, MatchResult
from ropeway.store.database import Database
from tests.unit.directory_company import Company, gone, person


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    database = Database(database_url)
    yield Company(database)
    database.close()


def cleo(company: Company, **more: object) -> str:
    """A user of the cloud alone."""
    properties = {"displayName": "Cleo", "userPrincipalName": "cleo@contoso.test"} | more
    return company.directory.create_object("users", properties)["id"]


def problem(result: MatchResult) -> str | None:
    assert result.target is None
    return result.problem and result.problem.code


def test_a_cloud_user_of_the_same_name_is_adopted_and_stamped(company: Company) -> None:
    id_ = cleo(company, department="Cloud")
    found = company.find("cleo", userPrincipalName="CLEO@contoso.test")
    assert (found.target, found.by, found.problem) == (id_, "userPrincipalName", None)
    change = person("cleo", Kind.ADOPT, department="Sales")
    company.done(Change(Kind.ADOPT, "user", change.anchor, "id-cleo", found.target, change.attributes))
    seen = company.user(id_)
    assert (seen["department"], seen["onPremisesImmutableId"], seen["onPremisesSyncEnabled"]) == (
        "Sales",
        "id-cleo",
        True,
    )
    company.done(gone("cleo"))
    assert company.directory.list_objects("users") == []


def test_a_primary_address_matches_and_a_secondary_one_does_not(company: Company) -> None:
    id_ = cleo(company, proxyAddresses=["SMTP:cleo@x.test", "smtp:info@x.test"])
    assert company.find("cleo", proxyAddresses="smtp:Cleo@x.test").target == id_
    assert company.find("info", proxyAddresses="SMTP:info@x.test") == MatchResult()


def test_the_source_anchor_matches_before_any_name(company: Company) -> None:
    other = cleo(company, onPremisesImmutableId="id-ann")
    (ben,) = company.done(person("ben"))
    found = company.find("ann", userPrincipalName="ben@contoso.test")
    assert (found.target, found.by) == (other, "onPremisesImmutableId")
    assert company.find("ben", job=2).target == ben


def test_a_binned_person_is_found_by_source_anchor_even_by_another_job(company: Company) -> None:
    (ann,) = company.done(person("ann"))
    company.done(gone("ann"))
    found = company.find("ann", job=2)
    assert (found.target, found.by, found.binned) == (ann, "onPremisesImmutableId", True)


def test_a_user_with_another_source_anchor_is_not_taken_over(company: Company) -> None:
    cleo(company, onPremisesImmutableId="somebody-else")
    assert problem(company.find("cleo", userPrincipalName="cleo@contoso.test")) == "match-invalid-soft"


def test_an_administrator_of_the_cloud_is_never_taken_over(company: Company) -> None:
    cleo(company, isAssignedAdminRole=True)
    assert problem(company.find("cleo", userPrincipalName="cleo@contoso.test")) == "match-admin-role"


def test_a_contact_does_not_become_a_user(company: Company) -> None:
    company.directory.create_object("contacts", {"displayName": "Cleo", "mail": "cleo@contoso.test"})
    assert problem(company.find("cleo", proxyAddresses="SMTP:cleo@contoso.test")) == "match-type-mismatch"


def test_two_people_who_match_one_user_are_both_refused(company: Company) -> None:
    cleo(company, mail="cleo@x.test")
    keys = [
        MatchKey(Anchor("a"), "user", "id-a", (("userPrincipalName", "cleo@contoso.test"),)),
        MatchKey(Anchor("b"), "user", "id-b", (("proxyAddresses", "SMTP:cleo@x.test"),)),
    ]
    found = company.directory.target(1, precedence=100).find(keys)
    assert [problem(result) for result in found] == ["match-ambiguous", "match-ambiguous"]


def test_who_has_the_name_of_a_synchronised_user_is_created_and_gets_a_placeholder(company: Company) -> None:
    company.done(person("ann"))
    assert company.find("ann2", userPrincipalName="ann@contoso.test") == MatchResult()


def test_the_same_source_anchor_twice_in_one_job_is_a_problem(company: Company) -> None:
    company.done(person("ann"))
    copy = MatchKey(Anchor("copy"), "user", "id-ann", ())
    assert problem(company.directory.target(1, precedence=100).find([copy])[0]) == "match-anchor-taken"


def test_the_tenant_can_switch_soft_matching_off(company: Company) -> None:
    cleo(company)
    company.directory.set_features(Features(block_soft_match=True))
    assert company.find("cleo", userPrincipalName="cleo@contoso.test") == MatchResult()


def test_the_tenant_can_switch_matching_by_principal_name_off(company: Company) -> None:
    cleo(company, mail="cleo@contoso.test")
    company.directory.set_features(Features(soft_match_on_upn=False))
    assert company.find("cleo", userPrincipalName="cleo@contoso.test") == MatchResult()
    assert company.find("cleo", proxyAddresses="SMTP:cleo@contoso.test").target is not None


def test_the_tenant_can_block_takeover_by_source_anchor(company: Company) -> None:
    cleo(company, onPremisesImmutableId="id-cleo")
    company.directory.set_features(Features(block_hard_takeover=True))
    assert problem(company.find("cleo")) == "match-hard-blocked"
    company.done(person("ann"))
    assert company.find("ann", job=2).problem is None
