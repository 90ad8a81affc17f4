"""One service, several tenants: each request finds its own, and nobody else's."""

from __future__ import annotations

import io
import json
import logging
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from ropeway.control.in_process import open_database
from ropeway.control.tenants import Tenants
from ropeway.model.graph_ids import Ids
from ropeway.service.tenants import Hosting
from ropeway.store.database import Database
from ropeway.store.service_tables import audit
from ropeway.telemetry import logs, tracing
from tests.fixtures.gateway import wait_until
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.tenants import JOB
from tests.fixtures.two_tenants import Side, Two, link_token, two_tenants


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def two(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Two]:
    with ExitStack() as ending:
        url = ""
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            url = server.create("two_tenants")
            ending.callback(server.drop, "two_tenants")
        yield ending.enter_context(two_tenants(tmp_path_factory.mktemp("two"), url))


def status(side: Side, token: str, path: str) -> int:
    with side.client(token) as client:
        return client.get(path).status_code


def test_each_token_finds_its_own_tenant(two: Two) -> None:
    for side in (two.ours, two.theirs):
        assert side.get("/v1.0/organization")["value"][0]["displayName"] == side.name
        assert len(side.get("/v1.0/users")["value"]) == 4
        principal = Ids(UUID(side.id)).service_principal
        jobs = side.get(f"/v1.0/servicePrincipals/{principal}/synchronization/jobs")["value"]
        assert [job["id"] for job in jobs] == [side.control.job(JOB).id]


def test_a_login_link_signs_in_to_its_tenant(two: Two) -> None:
    text = link_token(two, two.theirs).reveal()
    with two.service.client() as client:
        answer = client.post("/login", json={"link": text}).json()
        assert client.post("/login", json={"link": text}).status_code == 401
    assert (answer["tenant"], answer["tenant_name"]) == (two.theirs.id, "Woodgrove")
    with two.service.client(token=answer["token"]) as client:
        assert client.get("/v1.0/organization").json()["value"][0]["id"] == two.theirs.id


def test_an_application_signs_in_at_its_tenant_by_id_and_by_domain_alone(two: Two) -> None:
    for where in (two.ours.id, two.ours.id.upper(), f"tenant{two.ours.number}.test"):
        token = two.ours.signed(where).json()["access_token"]
        assert status(two.ours, token, "/v1.0/users") == 200
    for where in (two.theirs.id, "common"):
        assert two.ours.signed(where).json()["error_codes"] == [700016]
    assert two.ours.signed("nowhere.test").json()["error_codes"] == [90002]


def test_keys_of_one_tenant_are_not_those_of_another(two: Two) -> None:
    with two.service.client() as client:
        keys = [
            {key["kid"] for key in client.get(f"/{side.id}/discovery/v2.0/keys").json()["keys"]}
            for side in (two.ours, two.theirs)
        ]
        issuer = client.get(f"/{two.theirs.id}/v2.0/.well-known/openid-configuration").json()["issuer"]
    assert all(keys)
    assert not keys[0] & keys[1]
    assert two.theirs.id in issuer


def test_a_realm_is_that_of_the_domain(two: Two) -> None:
    with two.service.client() as client:
        told = [client.get(f"/common/userrealm/zoe@tenant{n}.test?api-version=1.0").json() for n in (2, 3, 4)]
    assert [one["account_type"] for one in told] == ["Managed", "Managed", "Unknown"]


def test_a_tenant_made_or_removed_beside_a_running_service_is_there_or_gone_at_once(two: Two) -> None:
    made = Tenants(two.database).create("Contoso", "Zoë")
    number = Tenants(two.database).number(made.id)
    side = Side(number, made.id, "Contoso", two.ours.control, two.service, two.database, "", "")
    token = side.token()
    wait_until(lambda: status(side, token, "/v1.0/users") == 200, "it is there at the next look, ten a second", 2)
    with two.service.client() as client:
        assert client.get(f"/{made.id}/discovery/v2.0/keys").status_code == 200
    Tenants(two.database).remove("Contoso", "Zoë")
    assert status(side, token, "/v1.0/users") == 401
    with two.service.client() as client:
        wait_until(lambda: client.get(f"/{made.id}/discovery/v2.0/keys").status_code == 400, "its keys are gone")


def test_strangers_are_refused_whatever_tenant_they_name(two: Two) -> None:
    for token in ("x", "a.b.c", "e30.e30.e30", f"rw_{'a' * 43}", "é"):
        with two.service.client() as client:
            answer = client.get("/v1.0/users", headers={"Authorization": f"Bearer {token}".encode()})
        assert answer.status_code == 401


