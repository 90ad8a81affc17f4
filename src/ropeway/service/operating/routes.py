"""The routes of operations."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from ropeway.service.operating import health
from ropeway.service.operating.metrics.endpoint import Access, endpoint
from ropeway.service.parts import Parts


def routes(parts: Parts, metrics: Access | None = Access.LOOPBACK) -> list[BaseRoute]:
    """/healthz, /readyz and, unless `metrics` is None, /metrics."""
    found = health.routes(parts)
    if metrics is not None:
        found.append(Route("/metrics", endpoint(parts, metrics), methods=["GET"]))
    return found
