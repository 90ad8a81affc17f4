"""What scripts read of users and groups, on both databases: pages, filters under Graph's rules, relations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ropeway.control.in_process import TENANT
from ropeway.directory import lookup, relations
from ropeway.service.graph.objects.kinds import KINDS
from tests.fixtures.postgres import PostgresServer
from tests.unit.graph_office import GraphOffice, opened

PAGE = (Path(__file__).parents[2] / "docs" / "graph-api.md").read_text()
ADVANCED = {"ConsistencyLevel": "eventual"}
PEOPLE = (
    {"displayName": "Zoë Ärm", "department": "Sales", "jobTitle": "Élève", "mail": "zoe@contoso.test"},
    {"displayName": "anna ärm", "department": "sales", "jobTitle": "élève", "employeeId": "7", "accountEnabled": False},
    {"displayName": "Max O'Neil", "department": "Research", "businessPhones": ["+1 555"], "city": "Oslo"},
    {"displayName": "Eva Lund", "otherMails": ["eva@home.test", "e@x.test"], "extensionAttribute3": "blue"},
    {"displayName": "Eva Lund", "mail": "lund@contoso.test", "mailNickname": "evalund", "userType": "Guest"},
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphOffice]:
    """Anna and Björn of the job, people of the cloud, a group within a group."""
    url = ""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.create("graph_objects")
    with opened(tmp_path_factory.mktemp("objects"), url) as office:
        for number, one in enumerate(PEOPLE):
            office.control.create_object("users", {"userPrincipalName": f"p{number}@contoso.test", **one})
        ids = [one["id"] for one in office.control.list_objects("users", limit=99)]
        inner = office.control.create_object("groups", {"displayName": "Inner", "members": ids[:3]})
        outer = office.control.create_object("groups", {"displayName": "Outer", "members": [inner["id"], ids[3]]})
        office.control.update_object("groups", outer["id"], {"owners": ids[:1]})
        contact = {"displayName": "Kim", "city": "Rome", "mobilePhone": "1", "mail": "kim@else.test"}
        office.control.create_object("contacts", contact)
        office.control.create_object("devices", {"displayName": "PC-1", "deviceId": "d-1", "operatingSystem": "Linux"})
        while lookup.catch_up(office.database, TENANT):
            pass
        yield office


def names(office: GraphOffice, query: str, **headers: str) -> list[str]:
    """Display names that a list answers."""
    return [one["displayName"] for one in office.get(query, **headers)["value"]]


FOUND = {
    "displayName eq 'zoë ÄRM'": ["Zoë Ärm"],
    "startsWith(displayName,'eva')": ["Eva Lund", "Eva Lund"],
    "department eq 'SALES'": ["anna ärm", "Zoë Ärm"],
    "department eq 'sales' and accountEnabled eq false": ["anna ärm"],
    "department eq 'Sales' or employeeId eq '7'": ["anna ärm", "Zoë Ärm"],
    "startsWith(department,'res')": ["Max O'Neil"],
    "jobTitle eq 'ÉLÈVE'": ["anna ärm", "Zoë Ärm"],
    "startsWith(jobTitle,'éL')": ["anna ärm", "Zoë Ärm"],
    "displayName eq 'max o''neil'": ["Max O'Neil"],
    "mail eq 'ZOE@contoso.test'": ["Zoë Ärm"],
    "mail in ('zoe@contoso.test', 'lund@contoso.test')": ["Eva Lund", "Zoë Ärm"],
    "startsWith(mail,'lund')": ["Eva Lund"],
    "mailNickname eq 'zoe'": ["Zoë Ärm"],
    "startsWith(mailNickname,'eval')": ["Eva Lund"],
    "userPrincipalName eq 'P2@contoso.test'": ["Max O'Neil"],
    "proxyAddresses/any(p:p eq 'SMTP:zoe@contoso.test')": ["Zoë Ärm"],
    "proxyAddresses/any(a:startsWith(a,'smtp:lund'))": ["Eva Lund"],
    "otherMails/any(m:startsWith(m,'e@'))": ["Eva Lund"],
    "businessPhones/any(b:b eq '%2B1 555')": ["Max O'Neil"],
    "otherMails/any(m:m/address eq 'eva@home.test')": [],
    "city eq 'oslo'": ["Max O'Neil"],
    "displayName ge 'ma' and displayName le 'N'": ["Max O'Neil"],
    "mail ge 'ZOE@'": ["Zoë Ärm"],
    "onPremisesSyncEnabled eq true": ["Anna Berg", "Björn Ek"],
    "accountEnabled eq false": ["anna ärm"],
    "createdDateTime lt 2000-01-01T00:00:00Z": [],
    "createdDateTime gt 0999-01-01T00:00:00Z and city eq 'oslo'": ["Max O'Neil"],
    "serviceProvisioningErrors/any(e:e/serviceInstance eq 'exchange')": [],
}
"""Filters that need nothing more."""
FOUND_ADVANCED = {
    "department ne 'Sales' and onPremisesSyncEnabled ne true": ["Eva Lund", "Eva Lund", "Max O'Neil"],
    "not(startsWith(displayName,'eva')) and userType eq 'Member' and onPremisesSyncEnabled eq null": [
        "anna ärm", "Max O'Neil", "Zoë Ärm",
    ],
    "endsWith(mail,'CONTOSO.test')": ["Eva Lund", "Zoë Ärm"],
    "onPremisesExtensionAttributes/extensionAttribute3 eq 'Blue'": ["Eva Lund"],
    "city ne null": ["Max O'Neil"],
}  # fmt: skip


@pytest.mark.parametrize("filter_", FOUND)
def test_people_are_found_by(office: GraphOffice, filter_: str) -> None:
    assert sorted(names(office, f"/v1.0/users?$filter={filter_}"), key=str.lower) == sorted(
        FOUND[filter_], key=str.lower
    )


@pytest.mark.parametrize("filter_", FOUND_ADVANCED)
def test_advanced_questions_need_the_header_and_the_count(office: GraphOffice, filter_: str) -> None:
    query = f"/v1.0/users?$filter={filter_}&$count=true"
    assert office.refused("GET", query)[:2] == (400, "Request_UnsupportedQuery")
    answer = office.get(query, **ADVANCED)
    assert sorted(one["displayName"] for one in answer["value"]) == sorted(FOUND_ADVANCED[filter_])
    assert answer["@odata.count"] == len(answer["value"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$filter=contains(displayName,'a')", "Request_UnsupportedQuery"),
        ("$filter=onPremisesDistinguishedName eq 'x'", "Request_UnsupportedQuery"),
        ("$filter=nothing eq 'x'", "Request_BadRequest"),
        ("$filter=accountEnabled eq 'x'", "Request_BadRequest"),
        ("$filter=businessPhones eq 'x'", "Request_UnsupportedQuery"),
        ("$filter=onPremisesImmutableId eq 'x'", "Request_UnsupportedQuery"),
        ("$filter=startsWith(onPremisesSamAccountName,'x') and department eq 'x'", "Request_UnsupportedQuery"),
        ("$filter=department eq 'x' and startsWith(accountEnabled,'t')", "Request_BadRequest"),
        ("$filter=department eq true", "Request_BadRequest"),
        ("$search=\"displayName:a\"", "Request_UnsupportedQuery"),
        ("$filter=displayName eq 'a'&$orderby=displayName", "Request_UnsupportedQuery"),
        ("$select=nothing", "Request_BadRequest"),
        ("$expand=nothing", "Request_BadRequest"),
        ("$expand=manager($select=nothing)", "Request_BadRequest"),
        ("$expand=memberOf($select=nothing)", "Request_BadRequest"),
        ("$top=1000", "Request_BadRequest"),
        ("$skip=1", "Request_UnsupportedQuery"),
        ("$skiptoken=abc", "Directory_ExpiredPageToken"),
    ],
)  # fmt: skip
def test_what_graph_refuses_is_refused_with_its_code(office: GraphOffice, query: str, code: str) -> None:
    assert office.refused("GET", f"/v1.0/users?{query}")[:2] == (400, code)


def test_a_page_has_what_is_usual_and_a_selection_exactly_that(office: GraphOffice) -> None:
    (zoe,) = office.get("/v1.0/users?$filter=mail eq 'zoe@contoso.test'")["value"]
    assert set(zoe) == {
        "id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
        "preferredLanguage", "surname", "userPrincipalName",
    }  # fmt: skip
    query = "/v1.0/users?$select=displayName,onPremisesExtensionAttributes&$filter=startsWith(displayName,'eva')"
    colours = [one["onPremisesExtensionAttributes"]["extensionAttribute3"] for one in office.get(query)["value"]]
    assert sorted(map(str, colours)) == ["None", "blue"]


@pytest.mark.parametrize(
    "query",
    ["", "$orderby=displayName desc", "$orderby=userPrincipalName", "$filter=startsWith(userPrincipalName,'p')",
     "$filter=accountEnabled eq true", "$filter=startsWith(mailNickname,'')", "$filter=userType eq 'Member'",
     "$filter=proxyAddresses/any(p:startsWith(p,'smtp:'))", "$filter=proxyAddresses/any(p:startsWith(p,''))"],
)  # fmt: skip
def test_small_pages_are_the_whole_list_in_its_order(office: GraphOffice, query: str) -> None:
    whole = office.follow(f"/v1.0/users?$select=id,displayName&{query}")
    assert office.follow(f"/v1.0/users?$select=id,displayName&$top=1&{query}") == whole
    assert len({one["id"] for one in whole}) == len(whole) > 0


def test_members_sorted_by_several_properties_have_further_pages(office: GraphOffice) -> None:
    outer = office.get("/v1.0/groups?$filter=displayName eq 'Outer'")["value"][0]["id"]
    path = f"/v1.0/groups/{outer}/transitiveMembers/microsoft.graph.user?$orderby=displayName,mail"
    assert office.follow(f"{path}&$top=1") == office.follow(path) != []


def test_the_bin_is_filtered_by_what_has_an_index_elsewhere(office: GraphOffice) -> None:
    shape = {"accountEnabled": True, "displayName": "Gone", "mailNickname": "gone", "department": "Attic"}
    gone = office.post("/v1.0/users", shape | {"userPrincipalName": "gone@contoso.test"}, 201)["id"]
    office.delete(f"/v1.0/users/{gone}")
    bin_ = "/v1.0/directory/deletedItems/microsoft.graph.user"
    for found in ("department eq 'Attic'", "accountEnabled eq true", "startsWith(displayName,'Gon')"):
        assert [one["id"] for one in office.get(f"{bin_}?$filter={found}")["value"]] == [gone], found
    assert office.get(f"{bin_}?$filter=department eq 'Cellar'")["value"] == []


def test_a_search_finds_words_from_their_beginning(office: GraphOffice) -> None:
    def found(text: str) -> list[str]:
        return sorted(names(office, f"/v1.0/users?$search={text}", **ADVANCED))

    assert found('"displayName:lund"') == ["Eva Lund", "Eva Lund"]
    assert found('"displayName:eva lu" AND "mail:lund"') == ["Eva Lund"]
    assert found('"displayName:ärm" OR "displayName:neil"') == ["Max O'Neil", "Zoë Ärm", "anna ärm"]
    assert found('("displayName:und")') == []
    assert office.refused("GET", "/v1.0/users?$search=displayName:a", **ADVANCED)[:2] == (400, "Request_BadRequest")


def test_members_count_through_groups_within_groups(office: GraphOffice) -> None:
    outer = office.get("/v1.0/groups?$filter=displayName eq 'Outer'")["value"][0]["id"]
    direct = office.get(f"/v1.0/groups/{outer}/members")["value"]
    assert sorted(one["@odata.type"] for one in direct) == ["#microsoft.graph.group", "#microsoft.graph.user"]
    people = office.follow(f"/v1.0/groups/{outer}/transitiveMembers/microsoft.graph.user?$top=2")
    assert len(people) == 4
    assert office.send("GET", f"/v1.0/groups/{outer}/transitiveMembers/$count", **ADVANCED).text == "5"
    assert len(office.get(f"/v1.0/groups/{outer}/owners")["value"]) == 1
    inside = next(one["id"] for one in people if one["id"] not in [two["id"] for two in direct])
    above = names(office, f"/v1.0/users/{inside}/transitiveMemberOf?$select=displayName")
    assert {"Inner", "Outer"} <= set(above)
    assert "Outer" not in names(office, f"/v1.0/users/{inside}/memberOf?$select=displayName")
    assert names(office, f"/v1.0/users?$filter=id eq '{inside}'&$expand=memberOf")


@pytest.mark.parametrize("query", ["", "/microsoft.graph.user", "?$filter=startsWith(displayName,'a')", "/$count"])
def test_a_crowded_group_tells_the_same_members(
    office: GraphOffice, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    def told() -> list[set[str]]:
        groups = office.get("/v1.0/groups")["value"]
        places = [f"/v1.0/groups/{group['id']}/members{query}" for group in groups]
        if query == "/$count":
            return [{office.send("GET", place, **ADVANCED).text} for place in places]
        small = [f"{place}{'&' if '?' in query else '?'}$top=1&$select=id" for place in places]
        found = [[one["id"] for one in office.follow(place)] for place in small]
        assert all(len(set(ids)) == len(ids) for ids in found)
        return [set(ids) for ids in found]

    before = told()
    assert any(before)
    monkeypatch.setattr(relations, "MANY", 0)
    assert told() == before


def test_a_list_that_began_crowded_goes_on_so(office: GraphOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    group = next(g["id"] for g in office.get("/v1.0/groups")["value"] if g["displayName"] == "Inner")
    path = f"/v1.0/groups/{group}/members?$select=id"
    everybody = {one["id"] for one in office.get(path)["value"]}
    monkeypatch.setattr(relations, "MANY", 0)
    first = office.get(f"{path}&$top=1")
    monkeypatch.undo()
    rest = office.follow(first["@odata.nextLink"].partition("8443")[2])
    ids = [one["id"] for one in (*first["value"], *rest)]
    assert (set(ids), len(ids)) == (everybody, len(everybody))


def test_managers_are_told_up_to_the_top(office: GraphOffice) -> None:
    (bjorn,) = office.get("/v1.0/users?$filter=displayName eq 'björn ek'&$expand=manager($levels=max)")["value"]
    assert bjorn["manager"]["displayName"] == "Anna Berg"
    there = f"/v1.0/users/{bjorn['id']}"
    assert office.get(f"{there}/manager?$select=displayName")["displayName"] == "Anna Berg"
    everybody = "$expand=manager($levels=max;$select=id)&$select=id&$count=true"  # Graph's own example, of one
    assert office.get(f"{there}?{everybody}", ConsistencyLevel="eventual")["manager"]["id"]
    anna = office.get(f"{there}/manager")["id"]
    assert names(office, f"/v1.0/users/{anna}/directReports") == ["Björn Ek"]
    assert office.refused("GET", f"/v1.0/users/{anna}/manager")[:2] == (404, "Request_ResourceNotFound")


def test_contacts_have_graphs_addresses_and_phones(office: GraphOffice) -> None:
    (kim,) = office.get("/v1.0/contacts")["value"]
    assert kim["addresses"][0]["city"] == "Rome"
    assert kim["phones"] == [{"number": "1", "type": "mobile"}]


def test_one_object_has_many_names(office: GraphOffice) -> None:
    zoe = office.get("/v1.0/users/P0@contoso.test?$select=id")["id"]
    assert office.get(f"/v1.0/users('{zoe}')")["displayName"] == "Zoë Ärm"
    assert office.get("/v1.0/devices(deviceId='d-1')")["displayName"] == "PC-1"
    assert office.refused("GET", "/v1.0/users/nobody")[:2] == (404, "Request_ResourceNotFound")
    assert office.refused("GET", f"/v1.0/groups/{zoe}")[:2] == (404, "Request_ResourceNotFound")
    assert office.send("GET", "/v1.0/users/$count", **ADVANCED).text == str(len(office.follow("/v1.0/users")))


def test_the_examples_of_the_documentation_are_answered(office: GraphOffice) -> None:
    block = PAGE.partition("## Users, groups, contacts, devices")[2].partition("## A new job")[0]
    asked = re.findall(r"(?m)^GET (/\S.*?)(\s+\(advanced\))?$", block)
    assert len(asked) >= 8
    for query, advanced in asked:
        answer = office.send("GET", query, **(ADVANCED if advanced else {}))
        assert answer.status_code == 200, (query, answer.text)


def _terms() -> st.SearchStrategy[str]:
    names = [p.name for kind in KINDS[:1] for p in kind.properties.values() if p.form != "complex"]
    value = st.sampled_from(["'a'", "null", "true", "7", "2020-01-01T00:00:00Z", "'%_\\\\'", "''''"])
    plain = st.builds("{} {} {}".format, st.sampled_from(names), st.sampled_from(["eq", "ne", "ge", "in"]), value)
    call = st.builds("startsWith({},{})".format, st.sampled_from(names), value)
    each = st.builds("{}/any(x:startsWith(x,{}))".format, st.sampled_from(names), value)
    term = st.one_of(plain, call, each)
    return st.recursive(term, lambda inner: st.builds("({} or not {})".format, inner, inner), max_leaves=4)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_terms())
def test_whatever_is_asked_is_answered_or_refused(office: GraphOffice, text: str) -> None:
    answer: Any = office.send("GET", f"/v1.0/users?$filter={text}&$count=true", **ADVANCED)
    assert answer.status_code in (200, 400), answer.text
