"""A PostgreSQL server that stands still: whoever asks the service meanwhile is told within a known time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ropeway.service.http.errors import PROBLEM
from ropeway.store import silence
from ropeway.store.database import Database
from tests.fixtures.https import RunningService, a_service
from tests.fixtures.operated import operated
from tests.fixtures.postgres import PostgresServer

pytestmark = pytest.mark.postgres

WITHIN = 15.0
"""Seconds, docs/postgresql.md."""


@pytest.fixture
def service(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[RunningService]:
    with a_service(tmp_path / "service", state=postgres_server.create("silent")) as running:
        yield running
    postgres_server.drop("silent")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment is long."""
    monkeypatch.setattr(silence, "DOUBT_AFTER", 0.2)
    monkeypatch.setattr(silence, "SILENT_AFTER", 0.4)


def test_many_who_ask_a_database_that_stands_still_are_told_and_it_goes_on_by_itself(
    service: RunningService, postgres_server: PostgresServer
) -> None:
    with service.administrator() as zoe, ThreadPoolExecutor(80) as crowd:
        tenant = zoe.get("/v1.0/organization").json()["value"][0]["id"]
        pilots = {"displayName": "Pilots", "mailEnabled": False, "mailNickname": "pilots", "securityEnabled": True}
        form = {"grant_type": "client_credentials", "client_id": tenant, "client_secret": "none", "scope": "x/.default"}
        asked: list[Callable[[], httpx2.Response]] = [
            lambda: zoe.get("/v1.0/ropeway/roles"),
            lambda: zoe.get("/v1.0/users"),
            lambda: zoe.post("/v1.0/groups", json=pilots),
            lambda: zoe.post(f"/{tenant}/oauth2/v2.0/token", data=form),
        ]
        assert [ask().status_code for ask in asked] == [200, 200, 201, 400]
        with postgres_server.hanging():
            told = list(crowd.map(_timed, asked * 15))
            later = [_timed(ask) for ask in asked]
            healthy, ready = zoe.get("/healthz"), zoe.get("/readyz")
        assert max(seconds for _, seconds in told) < WITHIN
        assert max(seconds for _, seconds in later) < 2.0, "nobody finds out again"
        answers = [answer for answer, _ in told + later]
        assert {(answer.status_code, answer.headers["retry-after"]) for answer in answers} == {(503, "5")}
        problems = {answer.json()["error"][PROBLEM]["code"] for answer in answers if "AADSTS" not in answer.text}
        assert problems == {"database-trouble"}
        assert (healthy.status_code, ready.json()["checks"]["database"]) == (200, "database-trouble")
        deadline = time.monotonic() + 10
        while zoe.get("/v1.0/users").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        groups = zoe.get("/v1.0/groups", params={"$filter": "displayName eq 'Pilots'"}).json()["value"]
        assert len(groups) == 1, "what was refused was not done"


@pytest.mark.usefixtures("hasty")
def test_a_long_query_is_waited_for_also_where_nobody_else_is_let_in(postgres_server: PostgresServer) -> None:
    with closing(Database(postgres_server.create("busy"), impatient=True)) as database, database.read() as c:
        with closing(Database(postgres_server.url("postgres"))) as other, other.engine.connect() as root:
            root.execution_options(isolation_level="AUTOCOMMIT")
            root.execute(text("ALTER DATABASE busy ALLOW_CONNECTIONS false"))
        assert c.execute(text("SELECT 7 FROM pg_sleep(2)")).scalar() == 7
    postgres_server.drop("busy")


@pytest.mark.usefixtures("hasty")
def test_a_worker_waits_for_a_database_that_stands_still(postgres_server: PostgresServer) -> None:
    with closing(Database(postgres_server.create("patient"))) as database, ThreadPoolExecutor(1) as worker:

        def work() -> int | None:
            with database.write() as c:
                c.execute(text("CREATE TABLE kept (number integer)"))
                begun.set()
                assert stopped.wait(10)
                return c.execute(text("SELECT 7")).scalar()

        begun, stopped = threading.Event(), threading.Event()
        done = worker.submit(work)
        assert begun.wait(10)
        with postgres_server.hanging():
            stopped.set()
            with pytest.raises(TimeoutError):
                done.result(2)
        assert done.result(10) == 7
    postgres_server.drop("patient")


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("lost", ["in the commit", "after it"])
def test_what_may_have_been_stored_is_said_to_be_unknown(
    postgres_server: PostgresServer, tmp_path: Path, lost: str
) -> None:
    url = postgres_server.create("commits")
    with closing(Database(url, impatient=True)) as database, ExitStack() as still:
        with database.write() as c:
            c.execute(text("CREATE TABLE kept (number integer)"))

        def write(_request: Request) -> Response:
            with database.write() as c:
                c.execute(text("INSERT INTO kept VALUES (1)"))
                if lost == "in the commit":
                    still.enter_context(postgres_server.hanging())
            still.enter_context(postgres_server.hanging())
            with database.write() as c:
                c.execute(text("INSERT INTO kept VALUES (2)"))
            return Response()

        with operated(url, tmp_path, more=[Route("/write", write, methods=["POST"])]) as service:
            answer = service.client.post("/write", timeout=30)
            still.close()
        assert answer.status_code == 500
        assert answer.json()["error"][PROBLEM]["code"] == "commit-unanswered"
        assert "retry-after" not in answer.headers
        deadline = time.monotonic() + 10
        while True:
            try:
                with database.read() as c:
                    assert c.execute(text("SELECT count(*) FROM kept")).scalar() == 1, "here the first was"
                    break
            except OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    postgres_server.drop("commits")


def _timed(ask: Callable[[], httpx2.Response]) -> tuple[httpx2.Response, float]:
    began = time.monotonic()
    return ask(), time.monotonic() - began
