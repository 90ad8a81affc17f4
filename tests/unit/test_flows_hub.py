"""How attributes flow that do not simply flow, and rules that only join, as the directory has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ropeway.model.changes import Change, Kind
from ropeway.store.database import Database
from tests.unit.directory_company import Company, gone, person, update


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    database = Database(f"sqlite:///{tmp_path}/directory.sqlite")
    yield Company(database)
    database.close()


def flowing(change: Change, **flows: str) -> Change:
    return msgspec.structs.replace(change, flows=flows)


def joining(name: str, target: Any, link: str = "Join", **attributes: Any) -> Change:
    return Change(Kind.ADOPT, "user", f"{name} elsewhere", "other", target, attributes, link=link)  # pyright: ignore[reportArgumentType]


def test_what_flows_once_is_there_from_the_beginning_and_administrators_may_change_it(company: Company) -> None:
    (ada,) = company.done(flowing(person("ada", usageLocation="GB"), usageLocation="once"))
    assert company.user(ada)["usageLocation"] == "GB"
    company.directory.update_object("users", ada, {"usageLocation": "NO"})
    company.done(update("ada", jobTitle="Analyst"))
    assert company.user(ada)["usageLocation"] == "NO"


def test_what_flows_once_is_not_given_to_an_account_that_was_there(company: Company) -> None:
    created = company.directory.create_object("users", {"displayName": "Ada", "userPrincipalName": "ada@contoso.test"})
    adopted = msgspec.structs.replace(person("ada", Kind.ADOPT, usageLocation="GB"), target=created["id"])
    (ada,) = company.done(flowing(adopted, usageLocation="once"))
    assert "usageLocation" not in company.user(ada)


def test_values_that_are_only_added_join_those_that_an_administrator_gave(company: Company) -> None:
    (ada,) = company.done(flowing(person("ada", otherMails=["a@x.test"]), otherMails="add"))
    company.directory.update_object("users", ada, {"otherMails": ["mine@x.test"]})
    company.done(update("ada", otherMails=["b@x.test"]))
    assert company.user(ada)["otherMails"] == ["a@x.test", "b@x.test", "mine@x.test"]


def test_a_value_that_fills_a_gap_gives_way_and_comes_back(company: Company) -> None:
    (ada,) = company.done(flowing(person("ada", jobTitle="Analyst"), jobTitle="fill"))
    company.directory.update_object("users", ada, {"jobTitle": "Countess"})
    assert company.user(ada)["jobTitle"] == "Countess"
    company.directory.update_object("users", ada, {"jobTitle": None})
    assert company.user(ada)["jobTitle"] == "Analyst"


def test_a_value_that_filled_a_gap_stays_when_the_source_has_another(company: Company) -> None:
    (ada,) = company.done(flowing(person("ada", jobTitle="Analyst"), jobTitle="fill"))
    company.done(update("ada", jobTitle="Programmer"))
    assert company.user(ada)["jobTitle"] == "Analyst"


def test_an_authoritative_null_empties_for_every_other_job(company: Company) -> None:
    (ada,) = company.done(flowing(person("ada", jobTitle="Analyst")), job=2)
    adopted = msgspec.structs.replace(person("ada", Kind.ADOPT), target=ada)
    company.done(flowing(adopted, jobTitle="null"), job=1)
    assert "jobTitle" not in company.user(ada)
    company.done(gone("ada"), job=1)
    assert company.user(ada)["jobTitle"] == "Analyst"


def test_a_joined_object_goes_when_whoever_provides_it_goes(company: Company) -> None:
    (ada,) = company.done(person("ada"))
    company.done(joining("ada", ada, jobTitle="Analyst"), job=2)
    assert company.user(ada)["jobTitle"] == "Analyst"
    company.done(gone("ada"))
    assert [o["id"] for o in company.directory.list_objects("users", deleted=True)] == [ada]


def test_an_object_joined_for_good_stays_until_that_source_is_gone_too(company: Company) -> None:
    (ada,) = company.done(person("ada"))
    company.done(joining("ada", ada, "StickyJoin", displayName="Ada", jobTitle="Analyst"), job=2)
    company.done(gone("ada"))
    assert company.user(ada)["jobTitle"] == "Analyst"
    company.done(gone("ada elsewhere"), job=2)
    assert [o["id"] for o in company.directory.list_objects("users", deleted=True)] == [ada]


def test_joining_leaves_the_anchor_and_the_ownership_alone(company: Company) -> None:
    created = company.directory.create_object("users", {"displayName": "Ada", "userPrincipalName": "ada@contoso.test"})
    company.done(joining("ada", created["id"], jobTitle="Analyst"), job=2)
    ada = company.user(created["id"])
    assert ada.get("onPremisesSyncEnabled") is None
    assert ada.get("onPremisesImmutableId") is None
    assert ada["jobTitle"] == "Analyst"


def test_news_for_a_joined_object_in_the_bin_do_not_bring_it_back(company: Company) -> None:
    (ada,) = company.done(person("ada"))
    company.done(joining("ada", ada, jobTitle="Analyst"), job=2)
    company.done(gone("ada"))
    company.done(update("ada elsewhere", jobTitle="Countess"), job=2)
    assert company.directory.list_objects("users") == []


def test_what_is_gone_cannot_be_joined(company: Company) -> None:
    (ada,) = company.done(person("ada"))
    company.done(gone("ada"))
    assert company.refused(joining("ada", ada, jobTitle="Analyst"), job=2) == "join-without-object"


def choosing(name: str, *upns: str) -> Change:
    change = person(name, mailNickname=None)
    attributes = {**change.attributes, "userPrincipalName": list(upns)}
    return msgspec.structs.replace(change, attributes=attributes, flows={"userPrincipalName": "unique"})


def test_the_first_name_that_nobody_has_is_taken_even_within_one_batch(company: Company) -> None:
    company.done(person("ada"))
    names = ("ada@contoso.test", "ada2@contoso.test", "ada3@contoso.test")
    second, third = company.done(choosing("b", *names), choosing("c", *names))
    assert company.user(second)["userPrincipalName"] == "ada2@contoso.test"
    assert company.user(third)["userPrincipalName"] == "ada3@contoso.test"


def test_the_chosen_name_stays(company: Company) -> None:
    (first,) = company.done(person("ada"))
    (second,) = company.done(choosing("b", "ada@contoso.test", "ada2@contoso.test"))
    company.done(gone("ada"))
    company.done(update("b", jobTitle="Analyst"))
    assert company.user(second)["userPrincipalName"] == "ada2@contoso.test"
    assert first != second


def test_somebody_for_whom_every_name_is_taken_is_set_aside(company: Company) -> None:
    company.done(person("ada"))
    assert company.refused(choosing("b", "ada@contoso.test", "ADA@contoso.test")) == "no-unique-value"


def test_nicknames_are_chosen_too(company: Company) -> None:
    company.done(person("ada", mail="ada@contoso.test"))
    change = person("b")
    attributes = {**change.attributes, "mailNickname": ["ada", "ada2"]}
    (b,) = company.done(msgspec.structs.replace(change, attributes=attributes, flows={"mailNickname": "unique"}))
    assert company.user(b)["mailNickname"] == "ada2"


def test_who_provides_an_object_alone_cannot_become_one_that_only_joins_it(company: Company) -> None:
    (ada,) = company.done(person("ada"))
    alone = msgspec.structs.replace(person("ada", Kind.ADOPT), target=ada, link="Join")
    assert company.refused(alone) == "join-without-object"


def test_flows_told_anew_leave_the_chosen_name_to_be_once_and_for_all(company: Company) -> None:
    (b,) = company.done(choosing("b", "ada@contoso.test", "ada2@contoso.test"))
    company.done(flowing(update("b", jobTitle="Analyst"), userPrincipalName="unique", jobTitle="fill"))
    company.directory.update_object("users", b, {"userPrincipalName": "boss@contoso.test"})
    assert company.user(b)["userPrincipalName"] == "boss@contoso.test"
