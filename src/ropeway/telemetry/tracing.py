"""Spans from an agent to the export, for OpenTelemetry. Where no endpoint is configured they cost a function call."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ropeway import __version__
from ropeway.model.problems import Problem, RopewayError
from ropeway.telemetry.correlation import bound, ids

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

USUAL_PATH = "/v1/traces"
"""Of a collector's address that names none (OTLP specification)."""
CARRIED = ("request", "errand")
"""Ids that go with work into other processes; the others are known there."""
LONGEST = 512
PATIENCE = 3.0
"""Seconds for a collector to answer; a process that ends waits for it as long."""
_PART = re.compile(r"([a-z]+)=([0-9A-Za-z._-]{1,64})")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NOTHING = nullcontext()


class _Telling:
    """Where spans go; nowhere at first."""

    tracer: Tracer | None = None


def is_on() -> bool:
    """Whether anybody wants spans."""
    return _Telling.tracer is not None


def span(name: str, /, **attributes: str | int) -> AbstractContextManager[None]:
    """What is done within, as a part of what is being done already. No names of people in attributes."""
    tracer = _Telling.tracer
    return _NOTHING if tracer is None else _recorded(tracer, name, attributes)


@contextmanager
def _recorded(tracer: Tracer, name: str, attributes: dict[str, str | int]) -> Generator[None, None, None]:
    from opentelemetry.trace import StatusCode

    told = {f"ropeway.{key}": value for key, value in (*ids().items(), *attributes.items())}
    with tracer.start_as_current_span(
        name, attributes=told, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except RopewayError as error:
            current.set_status(StatusCode.ERROR, error.problem.code)
            raise
        except Exception as error:
            current.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def describe(**attributes: str | int) -> None:
    """What is known of the present span only now."""
    if _Telling.tracer is not None:
        from opentelemetry.trace import get_current_span

        get_current_span().set_attributes({f"ropeway.{key}": value for key, value in attributes.items()})


def forget() -> None:
    """Nothing came of it: the present span, and what is below it in this process, is not worth telling."""
    describe(idle=1)


def carry() -> str:
    """What is being done, for whoever goes on with it in another process: a short text for a row or a message."""
    parts = [f"{name}={ids()[name]}" for name in CARRIED if name in ids()]
    if now := traceparent():
        parts.append(f"traceparent={now}")
    return ";".join(part for part in parts if _PART.fullmatch(part))


def traceparent() -> str:
    """The present span, as requests name it (W3C Trace Context); empty where there is none."""
    if _Telling.tracer is None:
        return ""
    from opentelemetry.trace import get_current_span

    now = get_current_span().get_span_context()
    return f"00-{now.trace_id:032x}-{now.span_id:016x}-{now.trace_flags:02x}" if now.is_valid else ""


def headers() -> dict[str, str]:
    """Of a request that goes on with what is being done."""
    now = traceparent()
    return {"traceparent": now} if now else {}


@contextmanager
def within(text: str) -> Generator[None, None, None]:
    """Go on with what `carry` told. Any text will do: what cannot be read is passed over."""
    found = dict(_PART.findall(text[:LONGEST]))
    with ExitStack() as stack:
        stack.enter_context(bound(**{name: found[name] for name in CARRIED if name in found}))
        if _Telling.tracer is not None and "traceparent" in found:
            stack.enter_context(_below(found["traceparent"]))
        yield


@contextmanager
def _below(traceparent: str) -> Generator[None, None, None]:
    from opentelemetry.context import attach, detach
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    token = attach(TraceContextTextMapPropagator().extract({"traceparent": traceparent}))
    try:
        yield
    finally:
        detach(token)


def use(provider: TracerProvider | None) -> None:
    """Give spans to a provider from now on; None: to nobody."""
    _Telling.tracer = None if provider is None else provider.get_tracer("ropeway", __version__)


@contextmanager
def exporting(endpoint: str, role: str) -> Generator[None, None, None]:
    """Within, spans are sent to a collector, if one is named; the last ones at the end."""
    end = export_to(endpoint, role) if endpoint else None
    try:
        yield
    finally:
        if end is not None:
            end()


def export_to(endpoint: str, role: str) -> Callable[[], None]:
    """Send spans by OTLP over HTTPS to a collector, from a thread; answers how to send the last ones at the end.

    RopewayError `trace-endpoint-unfit` for an address without TLS that is not of this machine. Headers and certificates
    are set by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_CERTIFICATE).
    """
    parts = urlsplit(endpoint)
    if not (parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK))):
        raise RopewayError(Problem("trace-endpoint-unfit", object=f"{parts.scheme}://{parts.hostname or ''}"))
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from ropeway.telemetry.collector import Collector
    from ropeway.telemetry.worthwhile import Worthwhile

    about = {"service.name": "ropeway", "service.version": __version__, "ropeway.role": role}
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    whole = endpoint if parts.path.strip("/") else endpoint.rstrip("/") + USUAL_PATH
    provider.add_span_processor(Worthwhile(BatchSpanProcessor(Collector(whole, PATIENCE))))
    use(provider)

    def end() -> None:
        use(None)
        provider.shutdown()

    return end
