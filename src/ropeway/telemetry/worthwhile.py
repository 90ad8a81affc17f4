"""Spans that are worth telling: an idle poll, twice a second for each job, is not."""

from __future__ import annotations

from threading import Lock

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

IDLE = "ropeway.idle"
MOST_SPANS = 5_000
"""Of one trace in one process, kept until it ends; beyond that they go out at once."""
MOST_TRACES = 1_000


class Worthwhile(SpanProcessor):
    """Keeps the spans of a trace until the outermost of this process ends, then hands them on, or drops them all."""

    def __init__(self, then: SpanProcessor) -> None:
        self._then = then
        self._kept: dict[int, list[ReadableSpan]] = {}
        self._lock = Lock()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing is known of it yet."""
        self._then.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Keep it, or decide about its trace."""
        for one in self._ready(span):
            self._then.on_end(one)

    def _ready(self, span: ReadableSpan) -> list[ReadableSpan]:
        context = span.get_span_context()
        trace = context.trace_id if context is not None else 0
        with self._lock:
            kept = self._kept.setdefault(trace, [])
            kept.append(span)
            outermost = span.parent is None or span.parent.is_remote
            if not outermost and len(kept) < MOST_SPANS and len(self._kept) <= MOST_TRACES:
                return []
            del self._kept[trace]
        idle = outermost and bool(span.attributes) and IDLE in (span.attributes or {})
        return [] if idle else kept

    def shutdown(self) -> None:
        """The process ends: what is kept goes out."""
        with self._lock:
            left = [span for kept in self._kept.values() for span in kept]
            self._kept.clear()
        for span in left:
            self._then.on_end(span)
        self._then.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what was handed on."""
        return self._then.force_flush(timeout_millis)
