"""What scripts ask of Graph beside the usual: orders of several keys, a default domain, another attempt, beta."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text

from ropeway.control.in_process import TENANT
from ropeway.directory import tables
from ropeway.directory.record import decoded
from ropeway.service.odata.evaluating import matches
from ropeway.service.odata.parser import parse
from ropeway.store import sign_ins
from ropeway.store.sign_ins import SignIn
from tests.unit.graph_office import GraphOffice, opened

SIGN_INS = "/v1.0/auditLogs/signIns"
NAMES = "$select=id,displayName,jobTitle,userPrincipalName"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[GraphOffice]:
    with opened(tmp_path, database_url) as found:
        yield found


def made(office: GraphOffice, name: str, upn: str, job: str | None) -> None:
    properties = {"displayName": name, "userPrincipalName": upn, "jobTitle": job}
    office.control.create_object("users", {k: v for k, v in properties.items() if v})


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        ("displayName,userPrincipalName desc", [("displayName", False), ("userPrincipalName", True)]),
        ("displayName desc,userPrincipalName", [("displayName", True), ("userPrincipalName", False)]),
        ("createdDateTime desc,displayName", [("displayName", False)]),
    ],
)
def test_lists_are_sorted_by_several_keys_page_by_page(
    office: GraphOffice, order: str, keys: list[tuple[str, bool]]
) -> None:
    for number, (name, job) in enumerate([("Ann", "b"), ("Ann", "a"), ("Åke", None), ("Ann", "b"), ("Bo", "a")]):
        made(office, name, f"x{number}@contoso.test", job)
    whole = office.follow(f"/v1.0/users?{NAMES}&$orderby={order}&$top=100")
    assert len(whole) == 7
    for size in (1, 2, 3):
        assert office.follow(f"/v1.0/users?{NAMES}&$orderby={order}&$top={size}") == whole
    if "createdDateTime" not in order:
        expected = list(whole)
        for name, descending in reversed(keys):
            expected.sort(key=lambda one: one[name].lower(), reverse=descending)
        assert [one["id"] for one in whole] == [one["id"] for one in expected]


def test_an_order_that_graph_does_not_have_is_refused(office: GraphOffice) -> None:
    refused = office.refused("GET", "/v1.0/users?$orderby=displayName,jobTitle")
    assert refused[:2] == (400, "Request_UnsupportedQuery")
    advanced = {"ConsistencyLevel": "eventual"}
    assert len(office.get("/v1.0/users?$orderby=displayName,jobTitle desc&$count=true", **advanced)["value"]) == 2
    assert office.refused("GET", "/v1.0/users?$orderby=displayName,nothing")[:2] == (400, "Request_BadRequest")
    page = office.get("/v1.0/users?$orderby=displayName&$top=1")["@odata.nextLink"].partition("$skiptoken=")[2]
    many = f"/v1.0/users?$orderby=displayName,userPrincipalName&$skiptoken={page}"
    assert office.refused("GET", many)[:2] == (400, "Directory_ExpiredPageToken")


def test_the_bin_is_sorted_and_filtered_by_when_something_came_into_it(office: GraphOffice) -> None:
    for number in range(3):
        made(office, f"Person {number}", f"x{number}@contoso.test", None)
        office.delete(f"/v1.0/users/x{number}@contoso.test")
    times = {f"Person {n}": 1e9 + at for n, at in enumerate((5.9, 100.0, 0.0))}
    o = tables.object_
    with office.database.write() as c:
        for row in c.execute(select(o.c.number, o.c.properties).where(o.c.deleted.is_not(None))).all():
            at = times[decoded(row.properties)["displayName"]]
            c.execute(o.update().where(o.c.number == row.number).values(deleted=at))
    path, advanced = "/v1.0/directory/deletedItems/microsoft.graph.user?$count=true", {"ConsistencyLevel": "eventual"}
    for order, names in (("", ["Person 2", "Person 0", "Person 1"]), (" desc", ["Person 1", "Person 0", "Person 2"])):
        query = f"{path}&$orderby=deletedDateTime{order}&$select=displayName,deletedDateTime"
        found = office.get(query, **advanced)["value"]
        assert [one["displayName"] for one in found] == names
        page = office.get(f"{query}&$top=2", **advanced)
        assert [one["displayName"] for one in page["value"]] == names[:2]
    for filter_, names in {
        "ge 2001-09-09T01:46:45Z": ["Person 0", "Person 1"],
        "gt 2001-09-09T01:46:45Z": ["Person 1"],
        "le 2001-09-09T01:46:45Z": ["Person 0", "Person 2"],
        "eq 2001-09-09T01:46:45Z": ["Person 0"],
        "eq null": [],
    }.items():
        found = office.get(f"{path}&$filter=deletedDateTime {filter_}", **advanced)["value"]
        assert sorted(one["displayName"] for one in found) == names, filter_
    assert len(office.get("/v1.0/users?$count=true&$filter=deletedDateTime eq null", **advanced)["value"]) == 2


def default(office: GraphOffice) -> list[str]:
    (organization,) = office.get("/v1.0/organization")["value"]
    verified = [one["name"] for one in organization["verifiedDomains"] if one["isDefault"]]
    assert [one["id"] for one in office.get("/v1.0/domains")["value"] if one["isDefault"]] == verified
    return verified


def test_one_domain_is_the_default_and_another_one_can_be(office: GraphOffice) -> None:
    office.control.add_domain("fabrikam.test")
    (initial,) = default(office)
    office.patch("/v1.0/domains/contoso.test", {"isDefault": True})
    assert default(office) == ["contoso.test"]
    assert office.refused("PATCH", "/v1.0/domains/fabrikam.test", {"isDefault": True})[2] == "domain-not-verified"
    assert office.refused("PATCH", "/v1.0/domains/contoso.test", {"isDefault": False})[:2] == (
        400,
        "Request_BadRequest",
    )
    assert office.refused("PATCH", "/v1.0/domains/contoso.test", {"authenticationType": "Federated"})[0] == 400
    assert office.refused("PATCH", "/v1.0/domains/nobody.test", {"isDefault": True})[0] == 404
    assert default(office) == ["contoso.test"]
    office.delete("/v1.0/domains/contoso.test")
    assert default(office) == [initial]


def test_an_object_that_was_set_aside_is_tried_again_at_once(office: GraphOffice) -> None:
    (anna,) = (one for one in office.company.things.values() if one.name == "Anna Berg")
    (path,) = (
        f"/v1.0/users/{one['id']}" for one in office.get("/v1.0/users?$filter=displayName eq 'Anna Berg'")["value"]
    )
    anna.values["department"] = "x" * 300
    office.run()
    assert office.control.job("Contoso").escrowed == 1
    office.post(f"{path}/retryServiceProvisioning")
    assert office.control.job("Contoso").escrowed == 0
    assert office.queue.jobs == [office.number()]
    office.run()
    assert office.control.job("Contoso").escrowed == 1
    made(office, "Eva", "eva@contoso.test", None)
    office.post("/v1.0/users/eva@contoso.test/retryServiceProvisioning")
    office.control.pause_job("Contoso")
    office.post(f"{path}/retryServiceProvisioning")
    assert len(office.queue.jobs) == 1, "neither what no job brought nor a job that rests is run"
    assert office.refused("POST", "/v1.0/groups/nobody/retryServiceProvisioning")[0] == 404


@pytest.mark.parametrize("target", ["userPrincipalName", "mail", "displayName", "jobTitle"])
def test_a_rule_that_makes_a_null_character_sets_aside_and_stops_no_job(office: GraphOffice, target: str) -> None:
    schema = office.get(f"{office.job}/schema")
    (people,) = (m for m in schema["synchronizationRules"][0]["objectMappings"] if m["sourceObjectName"] == "user")
    (flow,) = (one for one in people["attributeMappings"] if one["targetAttributeName"] == target)
    flow["source"] = {"type": "Constant", "name": "a\0b@contoso.test"}
    office.put(f"{office.job}/schema", schema)
    office.company.person("Carla Diaz")
    office.company.group("Choir")
    office.run()
    assert office.control.job("Contoso").escrowed >= 1
    assert "Choir" in [one["displayName"] for one in office.get("/v1.0/groups")["value"]]


def test_a_null_character_is_a_fault_of_the_request(office: GraphOffice) -> None:
    path = "/v1.0/roleManagement/directory/roleAssignments"
    body = {"principalId": "a\0b", "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10"}
    assert office.refused("POST", path, body)[0] in (400, 404)


def test_beta_has_what_v1_has(office: GraphOffice) -> None:
    for path in ("users", "groups", "organization", "domains", "me", "servicePrincipals", "auditLogs/provisioning"):
        first, second = (office.http.get(f"/{v}/{path}", headers=bearer(office)) for v in ("v1.0", "beta"))
        assert first.status_code == second.status_code, path
        if first.status_code == 200:
            told = second.json()
            assert "/beta/$metadata#" in told["@odata.context"]
            assert told["value"] == first.json()["value"]
    page = office.http.get("/beta/users?$top=1", headers=bearer(office)).json()
    assert "/beta/users?" in page["@odata.nextLink"]
    body = {
        "requests": [{"id": "1", "method": "GET", "url": "/users?$top=1"}, {"id": "2", "method": "GET", "url": "/x"}]
    }
    answers = office.http.post("/beta/$batch", json=body, headers=bearer(office)).json()["responses"]
    assert {one["id"]: one["status"] for one in answers} == {"1": 200, "2": 404}
    assert office.http.get("/beta/users").status_code == 401
    assert office.http.get("/beta/nothing", headers=bearer(office)).status_code == 404


def bearer(office: GraphOffice) -> dict[str, str]:
    return {"Authorization": f"Bearer {office.token.reveal()}"}


def test_cost_centre_and_division_are_kept_shown_and_filtered_by(office: GraphOffice) -> None:
    body = {
        "accountEnabled": True,
        "displayName": "Eva",
        "mailNickname": "eva",
        "userPrincipalName": "eva@contoso.test",
    }
    told = {"costCenter": "4711", "division": "North"}
    office.post("/v1.0/users", body | {"employeeOrgData": told}, status=201)
    path = "/v1.0/users/eva@contoso.test?$select=employeeOrgData"
    assert office.get(path)["employeeOrgData"] == told
    query = "/v1.0/users?$filter=employeeOrgData/division eq 'north'&$count=true&$select=displayName"
    assert office.refused("GET", query)[:2] == (400, "Request_UnsupportedQuery")
    assert office.get(query, ConsistencyLevel="eventual")["value"] == [{"displayName": "Eva"}]
    office.patch("/v1.0/users/eva@contoso.test", {"employeeOrgData": {"costCenter": "1"}})
    assert office.get(path)["employeeOrgData"] == {"costCenter": "1", "division": None}
    office.patch("/v1.0/users/eva@contoso.test", {"employeeOrgData": None})
    assert office.get(path)["employeeOrgData"] is None
    refused = office.refused("PATCH", "/v1.0/users/eva@contoso.test", {"employeeOrgData": {"floor": "1"}})
    assert refused[:2] == (400, "Request_BadRequest")


def test_people_sign_in_by_their_names_in_the_tenant(office: GraphOffice) -> None:
    (initial,) = (one["id"] for one in office.get("/v1.0/domains")["value"] if one["isInitial"])
    for one in office.get("/v1.0/users?$select=userPrincipalName,identities")["value"]:
        upn = one["userPrincipalName"]
        assert one["identities"] == [{"signInType": "userPrincipalName", "issuer": initial, "issuerAssignedId": upn}]
        assert office.get(f"/v1.0/users/{upn}?$select=identities")["identities"] == one["identities"]
    inner = {
        "id": "1",
        "method": "GET",
        "url": f"/users/{office.get('/v1.0/users')['value'][0]['id']}?$select=identities",
    }
    (answer,) = office.post("/v1.0/$batch", {"requests": [inner]}, status=200)["responses"]
    assert len(answer["body"]["identities"]) == 1


def test_the_last_sign_ins_are_told_from_the_log(office: GraphOffice) -> None:
    anna = office.get("/v1.0/users?$filter=displayName eq 'Anna Berg'")["value"][0]["id"]
    with office.database.write() as c:
        for at, way, error in [
            (1, "password", 0),
            (2, "password", 50126),
            (3, "refresh_token", 0),
            (4, "password", 50126),
        ]:
            line = SignIn(1e9 + at, anna, "anna", "app", "App", way, "", error, "", "", f"request-{at}")
            sign_ins.note(c, TENANT, line)
    seen = {one["id"]: one for one in office.get("/v1.0/users?$select=id,signInActivity")["value"]}
    assert seen[anna]["signInActivity"] == {
        "lastSignInDateTime": "2001-09-09T01:46:44Z", "lastSignInRequestId": "request-4",
        "lastNonInteractiveSignInDateTime": "2001-09-09T01:46:43Z",
        "lastNonInteractiveSignInRequestId": "request-3",
        "lastSuccessfulSignInDateTime": "2001-09-09T01:46:43Z", "lastSuccessfulSignInRequestId": "request-3",
    }  # fmt: skip
    assert [one["signInActivity"] for id_, one in seen.items() if id_ != anna] == [None]
    assert "signInActivity" not in office.get(f"/v1.0/users/{anna}")
    refused = office.refused("PATCH", f"/v1.0/users/{anna}", {"signInActivity": {}})
    assert refused[:2] == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    "filter_",
    [
        "isInteractive eq true",
        "isInteractive",
        "not(isInteractive)",
        "isInteractive ne true",
        "isInteractive in (false)",
        "isInteractive eq null",
        "clientAppUsed eq 'password'",
        "startswith(clientAppUsed,'refresh')",
        "servicePrincipalName eq 'anna'",
        "status/errorCode ne 0 and isInteractive eq true",
    ],
)
def test_the_sign_in_log_finds_what_the_same_filter_finds_in_what_is_shown(office: GraphOffice, filter_: str) -> None:
    with office.database.write() as c:
        for at, way, error in [
            (1, "password", 0),
            (2, "password", 50126),
            (3, "refresh_token", 0),
            (4, "client_credentials", 0),
        ]:
            sign_ins.note(c, TENANT, SignIn(1e9 + at, "x", "anna", "app", "App", way, "", error, "", "", f"r-{at}"))
    path = "/v1.0/auditLogs/signIns"
    expected = [one["id"] for one in office.get(path)["value"] if matches(parse(filter_), one)]
    assert [one["id"] for one in office.get(f"{path}?$filter={filter_}")["value"]] == expected


def test_what_is_asked_of_a_person_an_application_or_a_time_does_not_read_the_whole_log(office: GraphOffice) -> None:
    with office.database.write() as c:
        for number in range(5000):
            who = (f"person {number}", f"p{number}@contoso.test", f"app {number % 50}")
            sign_ins.note(c, TENANT, SignIn(1e9 + number, *who, "", "password", "", 0, "", "", ""))
        if not office.database.is_sqlite:
            c.execute(text("ANALYZE sign_in"))
    early, late = "createdDateTime ge 2001-09-09T01:50:00Z", "createdDateTime le 2001-09-09T01:51:00Z"
    for filter_, many, index in (
        ("userId eq 'person 7'", 1, "person"),
        ("userPrincipalName eq 'p7@contoso.test'", 1, "name"),
        ("userDisplayName eq 'p7@contoso.test'", 1, "name"),
        ("appId eq 'app 7'", 100, "application"),
        (f"{early} and {late}", 61, "time"),
        (late, 261, "time"),
        (f"userId eq 'person 210' and {early}", 1, "person"),
    ):
        found: list[Any] = []
        plan = plan_of(
            office, lambda ask=filter_, to=found: to.extend(office.get(f"{SIGN_INS}?$filter={ask}")["value"])
        )
        assert len(found) == many
        assert f"ix_sign_in_{index}" in plan, (filter_, plan)
        assert not [word for word in ("SCAN sign_in", "Seq Scan on sign_in", "TEMP B-TREE") if word in plan], plan


def test_the_sign_in_log_is_told_in_the_order_of_time(office: GraphOffice) -> None:
    times = [5.0, 3.0, 3.0, 9.0, 1.0, 3.0]
    with office.database.write() as c:
        for at in times:
            sign_ins.note(c, TENANT, SignIn(1e9 + at, "x", "anna", "app", "App", "password", "", 0, "", "", str(at)))
    for order, wanted in (("desc", sorted(times, reverse=True)), ("asc", sorted(times))):
        for size in (1, 2, 100):
            found = office.follow(f"{SIGN_INS}?$top={size}&$orderby=createdDateTime {order}")
            assert [float(one["correlationId"]) for one in found] == wanted


def test_a_page_with_last_sign_ins_reads_those_of_its_people_alone(office: GraphOffice) -> None:
    with office.database.write() as c:
        for number in range(5000):
            sign_ins.note(c, TENANT, SignIn(1e9, f"person {number}", "", "", "", "password", "", 0, "", "", ""))
        if not office.database.is_sqlite:
            c.execute(text("ANALYZE sign_in"))
    plan = plan_of(office, lambda: office.get("/v1.0/users?$select=id,signInActivity"))
    assert "ix_sign_in_person" in plan
    assert "SCAN sign_in" not in plan
    assert "Seq Scan on sign_in" not in plan


def plan_of(office: GraphOffice, ask: Callable[[], object]) -> str:
    """How the database reads the sign-in log for what is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM sign_in" in statement:
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    ((statement, parameters),) = asked
    explain = "EXPLAIN QUERY PLAN" if office.database.is_sqlite else "EXPLAIN"
    with office.database.read() as c:
        return str(c.exec_driver_sql(f"{explain} {statement}", parameters).all())


