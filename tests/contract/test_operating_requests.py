"""One line and one span a request: its route, its status, how long it took, and never what was asked about whom."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ropeway.model.problems import Problem, RopewayError
from ropeway.telemetry import logs, tracing
from ropeway.telemetry.worthwhile import Worthwhile
from tests.fixtures.operated import Operated, operated

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _user(request: Request) -> PlainTextResponse:
    logging.getLogger("ropeway.test").info("looked up")
    if request.path_params["id"] == "nobody":
        raise RopewayError(Problem("object-unknown"))
    if request.path_params["id"] == "defect":
        raise ZeroDivisionError
    with tracing.span("look up"):
        return PlainTextResponse("Zoë")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Operated]:
    with operated(f"sqlite:///{tmp_path}/state.db", tmp_path, more=[Route("/v1.0/users/{id}", _user)]) as running:
        yield running


@pytest.fixture
def log(service: Operated) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level, stream = root.handlers[:], root.level, io.StringIO()
    logs.configure("json", stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Worthwhile(SimpleSpanProcessor(exporter)))
    tracing.use(provider)
    yield exporter
    tracing.use(None)
    provider.shutdown()


def lines(log: io.StringIO, event: str, number: int) -> list[dict[str, Any]]:
    """So many of that event: a line is written when its answer is out already."""
    deadline, found = time.monotonic() + 10, list[dict[str, Any]]()
    while len(found) < number and time.monotonic() < deadline:
        found = [line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == event]
    return found


def test_a_request_is_one_line_with_route_status_and_duration_and_no_name(service: Operated, log: io.StringIO) -> None:
    service.client.get("/v1.0/users/zoe@contoso.test?$search=secret")
    (line,) = lines(log, "request", 1)
    told_of = (line["method"], line["route"], line["status"], line["client"])
    assert told_of == ("GET", "/v1.0/users/{id}", 200, "127.0.0.1")
    assert 0 < line["ms"] < 10_000
    assert "zoe" not in log.getvalue()
    assert "secret" not in log.getvalue()


@pytest.mark.parametrize(("who", "status"), [("nobody", 404), ("defect", 500)])
def test_a_refusal_and_a_defect_are_told_by_their_status(
    service: Operated, log: io.StringIO, who: str, status: int
) -> None:
    assert service.client.get(f"/v1.0/users/{who}").status_code == status
    assert [line["status"] for line in lines(log, "request", 1)] == [status]


def test_whatever_a_request_causes_has_its_id_which_the_client_got_too(service: Operated, log: io.StringIO) -> None:
    ids = [service.client.get("/v1.0/users/zoe").headers["request-id"] for _ in range(2)]
    assert [line["request"] for line in lines(log, "looked up", 2)] == ids
    assert [line["request"] for line in lines(log, "request", 2)] == ids


def test_who_asks_every_second_does_not_fill_the_log(service: Operated, log: io.StringIO) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/v1.0/users/zoe"):
        service.client.get(path)
    assert [line["route"] for line in lines(log, "request", 1)] == ["/v1.0/users/{id}"]


def test_a_request_is_a_span_below_that_of_its_client_and_above_what_it_causes(
    service: Operated, told: InMemorySpanExporter
) -> None:
    service.client.get("/v1.0/users/zoe", headers={"traceparent": PARENT})
    service.client.get("/healthz")
    deadline = time.monotonic() + 10
    while len(told.get_finished_spans()) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    spans = {span.name: span for span in told.get_finished_spans()}
    assert set(spans) == {"request", "look up"}
    assert spans["look up"].parent.span_id == spans["request"].context.span_id
    assert f"{spans['request'].context.trace_id:032x}" in PARENT
    assert spans["request"].attributes["ropeway.route"] == "/v1.0/users/{id}"
