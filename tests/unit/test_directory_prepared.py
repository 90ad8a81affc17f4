"""What was prepared before it may be written: what the directory has become meanwhile counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ropeway.directory.workspace import Workspace
from ropeway.engine.ports import Prepares
from ropeway.model.changes import Change
from ropeway.store.database import Database
from tests.unit.directory_company import INITIAL, Company, gone, person, update


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    database = Database(database_url)
    yield Company(database)
    database.close()


def of_job(company: Company) -> Prepares:
    target = company.directory.target(1, precedence=100)
    assert isinstance(target, Prepares)
    return target


def test_new_people_are_drafted_before_and_not_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    write = of_job(company).prepare([person("ann"), person("ben")])
    monkeypatch.setattr(Workspace, "known", None)  # what a draft asks first
    ann, ben = (outcome.target or "" for outcome in write())
    assert [company.user(one)["userPrincipalName"][:3] for one in (ann, ben)] == ["ann", "ben"]
    monkeypatch.undo()
    assert company.find("ben").target == ben


def test_a_name_that_somebody_took_meanwhile_is_withheld(company: Company) -> None:
    write = of_job(company).prepare([person("ann")])
    company.done(person("anna", userPrincipalName="ann@contoso.test"), job=2)
    (outcome,) = write()
    assert outcome.problem is not None
    assert outcome.problem.code == "duplicate-upn"
    assert company.user(outcome.target or "")["userPrincipalName"].endswith(INITIAL)


def test_a_name_that_became_free_meanwhile_is_given(company: Company) -> None:
    company.done(person("anna", userPrincipalName="ann@contoso.test"), job=2)
    write = of_job(company).prepare([person("ann")])
    company.done(gone("anna"), job=2)
    (outcome,) = write()
    assert company.user(outcome.target or "")["userPrincipalName"] == "ann@contoso.test"


def test_a_domain_that_was_verified_meanwhile_counts(company: Company) -> None:
    write = of_job(company).prepare([person("ann", userPrincipalName="ann@fabrikam.test")])
    company.directory.add_domain("fabrikam.test")
    company.directory.verify_domain("fabrikam.test")
    (outcome,) = write()
    assert company.user(outcome.target or "")["userPrincipalName"] == "ann@fabrikam.test"


@pytest.mark.parametrize("change", [update("ann", department="Sales"), gone("ann")])
def test_what_is_prepared_twice_and_written_twice_is_the_same_as_once(company: Company, change: Change) -> None:
    target = of_job(company)
    first, second = target.prepare([person("ann")]), target.prepare([person("ann")])
    assert first()[0].target == second()[0].target
    again = target.prepare([change])
    assert again()[0].then == target.prepare([change])()[0].then
