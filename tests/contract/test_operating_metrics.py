"""What Prometheus is told: of each job, agent, process, and of the state, from the database at each scrape."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ropeway.engine.lifecycle.standing import Quarantine, Reason, Standing
from ropeway.model.job import JobSettings, Schedule, SourceSettings
from ropeway.model.problems import Problem
from ropeway.service.operating.metrics.catalogue import FIGURES, REQUESTS
from ropeway.service.operating.metrics.endpoint import Access
from ropeway.service.operating.metrics.figures import Figures
from ropeway.store import lifecycle
from ropeway.store.service_tables import agent, authority, call, errand
from ropeway.store.tables import job
from tests.crash.conftest import bad_day, staffed
from tests.fixtures.certificates import served
from tests.fixtures.operated import Operated, operated
from tests.unit.engine_company import Company

JOB = "Contoso"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return staffed(tmp_path / "company.ldif", people=90)


@pytest.fixture
def service(database_url: str, tmp_path: Path, company: Company) -> Iterator[Operated]:
    """With a job that has run once."""
    with operated(database_url, tmp_path, more=[Route("/v1.0/users/{id}", _user)]) as running:
        running.parts.control.add_domain("contoso.test")
        running.parts.control.verify_domain("contoso.test")
        running.parts.control.create_job(JobSettings(JOB, SourceSettings("ldif", {"path": str(company.path)})))
        assert running.parts.control.run_job(JOB).result == "success"
        yield running


def _user(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.path_params["id"])


def samples(service: Operated) -> dict[tuple[str, ...], float]:
    """Name and label values to value, as they are now."""
    return {
        (s.name, *(v for name, v in sorted(s.labels.items()) if name != "tenant")): s.value
        for family in Figures(service.parts).collect()
        for s in family.samples
    }


def test_a_job_is_told_with_its_age_its_backlog_and_its_last_cycle(service: Operated) -> None:
    found = samples(service)
    assert 0 <= found["ropeway_job_last_success_age_seconds", JOB] < 60
    assert found["ropeway_job_status", JOB, "Active"] == 1
    assert found["ropeway_job_status", JOB, "Quarantine"] == 0
    assert [found[f"ropeway_job_{what}", JOB] for what in ("due", "pending_changes", "held_changes")] == [0, 0, 0]
    assert found["ropeway_job_cycle_exported", "create", JOB] >= 90
    assert found["ropeway_job_cycle_stage_seconds", JOB, "import"] > 0


def test_a_job_that_nobody_has_begun_is_told(service: Operated) -> None:
    service.parts.control.schedule_job(JOB, Schedule(off=True))
    assert samples(service)["ropeway_queue_length",] == 0
    service.parts.queue.ask(1)
    assert samples(service)["ropeway_queue_length",] == 1
    service.parts.control.run_job(JOB)
    assert samples(service)["ropeway_queue_length",] == 0


def test_a_job_that_polls_and_finds_nothing_is_no_older_than_an_hour(service: Operated) -> None:
    with service.database.write() as c:
        c.execute(update(job).values(last_success=time.time() - 30 * 86400))
        lifecycle.change_standing(c, 1, lambda now: Standing(last_run=time.time() - 1800), time.time())
    assert samples(service)["ropeway_job_last_success_age_seconds", JOB] == pytest.approx(1800, abs=60)


def test_a_hold_is_told_until_somebody_approves_it(service: Operated, company: Company) -> None:
    bad_day(company)
    service.parts.control.run_job(JOB)
    found = samples(service)
    assert found["ropeway_job_holds", JOB] >= 1
    assert found["ropeway_job_held_changes", JOB] >= 20
    for hold in service.parts.control.holds(JOB):
        service.parts.control.approve(JOB, hold.number)
    assert samples(service)["ropeway_job_holds", JOB] == 0


def test_a_quarantine_is_told_with_graphs_reason(service: Operated) -> None:
    quarantine = Quarantine(Reason.EXCEPTION, 1.0, time.time() - 60, 1, 1.0, Problem("password-expired"))
    with service.database.write() as c:
        lifecycle.change_standing(c, 1, lambda now: Standing(quarantine=quarantine), time.time())
    found = samples(service)
    assert found["ropeway_job_quarantine", JOB, "EncounteredQuarantineException"] == 1
    assert found["ropeway_job_status", JOB, "Quarantine"] == 1
    assert found["ropeway_job_quarantine_age_seconds", JOB] == pytest.approx(60, abs=10)


def test_agents_are_told_by_domain_and_state(service: Operated) -> None:
    now = time.time()
    usual: dict[str, Any] = {"tenant": 1, "domain": "contoso.test", "certificate": "", "registered": 1.0}
    with service.database.write() as c:
        for name, seen, removed in (("dc1", now, None), ("dc2", now - 91, None), ("dc3", 1.0, now)):
            row = usual | {"id": name, "name": name, "fingerprint": name, "seen": seen, "removed": removed}
            c.execute(agent.insert().values(**row))
    found = samples(service)
    assert [found["ropeway_agents", "contoso.test", state] for state in ("active", "inactive", "removed")] == [1, 1, 1]
    assert found["ropeway_agent_heartbeat_age_seconds", "dc2", "contoso.test"] == pytest.approx(91, abs=10)
    assert ("ropeway_agent_heartbeat_age_seconds", "dc3", "contoso.test") not in found


def test_what_waits_for_agents_and_workers_is_told_with_its_age(service: Operated) -> None:
    now = time.time()
    asked: dict[str, Any] = {"tenant": 1, "state": "open", "created": now - 30, "expires": now}
    with service.database.write() as c:
        c.execute(call.insert().values(**asked, domain="contoso.test", job=1, method="read", body=b""))
        c.execute(call.insert().values(**asked, domain="contoso.test", job=1, method="watch", body=b""))
        c.execute(errand.insert().values(**asked, method="run_job", arguments=b"", asked_by="Zoë"))
    found = samples(service)
    assert found["ropeway_calls", "contoso.test", "open"] == 1
    assert found["ropeway_errands", "open"] == 1
    assert found["ropeway_errand_oldest_age_seconds", "open"] == pytest.approx(30, abs=10)


def test_a_certificate_is_told_with_what_it_has_left(service: Operated, tmp_path: Path) -> None:
    pem = served(tmp_path).authority.read_text()
    with service.database.write() as c:
        c.execute(authority.insert().values(tenant=1, name="tls", certificate=pem, key=b"", created=0.0))
    assert samples(service)["ropeway_certificate_expires_seconds", "tls authority"] == pytest.approx(86400, abs=600)


def test_processes_are_told_by_role(service: Operated) -> None:
    service.heard("worker", ago=61)
    service.heard("service")
    found = samples(service)
    assert (found["ropeway_processes", "service"], found["ropeway_processes", "worker"]) == (1, 0)


# the text


def test_the_text_is_one_that_prometheus_reads_and_has_nothing_that_is_not_documented(service: Operated) -> None:
    service.client.get("/healthz")
    said = service.client.get("/metrics")
    names = {family.name for family in text_string_to_metric_families(said.text)}
    ours = {name for name in names if name.startswith("ropeway_")}
    assert said.headers["content-type"].startswith("text/plain; version=")
    assert ours <= {metric.name.removesuffix("_total") for metric in (*FIGURES, *REQUESTS)}
    assert "process_resident_memory_bytes" in names


def test_requests_are_counted_by_their_route_and_strangers_make_no_labels(service: Operated) -> None:
    for path in ("/v1.0/users/zoe@contoso.test", "/v1.0/users/adam@contoso.test", "/nowhere/1", "/nowhere/2?secret=x"):
        service.client.get(path)
    service.client.request("BREW", "/v1.0/users/zoe")
    said = service.client.get("/metrics").text
    assert 'ropeway_http_requests_total{method="GET",route="/v1.0/users/{id}",status="200"}' in said
    assert 'route="unknown",status="404"' in said
    assert not any(word in said for word in ("zoe", "nowhere", "secret=", "BREW"))


# who may read it


@pytest.mark.parametrize("headers", [{"x-forwarded-for": "198.51.100.7"}, {"forwarded": "for=198.51.100.7"}])
def test_who_comes_through_a_proxy_on_this_machine_needs_a_token(service: Operated, headers: dict[str, str]) -> None:
    assert service.client.get("/metrics", headers=headers).status_code == 401
    token = {"authorization": f"Bearer {service.token().reveal()}"}
    assert service.client.get("/metrics", headers=headers | token).status_code == 200


def test_a_token_may_be_asked_of_everybody_or_metrics_be_off(database_url: str, tmp_path: Path) -> None:
    with operated(database_url, tmp_path, access=Access.TOKEN) as service:
        assert service.client.get("/metrics").status_code == 401
        token = {"authorization": f"Bearer {service.token().reveal()}"}
        assert service.client.get("/metrics", headers=token).status_code == 200
    with operated(database_url, tmp_path, access=None) as service:
        assert service.client.get("/metrics").status_code == 404
