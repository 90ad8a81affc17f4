"""Every route, asked by nobody, by somebody else, and with requests that are none."""

from __future__ import annotations

import gzip
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from ropeway.control.in_process import TENANT
from ropeway.service.graph import routes
from ropeway.store import tokens
from ropeway.store.tokens import Kind
from tests.unit.graph_office import GraphOffice, shared_office

__all__ = ["shared_office"]


@pytest.fixture
def office(shared_office: GraphOffice) -> GraphOffice:
    return shared_office


def every(office: GraphOffice) -> list[tuple[str, str]]:
    """Each method of each route, with ids of nothing."""
    found = [route for route in routes(office.parts) if isinstance(route, Route)]
    return [(method, re.sub(r"\{\w+\}", "x", r.path)) for r in found for method in sorted(r.methods or ())]


def test_nobody_gets_anything_from_any_route(office: GraphOffice) -> None:
    for method, path in every(office):
        answer = office.http.request(method, path, json={} if method not in ("GET", "HEAD") else None)
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        if method != "HEAD":
            assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"


@pytest.mark.parametrize("kind", ["login-link", "agent-registration", "agent-session"])
def test_tokens_for_something_else_open_no_route(office: GraphOffice, kind: Kind) -> None:
    with office.database.write() as c:
        token = tokens.issue(c, TENANT, kind, "a-1", now=time.time(), lifetime=60).reveal()
    for method, path in every(office):
        answer = office.http.request(method, path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, f"{method} {path}"


@pytest.mark.parametrize("header", ["Bearer rw_wrong", "Bearer", "Basic YTpi", "rw_x", "Bearer " + "x" * 5000])
def test_a_token_that_is_none_is_refused(office: GraphOffice, header: str) -> None:
    answer = office.http.get("/v1.0/servicePrincipals", headers={"Authorization": header})
    assert answer.status_code == 401


def test_an_expired_token_and_one_of_another_tenant_are_refused(office: GraphOffice) -> None:
    now = time.time()
    with office.database.write() as c:
        old = tokens.issue(c, TENANT, "administrator", "Ada", now=now - 100, lifetime=50)
        other = tokens.issue(c, TENANT + 1, "administrator", "Eve", now=now, lifetime=50)
    for token in (old, other):
        answer = office.http.get("/v1.0/servicePrincipals", headers={"Authorization": f"Bearer {token.reveal()}"})
        assert answer.status_code == 401


def test_ids_of_nothing_are_not_found_on_any_route(office: GraphOffice) -> None:
    for method, path in every(office):
        if "/x" in path and method in ("GET", "DELETE") and not path.startswith("/v1.0/me/"):
            answer = office.send(method, path)
            assert answer.status_code == 404, f"{method} {path}: {answer.text}"


def test_every_answer_has_the_headers_of_graph(office: GraphOffice) -> None:
    answer = office.send("GET", "/v1.0/servicePrincipals", client_request_id="abc-1")
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["client-request-id"] == "abc-1"
    assert answer.headers["content-type"] == "application/json;odata.metadata=minimal;charset=utf-8"


def test_a_route_that_is_none_and_a_method_that_is_none(office: GraphOffice) -> None:
    status, code, _ = office.refused("GET", "/v1.0/colours")
    assert (status, code) == (404, "Request_ResourceNotFound")
    answer = office.send("PUT", "/v1.0/servicePrincipals", {})
    assert answer.status_code == 405
    assert answer.json()["error"]["message"] == "Specified HTTP method is not allowed for the request target."
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1.0/%2e%2e/x", 400),
        ("/v1.0/servicePrincipals/%00", 400),
        ("/v1.0//servicePrincipals", 404),
        ("/v1.0/servicePrincipals('a')('b')", 404),
        ("/v1.0/users/..%2fgroups", 400),
        ("/v1.0/users/%2e%2e%2f%2e%2e%2fmetrics", 400),
        ("/v1.0/users/..;/groups", 404),
        ("/v1.0/users/%252e%252e%252fgroups", 404),
        ("/v1.0/users/a%252fb", 404),
        ("/v1.0/users/a%2fmanager", 404),
        ("/v1.0/users('a''/../groups')", 404),
        ("/v1.0/users('x' or 'x' eq 'x')", 404),
        ("/v1.0/users/x%27%20or%20%271%27=%271", 404),
        ("/v1.0/users/a%0d%0aX-Admin:%20yes", 400),
        ("/v1.0/users/%E0%80%80", 404),
        ("/v1.0/users/%ff%fe", 404),
        ("/v1.0/users/\u202eanna", 400),
        (f"/v1.0/users/{'a' * 5000}", 400),
        (f"/v1.0/users{'/memberOf' * 300}", 404),
        (f"/v1.0/users{'(' * 1000}", 404),
        ("/v1.0/$batch/$batch", 404),
    ],
)
def test_tricks_with_the_path_find_nothing(office: GraphOffice, path: str, status: int) -> None:
    answer = office.http.get(path, headers={"Authorization": f"Bearer {office.token.reveal()}"})
    assert answer.status_code == status
    assert answer.json()["error"]["innerError"]["request-id"] == answer.headers["request-id"]
    assert "x-admin" not in answer.headers


