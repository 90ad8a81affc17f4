"""Who asks more than Graph would answer is told how long to wait."""

from __future__ import annotations

import time

import pytest

from ropeway.control.in_process import TENANT
from ropeway.service.graph.objects import throttling
from ropeway.service.http.buckets import Bucket
from ropeway.store import tokens
from tests.unit.graph_office import GraphOffice, office

__all__ = ["office"]


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("/v1.0/users", 2),
        ("/v1.0/users?$select=id", 1),
        ("/v1.0/users?$expand=manager", 3),
        ("/v1.0/users?$top=5&$select=id", 1),
        ("/v1.0/groups", 1),
        ("/v1.0/groups/{}/members", 3),
        ("/v1.0/groups/{}/transitiveMembers?$select=id", 4),
        ("/v1.0/domains/contoso.test/domainNameReferences", 4),
        ("/v1.0/subscribedSkus", 3),
        ("/v1.0/applications", 2),
        ("/v1.0/servicePrincipals", 1),
        ("/v1.0/directoryRoles", 1),
    ],
)
def test_a_request_tells_what_it_cost(office: GraphOffice, path: str, cost: int) -> None:
    group = office.get("/v1.0/groups")["value"][0]["id"]
    assert office.send("GET", path.format(group)).headers["x-ms-resource-unit"] == str(cost)


def test_a_new_token_is_no_new_caller(office: GraphOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "SMALL", 10)
    for _ in range(6):
        last = office.send("GET", "/v1.0/users").status_code
    with office.database.write() as c:
        office.token = tokens.issue(c, TENANT, "administrator", "Ada", now=time.time(), lifetime=3600)
    assert (last, office.send("GET", "/v1.0/users").status_code) == (429, 429)
    with office.database.write() as c:
        office.token = tokens.issue(c, TENANT, "administrator", "Bo", now=time.time(), lifetime=3600)
    assert office.send("GET", "/v1.0/users").status_code == 200


def test_who_has_used_up_everything_waits(office: GraphOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "SMALL", 10)
    for _ in range(5):
        answer = office.send("GET", "/v1.0/users")
    assert float(answer.headers["x-ms-throttle-limit-percentage"]) > 0.8
    refused = office.send("GET", "/v1.0/groups/x/transitiveMembers")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "TooManyRequests")
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert refused.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    inner = {"requests": [{"id": "1", "method": "GET", "url": "/groups/x/transitiveMembers"}]}
    (one,) = office.post("/v1.0/$batch", inner, 200)["responses"]
    assert (one["status"], one["headers"]["Retry-After"].isdecimal()) == (429, True)


def test_reads_of_a_batch_are_paid_and_refused_one_by_one(office: GraphOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "SMALL", 10)
    ids = [one["id"] for one in office.get("/v1.0/users?$select=id")["value"]]
    requests = [{"id": str(n), "method": "GET", "url": f"/users/{ids[n % 2]}"} for n in range(20)]
    answers = office.post("/v1.0/$batch", {"requests": requests}, 200)["responses"]
    told = [one["status"] for one in answers]
    assert (told.count(200), told.count(429)) == (4, 16), "2 units each, of the 9 that are left"
    assert all(one["headers"]["Retry-After"].isdecimal() for one in answers if one["status"] == 429)


def test_a_question_by_post_is_no_write(office: GraphOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "WRITES", 1)
    group = {"displayName": "A", "mailEnabled": False, "mailNickname": "a", "securityEnabled": True}
    for _ in range(3):
        answer = office.send("POST", "/v1.0/directoryObjects/getByIds", {"ids": ["x"]})
        assert (answer.status_code, answer.headers["x-ms-resource-unit"]) == (200, "3")
    assert office.send("POST", "/v1.0/groups", group).headers["x-ms-resource-unit"] == "1"
    refused = office.send("POST", "/v1.0/groups", group | {"mailNickname": "b"})
    assert (refused.status_code, refused.headers["x-ms-throttle-information"]) == (429, "WriteLimitExceeded")


def test_a_bucket_fills_up_again() -> None:
    bucket = Bucket(100, 10)
    assert bucket.take(100, 0) == 0
    assert bucket.take(10, 0) == 1
    assert bucket.take(10, 1) == 0
