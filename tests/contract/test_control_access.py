"""Who gets an answer over HTTPS, and what nonsense gets: an error in Graph's shape, never a failure."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ropeway import __version__
from ropeway.control import connection
from ropeway.control.calls import BASE, FOLLOWED, OWN, SMALL, Call
from ropeway.control.connection import Connection
from ropeway.control.over_graph.graph import Graph
from ropeway.control.wire.sending import Request
from ropeway.control.wire.shape import shape
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.problems import RopewayError, catalogue, describe
from ropeway.model.secret import Secret
from ropeway.store import agents
from ropeway.store.agents import AgentRow
from tests.fixtures.service import LIFETIME, Service, a_service
from tests.unit.ldif_office import OFFICE

VALUES = {
    "agent": "dc1",
    "application": "Reports",
    "credential": "an-id",
    "job": "Contoso",
    "hold": "1",
    "type": "users",
    "identifier": "zoe",
    "name": "contoso.test",
    "number": "1",
    "role": "Reports Reader",
    "user": "zoe@contoso.test",
}
ROUTES = [*((call.verb, call.path) for call in OWN), ("GET", FOLLOWED)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    with a_service(f"sqlite:///{folder / 'ropeway.db'}", folder, lost_after=0.2) as running:
        yield running


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx2.Client]:
    with browser(service) as client:
        yield client


def browser(service: Service) -> httpx2.Client:
    return httpx2.Client(base_url=service.url, verify=service.authority_context(), trust_env=False)


def asked(http: httpx2.Client, token: str | None, verb: str, path: str, **more: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return http.request(verb, f"{BASE}/{path.format(**VALUES)}", headers=headers | more.pop("headers", {}), **more)


def administrator(service: Service) -> str:
    return service.token().reveal()


def refusal(answer: httpx2.Response, *statuses: int) -> str:
    """The code of an error in Graph's shape."""
    assert answer.status_code in statuses, answer.text
    error = answer.json()["error"]
    assert set(error) >= {"code", "message", "innerError"}
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
    return error["code"]


# who


@pytest.mark.parametrize(("verb", "path"), ROUTES, ids=lambda part: part)
def test_only_an_administrator_gets_an_answer(service: Service, http: httpx2.Client, verb: str, path: str) -> None:
    strangers = [
        None,
        "rw_made-up",
        "x" * 5000,
        service.token(age=LIFETIME + 1).reveal(),
        service.token("agent-session").reveal(),
        service.token("agent-registration").reveal(),
        service.token("login-link").reveal(),
    ]
    for token in strangers:
        answer = asked(http, token, verb, path, content=b"{}" if verb not in ("GET", "DELETE") else None)
        assert refusal(answer, 401) == "InvalidAuthenticationToken"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    known = asked(http, service.token().reveal(), verb, path, content=b"{}" if verb not in ("GET", "DELETE") else None)
    assert known.status_code not in (401, 403)
    assert known.status_code < 500


def test_a_refused_request_is_not_read(service: Service, http: httpx2.Client) -> None:
    answer = asked(http, None, "POST", "schemas/check", content=b"x" * 100_000)
    assert refusal(answer, 401)


def test_an_errand_of_another_administrator_is_unknown(service: Service, http: httpx2.Client) -> None:
    zoe, alan = service.token().reveal(), service.token(subject="alan").reveal()
    with service.worker():
        number = json.loads(asked(http, zoe, "GET", "explain?identifier=x").text.splitlines()[0])["errand"]
    assert '"problem"' in asked(http, zoe, "GET", f"errands/{number}").text
    assert refusal(asked(http, alan, "GET", f"errands/{number}"), 404) == "Request_ResourceNotFound"


def test_the_client_knows_why_it_is_refused(service: Service) -> None:
    with closing(service.client(Secret("rw_made-up"))) as control, pytest.raises(RopewayError) as raised:
        control.jobs()
    assert raised.value.problem.code == "not-signed-in"
    assert "ropeway login" in str(raised.value)