def test_a_refused_request_is_on_record_in_the_tenant_that_it_names_or_in_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with two_tenants(tmp_path) as two, two.service.client() as client:
        claims = urlsafe_b64encode(json.dumps({"tid": two.theirs.id}).encode()).decode().rstrip("=")
        for token in (f"e30.{claims}.e30", "a.b.c", f"rw_{'a' * 43}"):
            assert client.get("/v1.0/users", headers={"Authorization": f"Bearer {token}"}).status_code == 401
        assert client.get("/v1.0/users").status_code == 401
    with closing(open_database(two.service.settings.state)) as database, database.read() as c:
        rows = c.execute(select(audit.c.tenant, audit.c.details).where(audit.c.action == "requests_without_token"))
        assert [(row.tenant, json.loads(row.details)["count"]) for row in rows] == [(two.theirs.number, "1")]
    assert "Requests that name no tenant were refused: count 3" in caplog.text


def test_acts_are_on_record_in_the_tenant_where_they_were_done(two: Two) -> None:
    with two.theirs.client() as client:
        place = f"/v1.0/servicePrincipals/{Ids(UUID(two.theirs.id)).service_principal}/synchronization/jobs/{JOB}"
        assert client.post(f"{place}/pause").status_code == 204
        assert client.post(f"{place}/start").status_code == 204
    told = [[act.action for act in side.control.audit()] for side in (two.ours, two.theirs)]
    assert "pause_job" in told[1]
    assert "pause_job" not in told[0]


def test_an_errand_is_done_with_the_job_of_its_tenant(two: Two) -> None:
    with two.theirs.client() as client:
        lines = [json.loads(line) for line in client.post(f"/v1.0/ropeway/jobs/{JOB}/run", json={}).text.splitlines()]
        number = lines[0]["errand"]
        assert lines[-1]["result"]["job"] == JOB
        assert client.get(f"/v1.0/ropeway/errands/{number}").status_code == 200
    with two.ours.client() as client:
        assert client.get(f"/v1.0/ropeway/errands/{number}").status_code == 404


def test_metrics_of_a_tenant_are_its_own_and_this_machine_is_told_all(two: Two) -> None:
    with two.service.client() as client:
        everything = client.get("/metrics").text
    assert {"Fabrikam", "Woodgrove"} <= set(everything.split('"'))
    assert "ropeway_http_requests_total" in everything
    for kind in ("administrator", "metrics"):
        with two.ours.client(two.ours.token(kind)) as client:
            own = client.get("/metrics").text
        assert 'tenant="Fabrikam"' in own
        assert not any(word in own for word in ("Woodgrove", "Ropeway", "ropeway_http", "ropeway_processes"))
    with two.service.client(token=two.ours.token("metrics-of-all")) as client:
        assert 'tenant="Woodgrove"' in client.get("/metrics").text
        assert client.get("/v1.0/users").status_code == 401


def test_every_line_of_the_log_says_which_tenant_it_is_about(two: Two) -> None:
    root = logging.getLogger()
    before, level, stream = root.handlers[:], root.level, io.StringIO()
    with two.theirs.client() as client:
        logs.configure("json", stream=stream)
        try:
            client.get("/v1.0/users")
            client.post(f"/v1.0/ropeway/jobs/{JOB}/run", json={})
            wait_until(lambda: "{job}/run" in stream.getvalue(), "the second request is told")
        finally:
            root.handlers[:] = before
            root.setLevel(level)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    about = [line for line in lines if line["logger"].startswith("ropeway")]
    assert len(about) > 1
    assert [line for line in about if line.get("tenant") != "Woodgrove"] == []


def test_every_span_says_which_tenant_it_is_about(two: Two) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with two.theirs.client() as client:
        tracing.use(provider)
        try:
            client.get("/v1.0/users")
            client.post(f"/v1.0/ropeway/jobs/{JOB}/run", json={})
            wait_until(lambda: {"request", "errand", "cycle"} <= names(exporter), "all spans have ended")
        finally:
            tracing.use(None)
    spans = exporter.get_finished_spans()
    assert [s.name for s in spans if (s.attributes or {}).get("ropeway.tenant") != "Woodgrove"] == []


def names(exporter: InMemorySpanExporter) -> set[str]:
    return {span.name for span in exporter.get_finished_spans()}


def test_a_tenant_sees_nothing_of_the_house(two: Two) -> None:
    told = two.theirs.get("/v1.0/ropeway/service/status")
    assert (told["processes"], told["size"], told["free"]) == ([], 0, None)
    assert [job["name"] for job in told["jobs"]] == [JOB]


def test_a_tenant_that_nobody_knows_is_looked_for_now_and_then_alone(two: Two) -> None:
    class Counted(Database):
        looks = 0

        def read(self):  # type: ignore[no-untyped-def]
            Counted.looks += 1
            return super().read()

    with closing(Counted(two.database.url)) as counted:
        hosting = Hosting(counted, lambda row: pytest.fail(row.name), time.monotonic)
        for _ in range(1000):
            assert hosting.with_id("11111111-1111-4111-8111-111111111111") is None
    assert Counted.looks <= 30
