"""What this process answered: counted by route and status, with bounded labels."""

from __future__ import annotations

from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from ropeway.service.operating.metrics.catalogue import REQUESTS

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "WEBSOCKET"})
UNKNOWN = "unknown"
"""The route of a request to no route, and the method that nobody knows: strangers make no new labels."""

disable_created_metrics()

_TOTAL, _SECONDS, _RUNNING, _INFO = REQUESTS


class Requests:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._total = Counter(_TOTAL.name, _TOTAL.says, _TOTAL.labels, registry=self.registry)
        self._seconds = Histogram(
            _SECONDS.name, _SECONDS.says, _SECONDS.labels, buckets=BUCKETS, registry=self.registry
        )
        self._running = Gauge(_RUNNING.name, _RUNNING.says, _RUNNING.labels, registry=self.registry)
        Gauge(_INFO.name, _INFO.says, _INFO.labels, registry=self.registry).labels(version("ropeway")).set(1)

    def began(self, method: str) -> None:
        """A request has come."""
        self._running.labels(_known(method)).inc()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """It was answered."""
        self._running.labels(_known(method)).dec()
        self._total.labels(_known(method), route, str(status)).inc()
        self._seconds.labels(_known(method), route).observe(seconds)


def _known(method: str) -> str:
    return method if method in METHODS else UNKNOWN


REQUESTS_HERE = Requests()
"""Those of this process."""
