"""Many requests in one: each with its own answer."""

from __future__ import annotations

from typing import Any

import pytest

from ropeway.service.app import application
from ropeway.service.graph import routes
from ropeway.service.http.auditing import Trail
from tests.unit.graph_office import GraphOffice, office, served

__all__ = ["office"]


def answers(office: GraphOffice, *requests: dict[str, Any]) -> dict[str, Any]:
    """The answers by id."""
    numbered = [{"id": str(number), "method": "GET", **one} for number, one in enumerate(requests)]
    found = office.post("/v1.0/$batch", {"requests": numbered}, 200)["responses"]
    return {one["id"]: one for one in found}


JSON = {"Content-Type": "application/json"}
GROUP = {"displayName": "Makers", "mailEnabled": False, "mailNickname": "makers", "securityEnabled": True}


def test_each_request_has_the_answer_that_it_would_have_alone(office: GraphOffice) -> None:
    found = answers(
        office,
        {"url": "/users?$select=displayName"},
        {"url": "https://ropeway.contoso.test:8443/v1.0/users/anna.berg@contoso.test?%24select=jobTitle",
         "depends_on": []},
        {"url": "users/nobody"},
        {"url": "/nowhere/at/all"},
        {"url": "/users", "method": "DELETE"},
        {"url": "/users/$count", "headers": {"ConsistencyLevel": "eventual"}},
        {"url": "/groups", "method": "POST", "headers": JSON, "body": GROUP},
        {"url": "/groups", "method": "POST", "headers": JSON, "body": {}},
        {"url": "/$batch", "method": "POST", "headers": JSON, "body": {"requests": []}},
        {"url": "/auditLogs/provisioning?$top=1"},
        {"url": "/users/../users"},
    )  # fmt: skip
    assert [found[str(n)]["status"] for n in range(11)] == [200, 200, 404, 404, 405, 200, 201, 400, 404, 200, 404]
    assert found["0"]["body"] == office.get("/v1.0/users?$select=displayName")
    assert found["1"]["body"]["jobTitle"] == "Engineer"
    assert found["2"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert (found["5"]["body"], found["6"]["headers"]["Location"].split("/")[4]) == ("2", "groups")


def test_what_depends_on_a_failure_is_not_done(office: GraphOffice) -> None:
    found = answers(
        office,
        {"url": "/groups", "method": "POST", "headers": JSON, "body": GROUP, "dependsOn": ["1"]},
        {"url": "/users/nobody"},
        {"url": "/groups", "method": "POST", "headers": JSON, "body": GROUP, "dependsOn": ["3"]},
        {"url": "/users"},
    )
    assert [found[str(n)]["status"] for n in range(4)] == [424, 404, 201, 200]


@pytest.mark.parametrize(
    "requests",
    [
        [{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)],
        [{"id": i, "method": "GET", "url": "/users"} for i in ("a", "A")],
        [{"id": "1", "method": "GET", "url": "/users", "dependsOn": ["2"]}],
        [{"id": i, "method": "GET", "url": "/users", "dependsOn": [j]} for i, j in (("1", "2"), ("2", "1"))],
        [{"id": "1", "method": "GET", "url": "/users", "dependsOn": ["1"]}],
        [{"id": 1, "method": "GET", "url": "/users"}],
        [{"method": "GET", "url": "/users"}],
        "none",
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(office: GraphOffice, requests: Any) -> None:
    assert office.refused("POST", "/v1.0/$batch", {"requests": requests})[:2] == (400, "Request_BadRequest")


@pytest.mark.parametrize("text", [r"\ud800", r"a\r\nb", r"\u0000", r"\u20ac", "x" * 5000])
def test_what_no_address_and_no_header_can_hold_is_refused_by_itself(office: GraphOffice, text: str) -> None:
    told = {"Authorization": f"Bearer {office.token.reveal()}", "Content-Type": "application/json"}
    for inner in (
        f'"url": "/users/{text}"',
        f'"url": "/users?$filter={text}"',
        f'"url": "/users/x", "headers": {{"{text}": "x"}}',
        f'"url": "/users/x", "headers": {{"client-request-id": "{text}", "ConsistencyLevel": "{text}"}}',
        f'"url": "/users", "body": "{text}"',
    ):
        body = f'{{"requests": [{{"id": "1", "method": "GET", {inner}}}]}}'
        answer = office.http.post("/v1.0/$batch", content=body, headers=told)
        assert answer.status_code in (200, 400), answer.text
        for one in answer.json().get("responses", []):
            assert 200 <= one["status"] < 500, one


@pytest.mark.parametrize("depth", [1, 3, 300])
def test_no_batch_is_in_a_batch(office: GraphOffice, depth: int) -> None:
    inner: Any = {"requests": [{"id": "1", "method": "GET", "url": "/users"}]}
    for _ in range(depth):
        json = {"Content-Type": "application/json"}
        inner = {"requests": [{"id": "1", "method": "POST", "url": "/$batch", "headers": json, "body": inner}]}
    answer = office.send("POST", "/v1.0/$batch", inner)
    if answer.status_code == 200:
        assert [one["status"] for one in answer.json()["responses"]] == [404]
    else:
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    "url",
    ["/../v1.0/users", "/users/../groups", "/users/%2e%2e/groups", "/v1.0/../metrics", "https://evil.test/v1.0/users",
     "//evil.test/v1.0/users", "/beta/../../readyz", "file:///etc/passwd", "/users\r\nX: y", "", "#", "?",
     "/v1.0/ropeway/roles"],
)  # fmt: skip
def test_an_address_within_a_batch_leads_nowhere_else(office: GraphOffice, url: str) -> None:
    answer = office.send("POST", "/v1.0/$batch", {"requests": [{"id": "1", "method": "GET", "url": url}]})
    assert answer.status_code == 200
    (one,) = answer.json()["responses"]
    assert one["status"] in (400, 404)
    assert one["body"]["error"]["code"]


def test_a_batch_without_a_token_is_refused(office: GraphOffice) -> None:
    assert office.http.post("/v1.0/$batch", json={"requests": []}).status_code == 401


def test_acts_of_a_batch_are_on_record_one_by_one(office: GraphOffice) -> None:
    parts = office.parts
    with served(application(routes(parts), Trail(parts.database, parts.tenant, parts.clock))) as url:
        inner = {"url": "/groups", "method": "POST", "headers": JSON}
        requests = [{"id": "1", **inner, "body": GROUP}, {"id": "2", **inner, "body": {}}]
        told = {"Authorization": f"Bearer {office.token.reveal()}"}
        answer = office.http.post(f"{url}/v1.0/$batch", json={"requests": requests}, headers=told)
    assert [one["status"] for one in answer.json()["responses"]] == [201, 400]
    acts = [
        (one["activityDisplayName"], one["result"]) for one in office.get("/v1.0/auditLogs/directoryAudits")["value"]
    ]
    assert acts == [("create_group", "failure"), ("create_group", "success")]
