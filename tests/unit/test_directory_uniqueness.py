"""Unique values: who has one keeps it, and gives it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ropeway.model.changes import Kind
from ropeway.model.problems import RopewayError
from ropeway.store.database import Database
from tests.unit.directory_company import INITIAL, Company, back, gone, group, person, update


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    database = Database(database_url)
    yield Company(database)
    database.close()


def errors(company: Company, id_: str) -> list[tuple[str, str]]:
    found = company.user(id_).get("onPremisesProvisioningErrors", [])
    assert all(e["category"] == "PropertyConflict" and e["occurredDateTime"] for e in found)
    return [(e["propertyCausingError"], e["value"]) for e in found]


def test_the_second_user_of_a_name_gets_a_placeholder_and_is_told(company: Company) -> None:
    company.done(person("ann"))
    outcome = company.send(person("anna", userPrincipalName="Ann@contoso.test"))[0]
    assert outcome.problem is not None
    assert outcome.problem.code == "duplicate-upn"
    assert "CN" not in outcome.problem.details["holder"]
    anna = company.user(outcome.target or "")
    local, _, domain = anna["userPrincipalName"].partition("@")
    assert (local[:4], local[4:].isdigit(), len(local), domain) == ("Ann+", True, 8, INITIAL)
    assert errors(company, anna["id"]) == [("userPrincipalName", "Ann@contoso.test")]


def test_a_name_is_given_back_in_the_moment_its_holder_leaves(company: Company) -> None:
    company.done(person("ann"))
    (anna,) = company.done(person("anna", userPrincipalName="ann@contoso.test"))
    company.done(gone("ann"))
    assert company.user(anna)["userPrincipalName"] == "ann@contoso.test"
    assert errors(company, anna) == []


def test_an_address_of_a_group_is_withheld_from_a_user_whatever_its_case(company: Company) -> None:
    company.done(group("sales", proxyAddresses=["SMTP:Info@contoso.test"]))
    (ann,) = company.done(person("ann", proxyAddresses=["SMTP:ann@contoso.test", "smtp:info@CONTOSO.test"]))
    assert company.user(ann)["proxyAddresses"] == ["SMTP:ann@contoso.test"]
    assert errors(company, ann) == [("proxyAddresses", "smtp:info@CONTOSO.test")]
    company.done(update("sales", "group", proxyAddresses=None))
    assert company.user(ann)["proxyAddresses"] == ["SMTP:ann@contoso.test", "smtp:info@CONTOSO.test"]


def test_of_two_who_wait_the_first_gets_the_value_and_the_other_goes_on_waiting(company: Company) -> None:
    shared = ["smtp:info@contoso.test"]
    company.done(person("ann", proxyAddresses=shared))
    (ben,) = company.done(person("ben", proxyAddresses=shared))
    (cem,) = company.done(person("cem", proxyAddresses=shared))
    company.done(gone("ann"))
    assert company.user(ben)["proxyAddresses"] == shared
    assert errors(company, cem) == [("proxyAddresses", shared[0])]
    company.done(gone("ben"))
    assert company.user(cem)["proxyAddresses"] == shared


def test_two_people_swap_their_names_in_one_batch(company: Company) -> None:
    ann, ben = company.done(person("ann"), person("ben"))
    company.done(
        update("ann", userPrincipalName="ben@contoso.test"), update("ben", userPrincipalName="ann@contoso.test")
    )
    assert company.user(ann)["userPrincipalName"] == "ben@contoso.test"
    assert company.user(ben)["userPrincipalName"] == "ann@contoso.test"
    assert errors(company, ann) == []


def test_who_comes_back_from_the_bin_does_not_take_what_others_have_now(company: Company) -> None:
    (ann,) = company.done(person("ann"))
    company.done(gone("ann"), person("anna", userPrincipalName="ann@contoso.test"))
    assert company.done(back("ann", ann)) == [ann]
    assert company.user(ann)["userPrincipalName"].startswith("ann+")


@pytest.mark.parametrize(
    ("attribute", "code"),
    [("onPremisesImmutableId", "immutable-id-taken"), ("onPremisesSecurityIdentifier", "sid-taken")],
)
def test_an_identifier_of_somebody_else_sets_the_object_aside_alone(
    company: Company, attribute: str, code: str
) -> None:
    value = "S-1-5-21-1-2-3-1104"
    company.done(person("ann", **{attribute: value}))
    outcomes = company.send(person("ben", **{attribute: value}), person("cem"))
    assert [o.problem and o.problem.code for o in outcomes] == [code, None]


def test_an_administrator_is_told_who_has_the_name(company: Company) -> None:
    company.done(person("ann"))
    with pytest.raises(RopewayError, match=r"ann@contoso\.test \(user"):
        company.directory.create_object("users", {"displayName": "A", "userPrincipalName": "ann@contoso.test"})


def test_adopting_twice_under_one_source_anchor_is_refused(company: Company) -> None:
    (ann,) = company.done(person("ann"))
    other = person("copy", Kind.ADOPT)
    change = type(other)(other.kind, "user", other.anchor, "id-ann", ann, other.attributes)
    assert company.refused(change) == "match-anchor-taken"
