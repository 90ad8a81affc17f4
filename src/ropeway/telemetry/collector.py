"""The way to a collector: one that is away is told once a minute, and not once for each batch and attempt."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from ropeway.telemetry.seldom import Seldom

ITS_OWN = "opentelemetry.exporter.otlp.proto.http"
"""The logger that tells of each attempt."""


class Collector(SpanExporter):
    """OTLP over HTTP, to an address that was checked."""

    def __init__(self, address: str, patience: float) -> None:
        logging.getLogger(ITS_OWN).setLevel(logging.CRITICAL)
        self._there = OTLPSpanExporter(endpoint=address, timeout=patience)
        self._seldom = Seldom(logging.getLogger(__name__))
        self._name = urlsplit(address).netloc.rpartition("@")[2]

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them; what does not arrive is lost."""
        result = self._there.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self._seldom.warning(
                "The collector %s takes no traces: look whether it runs, and listens there (the setting otlp). "
                "Nothing else waits for it.",
                self._name,
            )
        return result

    def shutdown(self) -> None:
        """The last ones were sent."""
        self._there.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is kept here."""
        return self._there.force_flush(timeout_millis)
