"""Errands while workers die, clients leave, and connections are cut."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import chain, count, repeat
from pathlib import Path

import pytest
from sqlalchemy import select

from ropeway.control.connection import Connection
from ropeway.control.protocol import Control, FindingView
from ropeway.control.wire.sending import request
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.problems import RopewayError
from ropeway.service.errands import ask
from ropeway.store.service_tables import errand
from tests.crash.conftest import staffed
from tests.crash.worker import Worker
from tests.fixtures.cutting import cutting_proxy
from tests.fixtures.service import Service, a_service
from tests.unit.engine_company import Company

NewJob = Callable[[str, Company], None]


@pytest.fixture
def service(database_url: str, tmp_path: Path, new_job: NewJob) -> Iterator[Service]:
    """A service with a job named Contoso, and no worker."""
    new_job(database_url, staffed(tmp_path / "contoso.ldif", 60))
    with a_service(database_url, tmp_path, lost_after=4.0) as running:
        yield running


@pytest.fixture
def control(service: Service) -> Iterator[Control]:
    with closing(service.client()) as client:
        yield client


def connection(service: Service) -> Connection:
    """A client that may leave whenever it likes."""
    return Connection(service.url, service.token, service.authority.read_text())


RUN = request("run_job", ["Contoso"], {})


def states(service: Service) -> list[tuple[str, str, int]]:
    """Method, state and attempts of all errands."""
    with service.database.read() as c:
        rows = c.execute(select(errand.c.method, errand.c.state, errand.c.attempts).order_by(errand.c.number))
        return [(row.method, row.state, row.attempts) for row in rows]


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def test_a_run_whose_worker_is_killed_ends_with_where_to_look_and_is_whole_when_it_is_repeated(
    service: Service, control: Control
) -> None:
    with Worker(service.database.url, at=8), pytest.raises(RopewayError) as raised:
        control.run_job("Contoso")
    assert raised.value.problem.code == "errand-lost"
    assert raised.value.problem.details["look"] == "ropeway job show Contoso"
    for shown in (control.job("Contoso"), control.live("Contoso")):
        (cut_off,) = [problem for problem in shown.problems if problem.code == "run-cut-off"]
        assert (shown.running, cut_off.object) == (None, "Contoso"), "nobody runs it, and that is said at once"
    with Worker(service.database.url):
        assert control.run_job("Contoso").result == "success"
    assert "run-cut-off" not in [problem.code for problem in control.job("Contoso").problems]
    assert len(control.list_objects("users", limit=1000)) == 61


def test_a_plan_whose_worker_is_killed_is_made_by_another(service: Service, control: Control) -> None:
    with Worker(service.database.url, at=6) as first, ThreadPoolExecutor(1) as asking:
        plan = asking.submit(control.plan_job, "Contoso")
        first.process.join(30)
        assert first.process.exitcode == -9
        with Worker(service.database.url):
            assert plan.result(60).counts["create user"] == 61
    assert states(service) == [("plan_job", "done", 2)]


def test_what_kills_every_worker_is_given_up(service: Service, control: Control) -> None:
    with ThreadPoolExecutor(1) as asking:
        plan = asking.submit(control.plan_job, "Contoso")
        for _ in range(3):
            with Worker(service.database.url, at=6) as worker:
                worker.process.join(30)
        with pytest.raises(RopewayError) as raised:
            plan.result(60)
    assert raised.value.problem.code == "errand-lost"
    assert states(service) == [("plan_job", "done", 3)]


def test_of_two_workers_one_does_an_errand(service: Service, tmp_path: Path) -> None:
    source = SourceSettings("ldif", {"path": str(tmp_path / "contoso.ldif")})
    jobs = count(1)

    def workers() -> set[str]:
        ask(service.database, 1, "create_job", {"settings": JobSettings(f"Job {next(jobs)}", source)}, "zoe")
        with service.database.read() as c:
            return set(c.execute(select(errand.c.worker).where(errand.c.state == "done")).scalars())

    with Worker(service.database.url), Worker(service.database.url):
        until(lambda: len(workers()) == 2)
        until(lambda: {state for _, state, _ in states(service)} == {"done"})
    assert {attempts for _, _, attempts in states(service)} == {1}
    assert len(service.control.jobs()) == len(states(service)) + 1


def test_without_a_worker_nothing_is_done_and_that_is_said(service: Service, control: Control) -> None:
    with pytest.raises(RopewayError) as raised:
        control.run_job("Contoso")
    assert raised.value.problem.code == "errand-not-taken"
    with service.worker():
        assert control.job("Contoso").status == "NotRun"
    assert states(service) == [("run_job", "done", 0)]


def test_a_client_that_leaves_withdraws_what_has_not_begun(service: Service, control: Control) -> None:
    with closing(connection(service)) as client, client.asked(RUN) as response:
        lines = response.iter_bytes()  # kept: the connection ends with it
        next(lines)
        assert states(service) == [("run_job", "open", 0)]
    until(lambda: states(service) == [])


def test_a_client_that_leaves_does_not_end_what_has_begun(service: Service, control: Control) -> None:
    with service.worker():
        with closing(connection(service)) as client, client.asked(RUN) as response:
            until(lambda: states(service)[0][1] != "open")
            next(response.iter_bytes())
        until(lambda: states(service) == [("run_job", "done", 1)])
    assert len(control.list_objects("users", limit=1000)) == 61


def test_an_answer_whose_connection_is_cut_goes_on_where_it_was(service: Service, control: Control) -> None:
    with service.worker():
        control.run_job("Contoso")
        whole: list[FindingView] = []
        expected = control.report_job("Contoso", each=whole.append)
        port = int(service.url.rpartition(":")[2])
        cuts = chain([6000, 3000, 9000], repeat(1 << 40))
        with cutting_proxy(port, cuts) as cutting, closing(service.client(url=f"https://127.0.0.1:{cutting}")) as cut:
            told: list[FindingView] = []
            assert cut.report_job("Contoso", each=told.append) == expected
    assert told == whole
    assert len(told) > 60
    assert [method for method, _, _ in states(service)].count("report_job") == 2


def test_a_worker_that_is_asked_to_stop_finishes_what_it_has(service: Service, control: Control) -> None:
    with ThreadPoolExecutor(1) as asking:
        with service.worker():
            cycle = asking.submit(control.run_job, "Contoso")
            until(lambda: [state for _, state, _ in states(service)] == ["taken"])
        assert cycle.result(30).result == "success"


def test_many_who_wait_cost_one_thread(service: Service) -> None:
    before = threading.active_count()
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(service.client())) for _ in range(60)]
        with ThreadPoolExecutor(60) as asking:
            waiting = [asking.submit(client.explain, "nobody@contoso.test") for client in clients]
            until(lambda: len(states(service)) == 60)
            with closing(service.client()) as another:
                assert [job.name for job in another.jobs()] == ["Contoso"]
            with service.worker():
                assert {waited.exception(60).problem.code for waited in waiting} == {"object-unknown"}  # type: ignore[union-attr]
    until(lambda: threading.active_count() < before + 60)