@pytest.mark.parametrize("path", ["applications", "servicePrincipals"])
def test_applications_are_found_without_regard_to_case_and_counted(office: GraphOffice, path: str) -> None:
    for name in ("Reports", "reports of Anna", "Script"):
        office.post("/v1.0/applications", {"displayName": name}, status=201)
    for filter_, names in {
        "displayName eq 'REPORTS'": ["Reports"],
        "startsWith(displayName,'rePorts')": ["Reports", "reports of Anna"],
        "displayName in ('script', 'REPORTS')": ["Reports", "Script"],
        "startsWith(displayName,'r') and not(displayName eq 'reports') and displayName ne 'ropeway'": [
            "reports of Anna"
        ],
    }.items():
        query = f"/v1.0/{path}?$filter={filter_}&$orderby=displayName&$select=displayName,notes,tags"
        found = office.get(query)["value"]
        assert sorted(one["displayName"] for one in found) == names
        assert {one["notes"] for one in found} == {None}
        counted = office.send("GET", f"/v1.0/{path}/$count?$filter={filter_}", ConsistencyLevel="eventual")
        assert counted.text == str(len(names))
    assert office.refused("GET", f"/v1.0/{path}/$count")[:2] == (400, "Request_BadRequest")
    assert office.refused("GET", f"/v1.0/{path}?$select=nothing")[:2] == (400, "Request_BadRequest")