LISTS = (
    "users", "groups", "contacts", "devices", "applications", "servicePrincipals", "domains", "directoryRoles",
    "auditLogs/provisioning", "auditLogs/directoryAudits", "auditLogs/signIns",
)  # fmt: skip
BOMBS = {
    "parentheses": "(" * 900 + "id eq 'x'" + ")" * 900,
    "negations": "not " * 900 + "id eq 'x'",
    "alternatives": " or ".join(["id eq 'x'"] * 700),
    "values": f"id in ({','.join(['1'] * 2000)})",
    "a text": f"id eq '{'x' * 9000}'",
    "lambdas": "a/any(a:" * 500 + "a eq 'x'" + ")" * 500,
    "a number": f"id eq {'9' * 7000}",
    "a property": f"{'a/' * 3000}a eq 'x'",
    "nothing": " " * 8000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_no_query_on_any_list(office: GraphOffice, bomb: str) -> None:
    for name in LISTS:
        answer = office.http.get(
            f"/v1.0/{name}",
            params={"$filter": BOMBS[bomb], "$count": "true"},
            headers={"Authorization": f"Bearer {office.token.reveal()}", "ConsistencyLevel": "eventual"},
        )
        assert answer.status_code == 400, (name, answer.text[:200])
        assert answer.json()["error"]["code"] in ("Request_BadRequest", "Request_UnsupportedQuery")
        assert len(answer.text) < 2500


@pytest.mark.parametrize("option", ["$select", "$orderby", "$expand", "$search", "$top", "$skiptoken"])
def test_other_options_are_no_bombs_either(office: GraphOffice, option: str) -> None:
    for value in ("a," * 4000, "members(" * 1000, '"' * 999, "9" * 5000, '"displayName:a" OR ' * 400):
        answer = office.http.get(
            "/v1.0/users",
            params={option: value},
            headers={"Authorization": f"Bearer {office.token.reveal()}", "ConsistencyLevel": "eventual"},
        )
        assert answer.status_code == 400, (value[:20], answer.text[:200])
        assert len(answer.text) < 2500


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, -1])
@pytest.mark.parametrize("path", ["users", "users?$orderby=displayName,mail", "auditLogs/provisioning", "users/delta"])
def test_a_token_with_a_number_that_no_row_has_is_stale(office: GraphOffice, path: str, number: int) -> None:
    link = office.get(f"/v1.0/{path}", prefer="odata.maxpagesize=1")["@odata.nextLink"]
    before, _, token = link.partition("8443")[2].partition("$skiptoken=")
    said = msgspec.msgpack.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    place = said[-1]
    place[1 if path.endswith("delta") else -1] = number
    forged = urlsafe_b64encode(msgspec.msgpack.encode(said)).decode().rstrip("=")
    assert office.refused("GET", f"{before}$skiptoken={forged}")[:2] == (400, "Directory_ExpiredPageToken")