# nonsense

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
QUIET = examples(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def bodies(call: Call, random_: random.Random, value: Any) -> bytes:
    """Nonsense that is near to what the call takes: one member of the right name with a value of any kind."""
    members = list(shape(call.method).at("body"))
    if members and random_.random() < 0.8:
        value = {random_.choice(members): value}
    return json.dumps(value).encode("utf-8", "replace")


@QUIET
@given(call=st.sampled_from(OWN), value=json_values, dice=st.randoms(use_true_random=False))
def test_nonsense_is_refused_and_nothing_fails(
    service: Service, http: httpx2.Client, call: Call, value: Any, dice: random.Random
) -> None:
    content = bodies(call, dice, value) if call.verb not in ("GET", "DELETE") else None
    answer = asked(http, administrator(service), call.verb, call.path, content=content)
    told_well(answer)


@QUIET
@given(call=st.sampled_from(OWN), name=st.text(max_size=12), value=st.text(max_size=12))
def test_nonsense_in_path_and_query_is_refused(
    service: Service, http: httpx2.Client, call: Call, name: str, value: str
) -> None:
    path = "/".join(quote(value, safe="") if part.startswith("{") else part for part in call.path.split("/"))
    url = httpx2.URL(f"{BASE}/{path}", params={name: value} if name else {})
    answer = http.request(call.verb, url, headers={"Authorization": f"Bearer {administrator(service)}"})
    told_well(answer)


def told_well(answer: httpx2.Response) -> None:
    """A refusal in Graph's shape with a known problem, or an answer; of an errand, a last line that is one of both."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        problem = answer.json()["error"].get("@ropeway.problem")
        assert answer.json()["error"]["code"]
        assert problem["code"] in catalogue() if problem else answer.status_code in (400, 404, 405)
    elif answer.headers.get("content-type") == "application/x-ndjson":
        last = json.loads(answer.text.splitlines()[-1])
        assert last["problem"]["code"] == "errand-not-taken"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"properties":' * 70,
        b'"\\ud800"',
        b"null",
        b"1e999",
        b"{}{}",
        b'{"a\\u0000":1}',
    ],
)
def test_a_body_that_is_no_json_is_a_bad_request(service: Service, http: httpx2.Client, body: bytes) -> None:
    answer = asked(http, administrator(service), "POST", "directory/users", content=body)
    assert refusal(answer, 400) == "Request_BadRequest"


def test_a_body_that_is_too_large_is_refused_before_it_is_read_to_its_end(
    service: Service, http: httpx2.Client
) -> None:
    answer = asked(http, administrator(service), "POST", "directory/users", content=b" " * (SMALL + 1))
    assert refusal(answer, 413) == "Request_EntityTooLarge"


def test_what_no_call_is_answers_as_graph_does(service: Service, http: httpx2.Client) -> None:
    token = administrator(service)
    assert refusal(asked(http, token, "GET", "cats"), 404) == "Request_ResourceNotFound"
    assert refusal(asked(http, token, "PATCH", "roles"), 405) == "Request_BadRequest"
    assert asked(http, token, "HEAD", "explain?identifier=x").status_code == 405


def test_etags_guard_settings(tmp_path: Path) -> None:
    file = tmp_path / "office.ldif"
    file.write_text(OFFICE)
    settings = JobSettings("Etag", SourceSettings("ldif", {"path": str(file)}))
    with a_service(f"sqlite:///{tmp_path / 'ropeway.db'}", tmp_path) as service, browser(service) as http:
        token = administrator(service)
        with service.worker(), closing(service.client()) as control:
            etag = f'"{control.create_job(settings).revision}"'
        put = {"json": {"staging": True}, "headers": {"If-Match": etag}}
        assert asked(http, token, "PUT", "jobs/Etag/staging", **put).status_code == 200
        put = {"json": {"staging": False}, "headers": {"If-Match": etag}}
        assert refusal(asked(http, token, "PUT", "jobs/Etag/staging", **put), 412) == "PreconditionFailed"


@pytest.mark.parametrize(
    ("ours", "code"), [("9.9", "service-of-other-version"), (__version__, "service-answers-otherwise")]
)
def test_a_service_that_is_not_understood_is_named_with_both_versions(
    service: Service, monkeypatch: pytest.MonkeyPatch, ours: str, code: str
) -> None:
    monkeypatch.setattr(connection, "__version__", ours)
    with closing(Connection(service.url, service.token, service.authority.read_text())) as client:
        with pytest.raises(RopewayError) as raised, client.asked(Request("GET", f"{BASE}/of-tomorrow", (), {}, None)):
            pass
        assert raised.value.problem.code == code
        with pytest.raises(RopewayError) as raised:
            Graph(client).ask("GET", "/v1.0/organization", list[int])
    assert raised.value.problem.code == code
    told = describe(raised.value.problem)
    assert ours == __version__ or (f"version {__version__}," in told and "version 9.9," in told)


def test_agents_and_acts_are_told_as_they_are_told_at_the_state(tmp_path: Path) -> None:
    with a_service(f"sqlite:///{tmp_path / 'ropeway.db'}", tmp_path) as service, closing(service.client()) as control:
        with service.database.write() as c:
            for number, (id_, name) in enumerate([("a-2", "dc1"), ("a-1", "dc1"), ("a-3", "it's/dc2")]):
                row = AgentRow(id_, 1, name, "contoso.test", "", id_, 2e9, None, "1", "::1", "info", number, number)
                agents.add(c, row)
        assert control.agents() == service.control.agents()
        assert [one.id for one in control.agents()] == ["a-2", "a-1", "a-3"]
        assert control.agent("it's/dc2").id == "a-3"
        for unknown in ("dc1", "dc9"):
            with pytest.raises(RopewayError) as raised:
                control.agent(unknown)
            assert raised.value.problem.code == "agent-unknown"
        gone = control.remove_agent("a-2")
        assert (gone.status, gone) == ("removed", service.control.agent("a-2"))
        assert control.agent("dc1").id == "a-1"
        assert control.agents() == service.control.agents()
        control.create_object("groups", {"displayName": "Choir", "mailNickname": "choir"})
        control.domains()
        first = control.audit()[0]
        assert (first.action, first.subject) == ("remove_agent", "a-2")
        assert control.audit() == service.control.audit()
        assert control.audit(limit=1) == service.control.audit(limit=1)
        assert control.audit(who="zo", since="2020-01-01") == service.control.audit(who="zo")
        assert control.audit(who="o'", limit=3) == control.audit(since="2999-01-01") == []


def test_tokens_are_in_no_log(service: Service, http: httpx2.Client, caplog: pytest.LogCaptureFixture) -> None:
    token = administrator(service)
    with caplog.at_level(logging.DEBUG), closing(service.client(Secret(token))) as control:
        asked(http, token, "GET", "roles")
        control.jobs()
    assert token not in caplog.text


def test_the_address_of_another_state_must_hold_no_password(service: Service, http: httpx2.Client) -> None:
    body = {"other": "x", "state": "postgresql://me:secret@db/ropeway"}
    answer = asked(http, administrator(service), "POST", "jobs/Contoso/compare", json=body)
    assert answer.json()["error"]["@ropeway.problem"]["code"] == "state-with-password"
    assert "secret" not in answer.text
