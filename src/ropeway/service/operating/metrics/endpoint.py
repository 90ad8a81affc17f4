"""GET /metrics: who may read it, and the text."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import ip_address
from itertools import chain

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from ropeway.service.http.who import administrator
from ropeway.service.operating.metrics.figures import Figures
from ropeway.service.operating.metrics.requests import REQUESTS_HERE
from ropeway.service.parts import Parts

KEPT = 1.0
"""Seconds for which an answer is given again: several scrapers, or somebody in a hurry, cost one look."""

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers of a proxy on this machine: what comes through it is not of this machine."""


class Access(StrEnum):
    """Who may read metrics, which name jobs, domains and machines."""

    LOOPBACK = "loopback"
    """Processes of this machine without a token, others with an administrator's."""
    TOKEN = "token"  # noqa: S105 - a word, no token
    """Everybody with an administrator's token."""


def endpoint(parts: Parts, access: Access) -> Callable[[Request], Response]:
    """The endpoint; it reads the database, so it runs in a thread."""
    registry = CollectorRegistry()
    registry.register(Everything(Figures(parts)))
    kept = Kept(registry)

    def metrics(request: Request) -> Response:
        if access is Access.TOKEN or not is_local(request):
            administrator(parts, request)
        body, content_type = kept.answer(request.headers.get("accept", ""))
        return Response(body, media_type=content_type)

    return metrics


def is_local(request: Request) -> bool:
    """Whether a request comes from a process of this machine, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class Everything(Collector):
    """What the database says, then what this process counted."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """All families."""
        return chain(self._figures.collect(), REQUESTS_HERE.registry.collect())


class Kept:
    """The last answer in each form, and one look at a time."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._answers: dict[str, tuple[float, bytes]] = {}

    def answer(self, accept: str) -> tuple[bytes, str]:
        """The text in the form that is asked for, and its media type."""
        encode, content_type = choose_encoder(accept)
        with self._lock:
            made, body = self._answers.get(content_type, (-KEPT, b""))
            if time.monotonic() - made >= KEPT:
                body = encode(self._registry)
                self._answers[content_type] = (time.monotonic(), body)
        return body, content_type
