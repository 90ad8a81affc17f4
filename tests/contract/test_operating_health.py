"""Whether a service lives, and whether the installation works, for those who ask every second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ropeway.service.http.errors import PROBLEM
from ropeway.service.operating import health
from ropeway.service.operating.health import Ready
from ropeway.telemetry import seldom
from tests.fixtures.https import a_service
from tests.fixtures.operated import Operated, operated
from tests.fixtures.postgres import PostgresServer


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Operated]:
    with operated(database_url, tmp_path) as running:
        yield running


def test_a_service_whose_worker_was_heard_of_is_ready(service: Operated) -> None:
    service.heard("worker")
    answer = service.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "tables": "ok", "worker": "ok"}}


@pytest.mark.parametrize(("ago", "said"), [(61.0, "not heard of for"), (None, "none is known")])
def test_a_service_without_a_worker_is_not_ready_and_says_why(service: Operated, ago: float | None, said: str) -> None:
    if ago is not None:
        service.heard("worker", ago)
    answer = service.client.get("/readyz")
    assert answer.status_code == 503
    assert said in answer.json()["checks"]["worker"]


def test_a_state_of_another_version_is_not_ready(service: Operated) -> None:
    service.heard("worker")
    with service.database.write() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert service.client.get("/readyz").json()["checks"]["tables"].startswith("of version 0001")


def test_many_who_ask_cost_one_look_a_second(service: Operated, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    look = health.hurried
    monkeypatch.setattr(health, "hurried", lambda database: looks.append(1) or look(database))
    now = [100.0]
    ready = Ready(service.parts, lambda: now[0])
    for seconds in (0.0, 0.5, 0.99, 1.0, 1.5):
        now[0] = 100.0 + seconds
        asyncio.run(ready.checks())
    assert len(looks) == 2


@pytest.mark.postgres
def test_a_database_that_is_gone_leaves_the_process_alive_and_not_ready(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with operated(postgres_server.create("gone"), tmp_path) as service:
        service.heard("worker")
        postgres_server.stop()
        try:
            began = time.monotonic()
            answer = service.client.get("/readyz")
            assert answer.json()["checks"] == {"database": "database-trouble", "tables": "unknown", "worker": "unknown"}
            assert service.client.get("/healthz").json() == {"status": "ok"}
            metrics = service.client.get("/metrics").text
            assert "ropeway_database_up 0.0" in metrics
            assert "ropeway_http_requests_total" in metrics
            assert "ropeway_job_due" not in metrics
            assert time.monotonic() - began < 5
        finally:
            postgres_server.start()
        assert "ropeway_database_up 1.0" in text_of(service)
    postgres_server.drop("gone")


@pytest.mark.postgres
def test_a_database_that_hangs_is_said_within_a_moment(postgres_server: PostgresServer, tmp_path: Path) -> None:
    with operated(postgres_server.create("hangs"), tmp_path) as service:
        service.heard("worker")

        async def asked_by_two() -> list[dict[str, str]]:
            ready = Ready(service.parts, patience=0.5)
            with postgres_server.hanging():
                silent = await asyncio.gather(ready.checks(), ready.checks())
            deadline = time.monotonic() + 10
            while (found := await ready.checks())["database"] != "ok":
                assert time.monotonic() < deadline, found
            return silent

        told = asyncio.run(asked_by_two())
    assert [one["database"] for one in told] == ["no answer within 0.5 s"] * 2
    postgres_server.drop("hangs")


@pytest.mark.postgres
def test_a_request_while_the_database_is_gone_is_answered_with_what_to_do(
    postgres_server: PostgresServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seldom, "EVERY", 0.0)  # another test may just have said it
    with a_service(tmp_path / "service", state=postgres_server.create("gone")) as service:
        with service.administrator() as zoe:
            assert zoe.get("/v1.0/ropeway/roles").status_code == 200
            postgres_server.stop()
            try:
                answers = [zoe.get(path) for path in ("/v1.0/ropeway/roles", "/v1.0/users", "/login/tokens")]
                answers.append(zoe.post("/agent/v1/challenge", json={"fingerprint": "0" * 64}))
            finally:
                postgres_server.start()
        told = [(answer.status_code, answer.json()["error"][PROBLEM]["code"]) for answer in answers]
        assert told == [(503, "database-trouble")] * 4
        assert "Bring the database back" in answers[0].json()["error"]["message"]
        where = ("socket", "postgresql:")
        assert not [a.text for a in answers if any(one in a.text for one in where)], "where it is, is nobody's business"
    assert "Requests meet trouble: The state could not be read or written" in caplog.text
    postgres_server.drop("gone")


def text_of(service: Operated) -> str:
    """What /metrics says as soon as the last answer is no longer kept."""
    deadline = time.monotonic() + 10
    while "ropeway_database_up 0.0" in (said := service.client.get("/metrics").text) and time.monotonic() < deadline:
        time.sleep(0.1)
    return said