def test_keys_are_written_as_segments_or_in_parentheses(office: GraphOffice) -> None:
    found = office.get("/v1.0/servicePrincipals?$filter=displayName eq 'Ropeway'")["value"][0]
    for key in (f"('{found['id']}')", f"(id='{found['id']}')", f"(appId='{found['appId']}')", f"/{found['appId']}"):
        assert office.get(f"/v1.0/servicePrincipals{key}")["id"] == found["id"]
    job = office.control.job("Contoso").id
    assert office.get(f"/v1.0/servicePrincipals('{found['id']}')/synchronization/jobs('{job}')")["id"] == job
    assert office.get(f"{office.job}/schema/microsoft.graph.filterOperators()")["value"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json", 200), ("*/*", 200), ("text/html, application/json;q=0.5", 200), ("text/html", 406)],
)
def test_json_is_the_only_form(office: GraphOffice, accept: str, status: int) -> None:
    assert office.send("GET", "/v1.0/servicePrincipals", accept=accept).status_code == status


def test_metadata_is_left_out_where_nobody_wants_it(office: GraphOffice) -> None:
    answer = office.send("GET", "/v1.0/servicePrincipals", accept="application/json;odata.metadata=none")
    assert list(answer.json()) == ["value"]


def test_other_versions_of_odata_are_refused(office: GraphOffice) -> None:
    path = "/v1.0/servicePrincipals"
    assert office.refused("GET", path, odata_maxversion="3.0")[2] == "odata-version-unsupported"
    assert office.send("GET", path, odata_maxversion="4.01").status_code == 200


def test_the_preferred_size_of_a_page_is_followed(office: GraphOffice) -> None:
    answer = office.send("GET", "/v1.0/auditLogs/provisioning", prefer="odata.maxpagesize=2")
    assert len(answer.json()["value"]) == 2
    assert answer.headers["preference-applied"] == "odata.maxpagesize=2"


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"templateId": 7}', "application/json", 400),
        (b'{"templateId": "x", "colour": "red"}', "application/json", 400),
        (b'{"templateId": "\xff"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[" * 70 + b"]" * 70, "application/json", 400),
        (b"[" + b"1," * 500_000 + b"1]", "application/json", 400),
        (b'{"templateId": "x", "templateId": "y"}', "application/json", 400),
        (b'{"templateId": "x", "template\\u0049d" : "y"}', "application/json", 400),
        (b'{"a": {"b": [{"c\\"": 1, "d": ":", "c\\"":2}]}}', "application/json", 400),
        (b'{"templateId": NaN}', "application/json", 400),
        (b'{"templateId": 1e999}', "application/json", 400),
        (b'{"templateId": ' + b"9" * 100_000 + b"}", "application/json", 400),
        (b'{"templateId": "x"}{"templateId": "x"}', "application/json", 400),
        (b"/**/{}", "application/json", 400),
        ('{"templateId": "x"}'.encode("utf-16"), "application/json", 400),
        (b'{"templateId": "\xc0\x80"}', "application/json", 400),
        (b'{"templateId": "x"}', "application/json; charset=utf-16", 415),
        (b'{"templateId": "x"}', 'application/json;odata.metadata=minimal;charset="latin-1"', 415),
        (b"{}", "text/plain", 415),
        (b"<a/>", "application/xml", 415),
        (b" " * 5_000_000, "application/json", 413),
    ],
)
def test_a_body_that_is_none_is_refused(office: GraphOffice, raw: bytes, kind: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {office.token.reveal()}", "Content-Type": kind}
    before = [job.settings for job in office.control.jobs()]
    answer = office.http.post(f"{office.principal}/jobs", content=raw, headers=headers)
    assert answer.status_code == status
    assert [job.settings for job in office.control.jobs()] == before
    assert answer.json()["error"]["code"].startswith("Request_")


@pytest.mark.parametrize(
    "raw",
    [b'{"ids": []}', gzip.compress(b'{"ids": []}'), gzip.compress(b" " * 50_000_000)],
    ids=["not packed", "packed", "a packed bomb"],
)
def test_a_packed_body_is_refused_unopened(office: GraphOffice, raw: bytes) -> None:
    headers = {"Authorization": f"Bearer {office.token.reveal()}", "Content-Type": "application/json"}
    for way in ("gzip", "deflate", "br", "gzip, gzip"):
        answer = office.http.post(
            "/v1.0/directoryObjects/getByIds", content=raw, headers=headers | {"Content-Encoding": way}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "Request_BadRequest")


@pytest.mark.parametrize("more", ["", ";charset=utf-8", '; charset="UTF-8"', ";odata.metadata=none;Charset = utf8"])
def test_json_in_utf8_is_taken_however_that_is_said(office: GraphOffice, more: str) -> None:
    headers = {"Authorization": f"Bearer {office.token.reveal()}", "Content-Type": f"application/json{more}"}
    raw = '{"ids": ["Zoë"]}'.encode()
    assert office.http.post("/v1.0/directoryObjects/getByIds", content=raw, headers=headers).status_code == 200


def test_a_key_is_told_from_what_looks_like_one(office: GraphOffice) -> None:
    office.post("/v1.0/directoryObjects/getByIds", {"ids": ['"ids":', '\\"ids" :', ":", 'a\\\\":"'], "types": []}, 200)


def test_a_body_without_a_length_is_cut_off_too(office: GraphOffice) -> None:
    headers = {"Authorization": f"Bearer {office.token.reveal()}", "Content-Type": "application/json"}
    parts = (b" " * 100_000 for _ in range(60))
    answer = office.http.post(f"{office.principal}/jobs", content=parts, headers=headers)
    assert answer.status_code == 413


def test_what_a_client_sends_is_not_put_into_headers(office: GraphOffice) -> None:
    page = office.get("/v1.0/auditLogs/provisioning?$top=1&x=%0d%0aSet-Cookie:%20a")
    assert "\r" not in page["@odata.nextLink"]
    assert "%0D%0A" in page["@odata.nextLink"]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
words = st.sampled_from(
    ["schedule", "interval", "state", "synchronizationJobSettings", "name", "value", "key", "criteria", "resetScope",
     "parameters", "subjects", "objectId", "links", "members", "ruleId", "credentials", "templateId", "expression",
     "testInputObject", "properties", "synchronizationRules", "objectMappings", "directories", "objects", "scope",
     "attributeMappings", "source", "type", "@odata.id", "@ropeway.sameAs", "displayName", "schema"]
)  # fmt: skip
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=4)),
    max_leaves=12,
)


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_whatever_is_a_failure_of_the_service(office: GraphOffice, data: st.DataObject) -> None:
    below = ["", "/restart", "/provisionOnDemand", "/validateCredentials", "/schema", "/schema/parseExpression"]
    paths = [office.job + tail for tail in below]
    paths += [
        f"{office.principal}/{tail}" for tail in ("jobs", "secrets", "acquireAccessToken", "jobs/validateCredentials")
    ]
    path = data.draw(st.sampled_from(paths))
    method = data.draw(st.sampled_from(["POST", "PUT", "PATCH"]))
    answer = office.http.request(
        method, path, json=data.draw(trees), headers={"Authorization": f"Bearer {office.token.reveal()}"}
    )
    assert answer.status_code < 500, f"{method} {path}: {answer.text}"
