"""Several jobs and administrators say what an object is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.directory.computed import Contribution, Standing
from ropeway.directory.record import contribution, encoded_said
from ropeway.model.anchors import TargetId
from ropeway.model.changes import Change, Kind
from ropeway.model.problems import RopewayError
from ropeway.store.database import Database
from tests.unit.directory_company import DAY, Company, back, gone, group, links, person, update


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    database = Database(database_url)
    yield Company(database)
    database.close()


def adopted(company: Company, id_: TargetId, job: int, **attributes: object) -> None:
    """Another job provides the same person, under an anchor of its own."""
    full = {"displayName": "Ann"} | attributes
    company.done(Change(Kind.ADOPT, "user", full_anchor(job), "id-ann", id_, full), job=job)


def full_anchor(job: int):
    return person(f"ann-of-{job}").anchor


def test_each_attribute_comes_from_the_highest_precedence_that_has_an_opinion(company: Company) -> None:
    (ann,) = company.done(person("ann", department="Sales", jobTitle="Clerk", city=None))
    adopted(company, ann, 2, department="Buying", city="Bonn", country="Germany")
    seen = company.user(ann)
    assert (seen["department"], seen["jobTitle"], seen["country"]) == ("Sales", "Clerk", "Germany")
    assert "city" not in seen


def test_a_person_of_three_jobs_is_binned_with_the_last_whatever_the_order(company: Company) -> None:
    for number, order in enumerate(permutations((1, 2, 3))):
        name = f"ann{number}"
        (ann,) = company.done(person(name, onPremisesImmutableId=f"x{number}", department="d1"))
        for job in (2, 3):
            change = person(name, Kind.ADOPT, department=f"d{job}")
            one = Change(Kind.ADOPT, "user", change.anchor, f"x{number}", ann, change.attributes)
            company.done(one, job=job)
        left = [1, 2, 3]
        for job in order[:-1]:
            company.done(gone(name), job=job)
            left.remove(job)
            assert company.user(ann)["department"] == f"d{min(left)}"
        company.done(gone(name), job=order[-1])
        assert [u["id"] for u in company.directory.list_objects("users", deleted=True)][-1:] == [ann]
        company.directory.purge(company.clock.now + 31 * DAY)


def test_members_are_the_union_and_the_manager_is_the_highest(company: Company) -> None:
    ann, ben, cem = company.done(person("ann"), person("ben"), person("cem"))
    (sales,) = company.done(group("sales"))
    one = group("sales", Kind.ADOPT)
    company.done(Change(Kind.ADOPT, "group", one.anchor, "id-sales", sales, one.attributes), job=2)
    company.done(links("sales", add=["ann", "ben"]))
    company.done(links("sales", add=["ben", "cem"]), job=2)
    assert company.directory.linked(sales, "members") == [ann, ben, cem]
    company.done(links("sales", remove=["ben"]))
    assert company.directory.linked(sales, "members") == [ann, ben, cem]
    company.done(gone("sales", "group"), job=2)
    assert company.directory.linked(sales, "members") == [ann]

    adopted(company, ann, 2)
    anchor = full_anchor(2)
    company.done(Change(Kind.LINKS, "user", anchor, "id-ann", None, {}, {"manager": [person("cem").anchor]}), job=2)
    assert company.user(ann)["manager"]["id"] == cem
    company.done(links("ann", "manager", add=["ben"]))
    assert company.user(ann)["manager"]["id"] == ben


def test_a_new_manager_replaces_the_old_one(company: Company) -> None:
    ann, _, cem = company.done(person("ann"), person("ben"), person("cem"))
    company.done(links("ann", "manager", add=["ben"]), links("ann", "manager", add=["cem"]))
    assert company.directory.linked(ann, "manager") == [cem]


def test_a_member_that_another_job_brings_later_is_there_by_itself(company: Company) -> None:
    (sales,) = company.done(group("sales"), links("sales", add=["dia", "sid:S-1-5-21-7-8-9-1104"]))[:1]
    assert company.directory.linked(sales, "members") == []
    (dia,) = company.done(person("dia"), job=2)
    (eve,) = company.done(person("eve", onPremisesSecurityIdentifier="S-1-5-21-7-8-9-1104"), job=2)
    assert company.directory.linked(sales, "members") == [dia, eve]
    assert [g["id"] for g in company.user(eve)["memberOf"]] == [sales]


def test_who_is_restored_has_the_same_id_and_memberships(company: Company) -> None:
    (ann,) = company.done(person("ann"))
    (sales,) = company.done(group("sales", onPremisesSecurityIdentifier="S-1-5-21-1"), links("sales", add=["ann"]))[:1]
    company.done(gone("ann"))
    assert company.directory.linked(sales, "members") == []
    found = company.find("ann")
    assert (found.target, found.by, found.binned) == (ann, "contribution", True)
    company.done(back("ann", ann))
    assert [g["id"] for g in company.user(ann)["memberOf"]] == [sales]


def test_a_group_out_of_the_bin_has_its_members(company: Company) -> None:
    (ann,) = company.done(person("ann"))
    (sales,) = company.done(group("sales"), links("sales", add=["ann"]))[:1]
    company.done(gone("sales", "group"))
    company.done(group("sales", Kind.RESTORE))
    assert company.directory.linked(sales, "members") == [ann]


def test_a_deleted_job_takes_its_objects_with_it_or_leaves_them_to_the_cloud(company: Company) -> None:
    names = [f"p{n:04}" for n in range(600)]
    company.done(*(person(name) for name in names))
    (sales,) = company.done(group("sales"), links("sales", add=names[:3]))[:1]
    assert company.directory.keep_job(1) == 601
    seen = company.user("p0000")
    assert (seen["onPremisesSyncEnabled"], len(seen["memberOf"])) == (False, 1)
    company.directory.update_object("users", "p0000", {"department": "Cloud"})
    company.done(person("zed"))
    assert company.directory.withdraw_job(1) == 1
    assert len(company.directory.list_objects("users", limit=1000)) == 600
    assert len(company.directory.linked(sales, "members")) == 3
    company.directory.update_object("groups", sales, {"members": [company.user("p0599")["id"]]})
    assert company.directory.linked(sales, "members") == [company.user("p0599")["id"]]


def test_what_is_mastered_on_premises_names_the_job_and_the_place(company: Company) -> None:
    (ann,) = company.done(person("ann", onPremisesDistinguishedName="CN=Ann,DC=contoso,DC=test"), job=7)
    with pytest.raises(RopewayError, match=r"Job 7 .*CN=Ann,DC=contoso,DC=test"):
        company.directory.update_object("users", ann, {"displayName": "Anna"})
    with pytest.raises(RopewayError, match="mastered on premises"):
        company.directory.delete_object("users", ann)
    assert company.directory.update_object("users", ann, {"usageLocation": "DE"})["usageLocation"] == "DE"


def test_who_is_managed_in_the_cloud_hears_no_job_until_given_back(company: Company) -> None:
    (ann,) = company.done(person("ann", department="Sales", jobTitle="Clerk"))
    company.directory.manage_in_cloud("users", ann)
    company.directory.update_object("users", ann, {"department": "Cloud"})
    seen = company.user(ann)
    assert (seen["department"], seen["jobTitle"], seen["onPremisesSyncEnabled"]) == ("Cloud", "Clerk", False)
    (outcome,) = company.send(update("ann", department="Buying"))
    assert outcome.problem is not None
    assert outcome.problem.code == "mastered-in-cloud"
    company.done(person("ann", Kind.ADOPT, department="Buying", jobTitle="Head"))
    assert (company.user(ann)["department"], company.user(ann)["jobTitle"]) == ("Cloud", "Clerk")
    assert company.find("ann").target == ann
    assert company.directory.manage_on_premises("users", ann) == {(1, "ann")}
    seen = company.user(ann)
    assert (seen["department"], seen["jobTitle"], seen["onPremisesSyncEnabled"]) == ("Buying", "Head", True)
    with pytest.raises(RopewayError, match="mastered on premises"):
        company.directory.update_object("users", ann, {"department": "Cloud"})


def test_who_is_managed_in_the_cloud_outlives_the_account_on_premises(company: Company) -> None:
    (ann,) = company.done(person("ann"))
    (sales,) = company.done(group("sales"), links("sales", add=["ann"]))[:1]
    for type_, id_ in (("users", ann), ("groups", sales)):
        company.directory.manage_in_cloud(type_, id_)  # pyright: ignore[reportArgumentType]
    company.done(gone("ann"), gone("sales", "group"))
    assert company.directory.linked(sales, "members") == [ann]
    assert company.user(ann)["displayName"]
    assert company.directory.manage_on_premises("users", ann) == set()
    company.done(person("ann", jobTitle="Back"))
    assert "jobTitle" not in company.user(ann)
    company.directory.delete_object("users", ann)
    assert [u["id"] for u in company.directory.list_objects("users", deleted=True)] == [ann]


def test_links_of_a_group_that_is_managed_in_the_cloud_are_administrators_own(company: Company) -> None:
    ann, _ = company.done(person("ann"), person("ben"))
    (sales,) = company.done(group("sales"), links("sales", add=["ann"]))[:1]
    company.directory.manage_in_cloud("groups", sales)
    company.done(links("sales", add=["ben"], remove=["ann"]))
    assert company.directory.linked(sales, "members") == [ann]
    company.directory.update_object("groups", sales, {"members": []})
    assert company.directory.linked(sales, "members") == []


def test_an_administrator_restores_a_person_who_left_as_a_cloud_user(company: Company) -> None:
    (ann,) = company.done(person("ann", department="Sales"))
    company.done(gone("ann"))
    seen = company.directory.restore_object("users", "ann@contoso.test")
    assert (seen["id"], seen["department"], seen["onPremisesSyncEnabled"]) == (ann, "Sales", False)
    company.directory.delete_object("users", ann)


def test_a_cloud_user_lives_without_any_job(company: Company) -> None:
    cleo = company.directory.create_object(
        "users", {"displayName": "Cleo", "userPrincipalName": "cleo@contoso.test", "mail": "cleo@contoso.test"}
    )
    assert cleo["proxyAddresses"] == ["SMTP:cleo@contoso.test"]
    assert "onPremisesSyncEnabled" not in cleo
    team = company.directory.create_object("groups", {"displayName": "Team", "members": [cleo["id"]]})
    assert [m["displayName"] for m in team["members"]] == ["Cleo"]
    company.directory.delete_object("users", "cleo@contoso.test")
    restored = company.directory.restore_object("users", cleo["id"])
    assert [g["displayName"] for g in restored["memberOf"]] == ["Team"]


def test_after_thirty_days_in_the_bin_an_object_is_gone(company: Company) -> None:
    company.done(person("ann"), group("sales"), links("sales", add=[f"a{n}" for n in range(1500)]))
    company.done(gone("ann"), gone("sales", "group"))
    company.directory.purge(company.clock.now + 29 * DAY)
    assert len(company.directory.list_objects("users", deleted=True)) == 1
    company.directory.purge(company.clock.now + 31 * DAY)
    assert company.directory.list_objects("users", deleted=True) == []
    assert company.find("ann").target is None


def test_verifying_a_domain_gives_its_users_their_names(company: Company) -> None:
    names = [f"p{n:04}" for n in range(1100)]
    company.done(*(person(name, userPrincipalName=f"{name}@Fabrikam.test") for name in names))
    assert company.user("p0000")["userPrincipalName"].endswith("onropeway.test")
    company.directory.add_domain("fabrikam.test")
    assert company.directory.verify_domain("fabrikam.test").verified
    assert company.user("p1099@fabrikam.test")["userPrincipalName"] == "p1099@Fabrikam.test"
    company.directory.remove_domain("fabrikam.test")
    assert company.user("p1099")["userPrincipalName"] == "p1099@contoso.onropeway.test"


def test_the_change_log_tells_what_happened_in_order(company: Company) -> None:
    (ann,) = company.done(person("ann"))
    (sales,) = company.done(group("sales"), links("sales", add=["ann"]))[:1]
    company.done(links("sales", add=["ben"]))
    company.done(update("ann", department="Sales"), update("ann", department="Sales"))
    company.done(gone("ann"))
    log = company.directory.changes_since(0)
    assert [(c.id, c.action) for c in log] == [
        (ann, "created"),
        (sales, "created"),
        (sales, "links"),
        (ann, "updated"),
        (ann, "deleted"),
    ]
    assert log[1].details == {"added": {"members": ["ann"]}}
    assert log[2].details == {"added": {"members": ["ben"]}}
    assert log[3].details == {"properties": ["department"]}
    assert [c.sequence for c in log] == [1, 2, 3, 4, 5]
    assert company.directory.changes_since(4) == log[4:]


def test_a_reader_who_is_too_late_is_told_so(company: Company) -> None:
    company.done(person("ann"))
    company.clock.now += 40 * DAY
    company.directory.purge(company.clock.now)
    assert company.directory.changes_since(1) == []
    with pytest.raises(RopewayError, match="changes-forgotten"):
        company.directory.changes_since(0)


def test_people_are_found_by_nickname_whatever_their_mail_begins_with(company: Company) -> None:
    ann = person("ann", mail="ann@contoso.test", mailNickname="Ann")
    company.done(ann, person("ben", mail="b.king@contoso.test", mailNickname="benny"))
    assert [company.user(name)["displayName"] for name in ("ann", "Benny")] == ["Ann", "Ben"]
    with pytest.raises(RopewayError, match="object-not-found"):
        company.user("b.king")


_VALUES = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from("ab") | st.lists(st.sampled_from("ab"))
_SAID = st.dictionaries(st.sampled_from("abcdefgh"), _VALUES)


@given(_SAID, _SAID, st.dictionaries(st.sampled_from("abc"), st.sampled_from(["add", "fill"])))
def test_what_was_said_is_read_again_whatever_the_object_has(
    said: dict[str, object], has: dict[str, object], flows: dict[str, str]
) -> None:
    one = Contribution(1, "ann", 100, Standing.PROVISIONS, said, flows)
    has |= {name: value for name, value in said.items() if name in "abcd"}
    again = contribution(1, "ann", 100, Standing.PROVISIONS, encoded_said(one, has), has)
    assert again == one


def test_what_a_job_said_stays_when_the_object_changes_without_it(company: Company) -> None:
    (ann,) = company.done(person("ann", department="Sales", jobTitle="Clerk"))
    before = company.user(ann)["contributions"][0]["attributes"]
    adopted(company, ann, 2, department="Buying", city="Bonn", mail="ann@elsewhere.test")
    company.done(update("ann", department="Law"))
    first, second = company.user(ann)["contributions"]
    assert first["attributes"] == before | {"department": "Law"}
    assert (second["attributes"]["department"], second["attributes"]["city"]) == ("Buying", "Bonn")
    company.done(gone("ann"))
    (left,) = company.user(ann)["contributions"]
    assert left["attributes"] == second["attributes"]
