"""Spans from a request to the export, over threads and processes; nothing at all where nobody wants them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ropeway.control.in_process import open_control
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.problems import Problem, RopewayError
from ropeway.telemetry import tracing
from ropeway.telemetry.correlation import in_this_context
from ropeway.telemetry.worthwhile import Worthwhile
from tests.crash.conftest import staffed
from tests.fixtures.collector import collecting


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Worthwhile(SimpleSpanProcessor(exporter)))
    tracing.use(provider)
    yield exporter
    tracing.use(None)
    provider.shutdown()


def spans(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def below(spans: dict[str, ReadableSpan], name: str) -> str | None:
    """The name of the span that one is a part of."""
    parent = spans[name].parent
    return next((other for other, s in spans.items() if parent and s.context.span_id == parent.span_id), None)


def run(folder: Path, times: int = 1) -> None:
    company = staffed(folder / "company.ldif", people=90)
    control = open_control(f"sqlite:///{folder}/state.sqlite")
    try:
        control.add_domain("contoso.test")
        control.verify_domain("contoso.test")
        control.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(company.path)})))
        for _ in range(times):
            control.run_job("Contoso")
    finally:
        control.close()


def test_a_cycle_is_a_trace_with_its_stages_pages_and_batches(told: InMemorySpanExporter, tmp_path: Path) -> None:
    run(tmp_path)
    found = spans(told)
    assert {"cycle", "import", "page", "decide", "guard", "export", "export batch"} == set(found)
    assert [below(found, name) for name in ("page", "import", "export batch")] == ["import", "cycle", "export"]
    assert {span.context.trace_id for span in found.values()} == {found["cycle"].context.trace_id}
    assert (
        dict(found["cycle"].attributes or {}).items() >= {"ropeway.result": "success", "ropeway.job": "Contoso"}.items()
    )


def test_an_idle_poll_is_not_worth_a_trace(told: InMemorySpanExporter, tmp_path: Path) -> None:
    run(tmp_path, times=4)
    assert [span.name for span in told.get_finished_spans()].count("cycle") == 1


def test_another_process_goes_on_with_the_trace(told: InMemorySpanExporter) -> None:
    with tracing.span("request"):
        text = tracing.carry()
    with tracing.within(text), tracing.span("errand"):
        pass
    found = spans(told)
    assert found["errand"].context.trace_id == found["request"].context.trace_id
    assert below(found, "errand") == "request"


def test_a_thread_goes_on_with_the_trace(told: InMemorySpanExporter) -> None:
    def read() -> None:
        with tracing.span("read"):
            pass

    with tracing.span("cycle"):
        in_this_context(read)()
    assert below(spans(told), "read") == "cycle"


def test_a_problem_is_told_by_its_code_and_names_nobody(told: InMemorySpanExporter) -> None:
    with pytest.raises(RopewayError), tracing.span("export"):
        raise RopewayError(Problem("object-unknown", object="CN=Zoë Müller"))
    (span,) = told.get_finished_spans()
    assert span.status.description == "object-unknown"
    assert "Zo" not in span.to_json()


@pytest.mark.parametrize("address", ["http://collector.contoso.com/v1/traces", "ftp://x", "collector:4318", ""])
def test_traces_leave_the_machine_by_https_alone(address: str) -> None:
    with pytest.raises(RopewayError) as refused:
        tracing.export_to(address, "service")
    assert refused.value.problem.code == "trace-endpoint-unfit"


def test_a_collector_gets_the_spans_of_a_process_before_it_ends() -> None:
    with collecting() as collector:
        with tracing.exporting(collector.url, "worker"), tracing.span("cycle"):
            pass
        assert collector.paths == ["/v1/traces"]
        assert [(span.role, span.name) for span in collector.spans] == [("worker", "cycle")]


def test_a_collector_that_is_away_holds_up_nobody_and_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    end = tracing.export_to(f"http://127.0.0.1:{port}/v1/traces", "worker")
    began = time.monotonic()
    with tracing.span("cycle"):
        pass
    assert time.monotonic() - began < 0.5
    end()
    assert time.monotonic() - began < 5
    (line,) = caplog.records
    assert line.getMessage().startswith(f"The collector 127.0.0.1:{port} takes no traces")


def test_without_an_endpoint_opentelemetry_is_not_even_imported(tmp_path: Path) -> None:
    words = ["ropeway", "--state", str(tmp_path / "state.db"), "directory", "domains", "add", "contoso.test"]
    words = [sys.executable, "-X", "importtime", "-m", *words]
    imported = subprocess.run(words, check=True, capture_output=True, text=True).stderr
    assert "ropeway.telemetry.tracing" in imported
    assert not [name for name in ("opentelemetry", "structlog", "prometheus_client") if name in imported]


def test_without_an_endpoint_a_span_costs_less_than_two_microseconds() -> None:
    def rate() -> float:
        began = time.perf_counter()
        for _ in range(10_000):
            with tracing.span("export batch", phase=1, rows=800):
                pass
        return (time.perf_counter() - began) / 10_000

    assert min(rate() for _ in range(5)) < 2e-6
