"""People whom a client uploads to a job (API-driven provisioning): made, changed, disabled, found by external ids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ropeway.control.protocol import SynchronizationChange
from tests.fixtures.postgres import PostgresServer
from tests.unit.graph_office import GraphOffice, opened

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
Json = dict[str, Any]


class Staff:
    """A job of its own template, and the client of the system of record."""

    def __init__(self, office: GraphOffice) -> None:
        self.office = office
        schedule = {"interval": "PT40M", "state": "Active"}
        settings = [{"name": "Name", "value": "Staff"}]
        body = {"templateId": "API2AAD", "schedule": schedule, "synchronizationJobSettings": settings}
        self.id = office.post(f"{office.principal}/jobs", body, status=201)["id"]
        self.path = f"{office.principal}/jobs/{self.id}/bulkUpload"

    def send(self, body: Any, content: str = "application/scim+json") -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.office.token.reveal()}", "Content-Type": content}
        return self.office.http.post(self.path, json=body, headers=headers)

    def upload(self, *people: Json) -> httpx2.Response:
        operations = [
            {"method": "POST", "bulkId": str(n), "path": "/Users", "data": {"schemas": [CORE], **one}}
            for n, one in enumerate(people)
        ]
        return self.send({"schemas": [BULK], "failOnErrors": None, "Operations": operations})

    def arrive(self, *people: Json) -> None:
        answer = self.upload(*people)
        assert answer.status_code == 202, answer.text
        self.office.control.run_job("Staff")

    def person(self, number: str, select: str = "") -> Json:
        found = self.office.get(f"/v1.0/users?$filter=employeeId eq '{number}'{select}")["value"]
        assert len(found) == 1
        return found[0]


@pytest.fixture
def staff(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Staff]:
    url, ending = "", ExitStack()
    if getattr(request, "param", "sqlite") == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.create("uploads")
        ending.callback(server.drop, "uploads")
    with ending, opened(tmp_path, url) as office:
        yield Staff(office)


on_both = pytest.mark.parametrize(
    "staff", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


EVA = {
    "externalId": "701984", "userName": "eva@contoso.test", "name": {"familyName": "Lund", "givenName": "Eva"},
    "displayName": "Eva Lund", "title": "Engineer", "active": True,
    "emails": [{"value": "eva@contoso.test", "type": "work", "primary": True}],
    "phoneNumbers": [{"value": "+46 8 1", "type": "work"}, {"value": "+46 70 1", "type": "mobile"}],
    "addresses": [{"type": "work", "locality": "Stockholm", "country": "SE"}],
    ENTERPRISE: {"department": "Research", "manager": {"value": "701985"}},
}  # fmt: skip
BOSS = {"externalId": "701985", "userName": "boss@contoso.test", "displayName": "Bo Holm"}


@on_both
def test_people_arrive_with_their_managers_whatever_the_order(staff: Staff) -> None:
    staff.arrive(EVA, BOSS)
    eva = staff.person("701984", "&$expand=manager&$select=" + ",".join((
        "displayName", "surname", "jobTitle", "department", "mail", "mobilePhone", "businessPhones", "city", "country",
        "accountEnabled", "mailNickname", "userPrincipalName",
    )))  # fmt: skip
    assert eva.pop("manager")["displayName"] == "Bo Holm"
    assert eva == {
        "displayName": "Eva Lund", "surname": "Lund", "jobTitle": "Engineer", "department": "Research",
        "mail": "eva@contoso.test", "mobilePhone": "+46 70 1", "businessPhones": ["+46 8 1"], "city": "Stockholm",
        "country": "SE", "accountEnabled": True, "mailNickname": "eva", "userPrincipalName": "eva@contoso.test",
    }  # fmt: skip


@on_both
def test_what_is_not_said_again_stays_and_null_takes_it_back(staff: Staff) -> None:
    staff.arrive(EVA, BOSS)
    address = {"type": "work", "locality": None}
    staff.arrive({"externalId": "701984", "title": "Head of Research", "addresses": [address]})
    eva = staff.person("701984", "&$expand=manager&$select=jobTitle,city,country,department")
    assert eva["manager"]["displayName"] == "Bo Holm"
    told = {"jobTitle": "Head of Research", "city": None, "country": "SE", "department": "Research"}
    assert {name: eva[name] for name in told} == told
    staff.arrive({"externalId": "701984", ENTERPRISE: {"manager": None}})
    assert staff.person("701984", "&$expand=manager&$select=id")["manager"] is None


@pytest.mark.parametrize(("said", "kept"), [(37.5, "37.5"), (2**70, str(2**70)), (-(2**63) - 1, str(-(2**63) - 1))])
def test_a_number_that_no_attribute_holds_is_kept_as_text_and_stops_nobody(staff: Staff, said: Any, kept: str) -> None:
    staff.arrive({**EVA, "title": said, "urn:contoso:employee": {"Hours": [said]}}, BOSS)
    assert staff.person("701984")["jobTitle"] == kept
    assert staff.person("701985")["displayName"] == "Bo Holm"


def test_whoever_leaves_is_disabled(staff: Staff) -> None:
    staff.arrive(EVA)
    staff.arrive({"externalId": "701984", "active": False})
    assert staff.person("701984", "&$select=accountEnabled") == {"accountEnabled": False}


def test_a_person_of_the_cloud_is_recognised_by_name(staff: Staff) -> None:
    made = staff.office.control.create_object(
        "users", {"displayName": "E. L.", "userPrincipalName": "eva@contoso.test"}
    )
    staff.arrive(EVA)
    assert staff.person("701984")["id"] == made["id"]
    assert staff.person("701984")["displayName"] == "Eva Lund"


def test_a_person_of_active_directory_is_recognised_by_the_employee_id(staff: Staff) -> None:
    staff.office.company.person("Erik Ek", employeeID="701990")
    staff.office.run()
    erik = staff.person("701990")["id"]
    staff.arrive({"externalId": "701990", "userName": "erik@contoso.test", "displayName": "Erik", "nickName": "E"})
    assert staff.person("701990")["id"] == erik


@on_both
def test_nothing_new_is_nothing_done_and_a_restart_loses_nobody(staff: Staff) -> None:
    staff.arrive(EVA, BOSS)
    path = f"/v1.0/auditLogs/provisioning?$filter=jobid eq '{staff.id}'"
    before, eva = len(staff.office.follow(path)), staff.person("701984")
    assert before >= 2
    staff.office.control.run_job("Staff")
    assert len(staff.office.follow(path)) == before
    for scope in ("Watermark", "Full"):
        staff.office.control.restart_job("Staff", [scope])
        staff.office.control.run_job("Staff")
        assert staff.person("701984") == eva


def test_the_answer_says_where_the_log_is_and_the_job_is_asked(staff: Staff) -> None:
    asked = len(staff.office.queue.jobs)
    answer = staff.upload(EVA)
    assert (answer.status_code, answer.content) == (202, b"")
    assert f"auditLogs/provisioning/?$filter=jobid%20eq%20'{staff.id}'" in answer.headers["location"]
    assert len(staff.office.queue.jobs) == asked + 1


def test_whoever_cannot_be_made_is_set_aside_and_comes_once_that_is_mended(staff: Staff) -> None:
    staff.arrive({**EVA, "userName": "no name at all"}, BOSS)
    assert staff.person("701985")["displayName"] == "Bo Holm"
    assert staff.office.get("/v1.0/users?$filter=employeeId eq '701984'")["value"] == []
    assert staff.office.control.job("Staff").escrowed == 1
    staff.arrive({"externalId": "701984", "userName": "eva@contoso.test"})
    assert staff.person("701984")["userPrincipalName"] == "eva@contoso.test"


def test_one_person_on_demand_by_external_id(staff: Staff) -> None:
    staff.arrive(BOSS)
    staff.upload(EVA)
    rule = staff.office.get(f"{staff.office.principal}/jobs/{staff.id}/schema")["synchronizationRules"][0]["id"]
    subject = {"objectId": "701984", "objectTypeName": "User"}
    body = {"parameters": [{"ruleId": rule, "subjects": [subject]}]}
    staff.office.post(f"{staff.office.principal}/jobs/{staff.id}/provisionOnDemand", body, status=200)
    assert staff.person("701984")["displayName"] == "Eva Lund"


def test_an_attribute_of_ones_own_is_mapped_by_the_jobs_schema(staff: Staff) -> None:
    path = f"{staff.office.principal}/jobs/{staff.id}/schema"
    schema = staff.office.get(path)
    (rule,) = schema["synchronizationRules"]
    name = "urn:contoso:employee:Badge"
    rule["objectMappings"][0]["attributeMappings"].append(
        {"targetAttributeName": "extensionAttribute1", "source": {"type": "Attribute", "name": name}}
    )
    source = next(one for one in schema["directories"] if one["name"] == "API")
    source["objects"][0]["attributes"].append({"name": name, "type": "String"})
    staff.office.put(path, schema)
    staff.arrive({**EVA, "urn:contoso:employee": {"Badge": "B-7"}})
    found = staff.person("701984", "&$select=onPremisesExtensionAttributes")
    assert found["onPremisesExtensionAttributes"]["extensionAttribute1"] == "B-7"


OPERATION = {"method": "POST", "bulkId": "1", "path": "/Users", "data": EVA}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"schemas": [BULK], "Operations": []},
        {"schemas": [BULK], "Operations": [OPERATION] * 51},
        {"schemas": [CORE], "Operations": [OPERATION]},
        {"schemas": [BULK], "Operations": [OPERATION | {"method": "DELETE"}]},
        {"schemas": [BULK], "Operations": [OPERATION | {"path": "/Groups"}]},
        {"schemas": [BULK], "Operations": [OPERATION | {"data": {"userName": "x"}}]},
        {"schemas": [BULK], "Operations": [OPERATION | {"data": EVA | {"externalId": 7}}]},
        {"schemas": [BULK], "Operations": [OPERATION | {"data": EVA | {"title": "x" * 2000}}]},
        {"schemas": [BULK], "Operations": [OPERATION | {"data": EVA | {"tags": ["x" * 2000]}}]},
        {"schemas": [BULK], "Operations": [OPERATION | {"data": EVA | {"userName": "eva\0@contoso.test"}}]},
        {"schemas": [BULK], "Operations": [OPERATION | {"data": EVA | {"tags": ["a", "\0"]}}]},
        {"schemas": [BULK], "Operations": [OPERATION | {"data": EVA | {"urn:contoso\0": {"Badge": "B"}}}]},
        {"schemas": [BULK], "Operations": [OPERATION, {"method": "POST"}]},
    ],
)
def test_a_request_is_taken_as_a_whole_or_refused(staff: Staff, body: Any) -> None:
    answer = staff.send(body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "Request_BadRequest")
    staff.office.control.run_job("Staff")
    assert staff.office.get("/v1.0/users?$filter=employeeId eq '701984'")["value"] == []


def test_scim_is_the_only_form(staff: Staff) -> None:
    assert staff.send({"schemas": [BULK], "Operations": [OPERATION]}, "application/json").status_code == 415


def test_other_jobs_take_no_uploads(staff: Staff) -> None:
    staff.path = f"{staff.office.job}/bulkUpload"
    answer = staff.upload(EVA)
    assert (answer.status_code, answer.json()["error"]["@ropeway.problem"]["code"]) == (400, "not-offered")


def test_a_deleted_job_takes_its_uploads_with_it(staff: Staff) -> None:
    staff.arrive(EVA)
    staff.office.control.delete_job("Staff", keep=True)
    fresh = Staff(staff.office)
    fresh.office.control.run_job("Staff")
    assert fresh.office.get(f"/v1.0/auditLogs/provisioning?$filter=jobid eq '{fresh.id}'")["value"] == []


@on_both
def test_people_of_an_upload_are_not_told_as_synchronised_and_their_values_are_the_jobs(staff: Staff) -> None:
    staff.arrive(EVA)
    eva = staff.person("701984", "&$select=id,onPremisesSyncEnabled,onPremisesLastSyncDateTime")
    assert (eva["onPremisesSyncEnabled"], eva["onPremisesLastSyncDateTime"]) == (None, None)
    path = f"/v1.0/users/{eva['id']}"
    assert staff.office.refused("PATCH", path, {"jobTitle": "Head"})[2] == "mastered-on-premises"
    staff.office.patch(path, {"officeLocation": "B 12"})
    staff.office.control.set_password(eva["id"])


@on_both
def test_uploads_go_on_where_directory_synchronization_is_off(staff: Staff) -> None:
    staff.arrive(EVA)
    staff.office.control.change_synchronization(SynchronizationChange(enabled=False))
    staff.arrive({"externalId": "701984", "title": "Head"})
    eva = staff.person("701984", "&$select=jobTitle,onPremisesSyncEnabled")
    assert eva == {"jobTitle": "Head", "onPremisesSyncEnabled": None}
    assert staff.office.control.job("Staff").problems == ()


def test_more_requests_than_published_wait(staff: Staff) -> None:
    answers = [staff.send({}) for _ in range(60)]
    told = [answer.status_code for answer in answers]
    assert told[:40] == [400] * 40
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"]["code"] == "TooManyRequests"
    assert refused.headers["x-ms-throttle-information"] == "BulkUploadLimitExceeded"
